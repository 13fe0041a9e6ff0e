using MediaGateway.Rtmp.Chunks;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>How a server's connections behave. Immutable; shared by all of them.</summary>
public sealed record RtmpSessionOptions
{
    private readonly int _chunkSize = 65_536;

    /// <summary>
    /// Bytes of our chunks. 65,536 is the most that the older editions of the specification allow, so that every client knows it; all
    /// but the largest pictures then need one header. Interleaving, for which small chunks are made, is not used: audio never waits
    /// behind a picture for longer than the picture takes anyway.
    /// </summary>
    public int ChunkSize
    {
        get => _chunkSize;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, ChunkReader.InitialChunkSize);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ChunkReader.LargestChunkSize);
            _chunkSize = value;
        }
    }

    /// <summary>Bytes after which the peer is asked to acknowledge. 2,500,000 is what every server has sent since FMS.</summary>
    public int WindowAcknowledgementBytes { get; init; } = 2_500_000;

    /// <summary>From the connection to the end of the handshake.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the connection to the connect command.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may stay that neither plays nor publishes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Silence of the peer after which it is sent a ping, and again after as long. Three intervals and a bit pass until a peer that has
    /// vanished is noticed, which is to be within half a minute.
    /// </summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// How long a silent peer's side of the transport may acknowledge nothing until the peer is taken for gone. It acknowledges pings
    /// whether or not the program behind it answers them, and even if that program has stopped reading.
    /// </summary>
    public TimeSpan AcknowledgementTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Silence of the peer after which it is taken for gone although its side of the transport acknowledges.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same for a peer that has paused: paused players stop reading, and so answer no ping.</summary>
    public TimeSpan PausedSilenceTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>What a peer may make the gateway hold or do.</summary>
    public RtmpLimits Limits { get; init; } = RtmpLimits.Default;
}
