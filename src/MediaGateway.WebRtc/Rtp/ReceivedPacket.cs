using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>One RTP packet on its way from reordering to its payload receiver. Whoever holds the value owns the buffer.</summary>
/// <param name="Buffer">The block that holds the packet.</param>
/// <param name="PayloadOffset">Where the payload starts in the block.</param>
/// <param name="PayloadLength">Bytes of payload; 0 for a packet of padding only.</param>
/// <param name="Sequence">Unwrapped sequence number.</param>
/// <param name="Timestamp">Unwrapped RTP timestamp.</param>
/// <param name="Marker">The marker bit.</param>
/// <param name="ReceivedAt">Gateway time at which the kernel received it.</param>
internal readonly record struct ReceivedPacket(
    PooledBuffer Buffer,
    int PayloadOffset,
    int PayloadLength,
    long Sequence,
    long Timestamp,
    bool Marker,
    TimeSpan ReceivedAt)
{
    /// <summary>The payload. Valid while the buffer is owned.</summary>
    public ReadOnlySpan<byte> Payload => Buffer.Span.Slice(PayloadOffset, PayloadLength);
}
