using System.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Chunks;

/// <summary>
/// What the chunks of one chunk stream leave out because a chunk before said it, and the message that is under way. The message's
/// block grows with the bytes received, never with the length announced.
/// </summary>
internal sealed class ChunkStreamState(int chunkStreamId, BufferPool pool)
{
    private PooledBuffer? _buffer;

    /// <summary>Whether a header with length and type was read; types 2 and 3 need one before them.</summary>
    public bool HasHeader { get; set; }

    /// <summary>Whether a message is under way.</summary>
    public bool InMessage { get; private set; }

    /// <summary>The timestamp of the message that is under way or was last.</summary>
    public uint Timestamp { get; set; }

    /// <summary>The timestamp or delta field last read, which a type 3 header for a new message applies again.</summary>
    public uint TimestampField { get; set; }

    /// <summary>Whether <see cref="TimestampField"/> came in the extended field, which chunks of type 3 then repeat.</summary>
    public bool HasExtendedTimestamp { get; set; }

    /// <summary>Bytes of the message.</summary>
    public int MessageLength { get; set; }

    /// <summary>The message's type id.</summary>
    public byte MessageTypeId { get; set; }

    /// <summary>The message's stream.</summary>
    public uint MessageStreamId { get; set; }

    /// <summary>Bytes of the message received so far.</summary>
    public int Received { get; private set; }

    /// <summary>When it was last used, by the reader's count of chunks.</summary>
    public long LastUse { get; set; }

    /// <summary>Starts a message with the header fields set before.</summary>
    public void Begin()
    {
        Debug.Assert(!InMessage, "the message before was finished or dropped");
        InMessage = true;
    }

    /// <summary>Room for the next <paramref name="count"/> bytes of the message; the caller fills it.</summary>
    public Span<byte> Append(int count)
    {
        Debug.Assert(Received + count <= MessageLength, "the reader never takes more than the message holds");
        int needed = Received + count;
        if (_buffer is null)
        {
            _buffer = pool.Rent(count, BufferOwner.RtmpMessage);
        }
        else if (needed > _buffer.Capacity)
        {
            Grow(_buffer, needed);
        }

        Span<byte> room = _buffer.Span.Slice(Received, count);
        Received = needed;
        return room;
    }

    /// <summary>Hands the finished message out.</summary>
    public RtmpMessage Complete()
    {
        Debug.Assert(InMessage && Received == MessageLength, "only a whole message is handed out");
        var message = new RtmpMessage(
            chunkStreamId,
            (RtmpMessageType)MessageTypeId,
            Timestamp,
            MessageStreamId,
            _buffer,
            MessageLength);
        _buffer = null;
        Received = 0;
        InMessage = false;
        return message;
    }

    /// <summary>Throws the message under way away.</summary>
    public void Drop()
    {
        _buffer?.Dispose();
        _buffer = null;
        Received = 0;
        InMessage = false;
    }

    private void Grow(PooledBuffer full, int needed)
    {
        int doubled = (int)Math.Min(2L * full.Capacity, MessageLength);
        PooledBuffer larger = pool.Rent(Math.Max(needed, doubled), BufferOwner.RtmpMessage);
        full.Span[..Received].CopyTo(larger.Span);
        full.Dispose();
        _buffer = larger;
    }
}
