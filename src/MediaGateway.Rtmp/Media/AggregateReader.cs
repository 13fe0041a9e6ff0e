using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Media;

/// <summary>
/// The messages inside an aggregate message (RTMP 1.0, 7.1.6), one at a time, as there may be a great many. Each is laid out like a tag
/// of an FLV file; its time counts from that of the first, which is the time of the aggregate. Owns the message; one owner, one thread.
/// </summary>
internal sealed class AggregateReader(RtmpMessage message, BufferPool pool) : IDisposable
{
    // Video File Format v10.1, E.4.1: type, size, timestamp with its high byte last, stream id; after the body the size once more.
    private const int HeaderLength = 11;
    private const int TrailerLength = 4;

    private int _position;
    private uint _firstTimestamp;

    /// <summary>The message stream of the aggregate, and so of all in it.</summary>
    public uint MessageStreamId => message.MessageStreamId;

    /// <summary>Whether the rest was not a message.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Takes the next message, with a block of its own, which the caller owns; false at the end.</summary>
    public bool TryTake(out RtmpMessage part)
    {
        part = default;
        ReadOnlySpan<byte> rest = message.Payload[_position..];
        if (rest.IsEmpty || HasFailed)
        {
            return false;
        }

        int length = rest.Length < HeaderLength ? 0 : UInt24.ReadBigEndian(rest[1..]);
        if (rest.Length < HeaderLength || length > rest.Length - HeaderLength)
        {
            HasFailed = true;
            return false;
        }

        uint timestamp = ((uint)rest[7] << 24) | (uint)UInt24.ReadBigEndian(rest[4..]);
        _firstTimestamp = _position == 0 ? timestamp : _firstTimestamp;
        PooledBuffer? buffer = length == 0 ? null : pool.Rent(length, BufferOwner.RtmpMessage);
        if (buffer is not null)
        {
            rest.Slice(HeaderLength, length).CopyTo(buffer.Span);
        }

        // The last size is left out by some writers.
        _position = Math.Min(_position + HeaderLength + length + TrailerLength, message.Length);
        part = new RtmpMessage(
            message.ChunkStreamId,
            (RtmpMessageType)(rest[0] & 0x1F),
            unchecked(message.Timestamp + (timestamp - _firstTimestamp)),
            message.MessageStreamId,
            buffer,
            length);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => message.Dispose();
}
