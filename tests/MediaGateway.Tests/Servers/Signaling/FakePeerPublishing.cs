using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Tests.Servers.Signaling;

/// <summary>Accepts every offer, unless told otherwise, and lets the test say how the sessions fare.</summary>
internal sealed class FakePeerPublishing : IPeerPublishing
{
    private readonly ConcurrentQueue<PeerPublishRequest> _offers = new();

    public IReadOnlyList<IPAddress> OfferedAddresses => [];

    /// <summary>Why offers are refused; null: they are not.</summary>
    public string? Refusal { get; set; }

    public IReadOnlyList<PeerPublishRequest> Offers => [.. _offers];

    public ConcurrentQueue<ReadOnlyMemory<byte>> Data { get; } = new();

    public bool TryPublish(PeerPublishRequest request, [NotNullWhen(true)] out string? answer, out string? refusal)
    {
        _offers.Enqueue(request);
        (answer, refusal) = (Refusal is null ? "answer" : null, Refusal);
        return answer is not null;
    }

    public bool TryEnd(string mediaSessionId, SessionEndReason reason, string detail)
    {
        PeerPublishRequest? request = _offers.FirstOrDefault(offer => offer.MediaSessionId == mediaSessionId);
        request?.Observer.Ended(mediaSessionId, reason, detail);
        return request is not null;
    }

    public bool TrySendData(string mediaSessionId, ReadOnlyMemory<byte> message)
    {
        Data.Enqueue(message);
        return true;
    }
}
