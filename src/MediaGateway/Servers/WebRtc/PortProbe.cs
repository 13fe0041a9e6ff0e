using System.Security.Cryptography;

namespace MediaGateway.Servers.WebRtc;

/// <summary>One datagram that nobody else can have sent.</summary>
internal sealed class PortProbe
{
    private const int RandomBytes = 16;

    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The datagram. RFC 7983 7 gives a first byte of 255 to no protocol of this port.</summary>
    public byte[] Bytes { get; } = [255, .. RandomNumberGenerator.GetBytes(RandomBytes)];

    /// <summary>Done when it has come.</summary>
    public Task Arrived => _arrived.Task;

    /// <summary>Notes that it has come.</summary>
    public void Arrive() => _arrived.TrySetResult();
}
