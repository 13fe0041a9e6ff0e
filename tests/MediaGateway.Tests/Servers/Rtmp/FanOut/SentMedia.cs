using MediaGateway.Testing;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

/// <summary>Reads what a viewer's socket has taken as the RTMP messages that it is.</summary>
internal sealed class SentMedia : IDisposable
{
    private readonly RtmpTestClient _reader = new();
    private int _read;

    public SentMedia(int chunkSize)
    {
        using var server = new RtmpTestClient();
        _reader.Receive(new byte[1 + (2 * 1536)]);
        _reader.Receive(server.Control(1, (uint)chunkSize));
    }

    public List<RtmpTestMessage> Messages { get; } = [];

    /// <summary>The times of the pictures, in the order of sending.</summary>
    public List<long> Pictures => [.. Messages.Where(IsPicture).Select(message => (long)message.Timestamp)];

    /// <summary>The times of the frames of sound.</summary>
    public List<long> Sounds => [.. Messages.Where(message => message is { Type: 8, Body: [_, 1, ..] }).Select(message => (long)message.Timestamp)];

    /// <summary>What the payload of each picture is filled with: its stream.</summary>
    public List<byte> Sources => [.. Messages.Where(IsPicture).Select(message => message.Body[^1])];

    public static bool IsPicture(RtmpTestMessage message) => message is { Type: 9, Body: [_, 1, ..] };

    /// <summary>Takes what is new.</summary>
    public SentMedia Read(RecordingSocket socket)
    {
        byte[] taken = socket.Taken;
        Messages.AddRange(_reader.Receive(taken.AsSpan(_read)));
        _read = taken.Length;
        return this;
    }

    /// <summary>Takes bytes that have arrived.</summary>
    public void Take(ReadOnlySpan<byte> bytes) => Messages.AddRange(_reader.Receive(bytes));

    public void Dispose() => _reader.Dispose();
}
