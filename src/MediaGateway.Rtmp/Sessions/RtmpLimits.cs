namespace MediaGateway.Rtmp.Sessions;

/// <summary>What one connection may make the gateway hold or do.</summary>
public sealed record RtmpLimits
{
    /// <summary>The limits of the product.</summary>
    public static RtmpLimits Default { get; } = new();

    /// <summary>Bytes of one message before the connection may play or publish. A connect command has some 400.</summary>
    public int MaximumMessageBytes { get; init; } = 256 * 1024;

    /// <summary>Bytes of one message from then on. A picture of 4K video stays well below.</summary>
    public int MaximumMediaMessageBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Bytes of all unfinished messages together.</summary>
    public int MaximumPartialBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Chunk streams remembered at once; beyond it the one idle for longest is forgotten. Encoders use up to six.</summary>
    public int MaximumChunkStreams { get; init; } = 64;

    /// <summary>
    /// Chunks per second that carry fewer than <see cref="SmallChunkBytes"/> bytes: a peer with chunk size 1 costs a header's work per
    /// byte. An encoder sends a few hundred.
    /// </summary>
    public int MaximumSmallChunksPerSecond { get; init; } = 20_000;

    /// <summary>Chunks with fewer payload bytes than this count as small. The protocol's first chunk size is 128.</summary>
    public int SmallChunkBytes { get; init; } = 64;

    /// <summary>Message streams of one connection. Players use one.</summary>
    public int MaximumMessageStreams { get; init; } = 16;

    /// <summary>Bytes of replies that may wait to be taken; input beyond it is left unread.</summary>
    public int MaximumReplyBytes { get; init; } = 64 * 1024;
}
