using MediaGateway.Media.Memory;

namespace MediaGateway.Rtmp.Messages;

/// <summary>One complete message. Whoever takes the value owns the buffer and disposes the message once.</summary>
/// <param name="ChunkStreamId">The chunk stream that it came on.</param>
/// <param name="Type">What it carries.</param>
/// <param name="Timestamp">Milliseconds modulo 2^32.</param>
/// <param name="MessageStreamId">The message stream that it belongs to; 0 for the connection itself.</param>
/// <param name="Buffer">The block with the payload; null for an empty message.</param>
/// <param name="Length">Bytes of payload.</param>
internal readonly record struct RtmpMessage(
    int ChunkStreamId,
    RtmpMessageType Type,
    uint Timestamp,
    uint MessageStreamId,
    PooledBuffer? Buffer,
    int Length) : IDisposable
{
    /// <summary>The payload, valid until the message is disposed.</summary>
    public ReadOnlySpan<byte> Payload => Buffer is null ? default : Buffer.Span[..Length];

    /// <summary>Returns the buffer.</summary>
    public void Dispose() => Buffer?.Dispose();
}
