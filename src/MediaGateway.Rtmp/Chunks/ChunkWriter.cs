using System.Buffers.Binary;
using System.Diagnostics;
using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Chunks;

/// <summary>
/// One message as chunks (RTMP 1.0, 5.3), written piece by piece into memory of exactly <see cref="SizeOf"/> bytes. Each message
/// starts with a type 0 header, so that it means the same to every peer whatever was sent before. Nothing is allocated.
/// </summary>
internal ref struct ChunkWriter
{
    private readonly Span<byte> _destination;
    private readonly int _chunkStreamId;
    private readonly int _chunkSize;
    private readonly uint _timestamp;
    private int _written;
    private int _chunkRemaining;
    private int _messageRemaining;

    /// <summary>Writes the first header.</summary>
    /// <param name="destination">At least <see cref="SizeOf"/> bytes.</param>
    /// <param name="chunkStreamId">The chunk stream.</param>
    /// <param name="type">What the message carries.</param>
    /// <param name="timestamp">Milliseconds modulo 2^32.</param>
    /// <param name="messageStreamId">The message stream.</param>
    /// <param name="messageLength">Bytes that will be appended.</param>
    /// <param name="chunkSize">The chunk size in force towards the peer.</param>
    public ChunkWriter(
        Span<byte> destination,
        int chunkStreamId,
        RtmpMessageType type,
        uint timestamp,
        uint messageStreamId,
        int messageLength,
        int chunkSize)
    {
        _destination = destination;
        _chunkStreamId = chunkStreamId;
        _chunkSize = chunkSize;
        _timestamp = timestamp;
        _messageRemaining = messageLength;
        _chunkRemaining = Math.Min(chunkSize, messageLength);
        _written = ChunkHeader.WriteBasicHeader(destination, format: 0, chunkStreamId);
        int field = HasExtendedTimestamp(timestamp) ? ChunkHeader.ExtendedTimestampMark : (int)timestamp;
        var header = new ChunkHeader(0, chunkStreamId, field, messageLength, (byte)type, messageStreamId);
        header.WriteAbsolute(destination[_written..]);
        _written += ChunkHeader.LongestMessageHeader;
        WriteExtendedTimestamp();
    }

    /// <summary>Bytes written so far.</summary>
    public readonly int Written => _written;

    /// <summary>Bytes that a message takes with all its headers.</summary>
    public static int SizeOf(int chunkStreamId, uint timestamp, int messageLength, int chunkSize)
    {
        int extended = HasExtendedTimestamp(timestamp) ? ChunkHeader.ExtendedTimestampLength : 0;
        int continuations = messageLength == 0 ? 0 : (messageLength - 1) / chunkSize;
        int basic = ChunkHeader.BasicHeaderLength(chunkStreamId);
        return basic + ChunkHeader.LongestMessageHeader + extended + messageLength + (continuations * (basic + extended));
    }

    /// <summary>Appends payload, with a type 3 header wherever a chunk is full.</summary>
    public void Append(scoped ReadOnlySpan<byte> payload)
    {
        Debug.Assert(payload.Length <= _messageRemaining, "no more is appended than was announced");
        while (!payload.IsEmpty)
        {
            if (_chunkRemaining == 0)
            {
                StartContinuation();
            }

            int count = Math.Min(payload.Length, _chunkRemaining);
            payload[..count].CopyTo(_destination[_written..]);
            payload = payload[count..];
            _written += count;
            _chunkRemaining -= count;
            _messageRemaining -= count;
        }
    }

    private static bool HasExtendedTimestamp(uint timestamp) => timestamp >= ChunkHeader.ExtendedTimestampMark;

    private void StartContinuation()
    {
        _written += ChunkHeader.WriteBasicHeader(_destination[_written..], format: 3, _chunkStreamId);
        WriteExtendedTimestamp();
        _chunkRemaining = Math.Min(_chunkSize, _messageRemaining);
    }

    // RTMP 1.0, 5.3.1.3: repeated in the type 3 chunks of the message.
    private void WriteExtendedTimestamp()
    {
        if (!HasExtendedTimestamp(_timestamp))
        {
            return;
        }

        BinaryPrimitives.WriteUInt32BigEndian(_destination[_written..], _timestamp);
        _written += ChunkHeader.ExtendedTimestampLength;
    }
}
