using System.Buffers;
using System.Buffers.Binary;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Rtmp.Chunks;

/// <summary>
/// Bytes to messages (RTMP 1.0, 5.3). A header is taken whole or not at all; payload is taken as it arrives. Set Chunk Size and Abort
/// are obeyed here, before the next chunk is read, and handed out like every other message. One owner, one thread.
/// </summary>
internal sealed class ChunkReader(RtmpLimits limits, BufferPool pool) : IDisposable
{
    /// <summary>The chunk size of both directions until a Set Chunk Size (5.4.1).</summary>
    public const int InitialChunkSize = 128;

    /// <summary>The largest chunk size that makes a difference: no message is longer (5.4.1).</summary>
    public const int LargestChunkSize = 0xFFFFFF;

    private readonly Dictionary<int, ChunkStreamState> _streams = [];
    private ChunkStreamState? _current;
    private int _chunkRemaining;
    private int _partialBytes;
    private long _chunks;

    /// <summary>The size of the peer's chunks.</summary>
    public int ChunkSize { get; private set; } = InitialChunkSize;

    /// <summary>The longest message accepted from here on, in bytes.</summary>
    public int MaximumMessageBytes { get; set; } = limits.MaximumMessageBytes;

    /// <summary>Small chunks that may still be read; the owner refills it as time passes.</summary>
    public int SmallChunkAllowance { get; set; } = limits.MaximumSmallChunksPerSecond;

    /// <summary>What was wrong, after <see cref="OperationStatus.InvalidData"/>.</summary>
    public RtmpError Error { get; private set; }

    /// <summary>
    /// Reads up to the end of the next message, which the caller then owns. <see cref="OperationStatus.NeedMoreData"/>: the rest of
    /// the input, if any, is an unfinished header. After <see cref="OperationStatus.InvalidData"/> the reader must not be used.
    /// </summary>
    public OperationStatus Read(ref SequenceReader<byte> reader, out RtmpMessage message)
    {
        message = default;
        while (true)
        {
            if (_current is null)
            {
                OperationStatus status = ReadHeader(ref reader);
                if (status != OperationStatus.Done)
                {
                    return status;
                }
            }

            OperationStatus taken = TakePayload(ref reader);
            if (taken != OperationStatus.Done)
            {
                return taken;
            }

            ChunkStreamState finished = _current!; // set by ReadHeader
            _current = null;
            if (finished.Received < finished.MessageLength)
            {
                continue;
            }

            _partialBytes -= finished.MessageLength;
            message = finished.Complete();
            return Obey(in message) ? OperationStatus.Done : Refuse(message);
        }
    }

    /// <summary>Returns the memory of all unfinished messages.</summary>
    public void Dispose()
    {
        foreach (ChunkStreamState stream in _streams.Values)
        {
            stream.Drop();
        }

        _streams.Clear();
        _current = null;
    }

    private OperationStatus ReadHeader(ref SequenceReader<byte> reader)
    {
        SequenceReader<byte> start = reader;
        if (!ChunkHeader.TryRead(ref reader, out ChunkHeader header))
        {
            return OperationStatus.NeedMoreData;
        }

        _streams.TryGetValue(header.ChunkStreamId, out ChunkStreamState? stream);
        bool hasHeader = stream is { HasHeader: true };
        if (header.Format >= 2 && !hasHeader)
        {
            return Invalid(RtmpError.MissingChunkHeader);
        }

        OperationStatus extended = ReadExtendedTimestamp(ref reader, header, stream, out uint timestampField);
        if (extended != OperationStatus.Done)
        {
            reader = start;
            return extended;
        }

        stream ??= Open(header.ChunkStreamId);
        if (stream is null)
        {
            return Invalid(RtmpError.TooManyChunkStreams);
        }

        stream.LastUse = ++_chunks;
        OperationStatus applied = stream.InMessage
            ? Continue(stream, header)
            : Begin(stream, header, timestampField);
        return applied == OperationStatus.Done ? StartChunk(stream) : applied;
    }

    // RTMP 1.0, 5.3.1.3: the field is there when the 24-bit one says so, and then again in each type 3 chunk of the message. Some
    // encoders leave it out in the middle of a message: its value decides, as a payload that starts with the very timestamp does not
    // happen by chance. A type 3 header that begins a message always has it.
    private static OperationStatus ReadExtendedTimestamp(
        ref SequenceReader<byte> reader,
        ChunkHeader header,
        ChunkStreamState? stream,
        out uint timestampField)
    {
        timestampField = header.Format < 3 ? (uint)header.TimestampField : stream?.TimestampField ?? 0;
        bool marked = header.Format < 3
            ? header.TimestampField == ChunkHeader.ExtendedTimestampMark
            : stream is { HasExtendedTimestamp: true };
        if (!marked)
        {
            return OperationStatus.Done;
        }

        Span<byte> field = stackalloc byte[ChunkHeader.ExtendedTimestampLength];
        int available = (int)Math.Min(reader.Remaining, ChunkHeader.ExtendedTimestampLength);
        reader.TryCopyTo(field[..available]);
        if (header.Format == 3 && stream is { InMessage: true })
        {
            Span<byte> expected = stackalloc byte[ChunkHeader.ExtendedTimestampLength];
            BinaryPrimitives.WriteUInt32BigEndian(expected, stream.TimestampField);
            if (!expected.StartsWith(field[..available]))
            {
                return OperationStatus.Done;
            }
        }

        if (available < ChunkHeader.ExtendedTimestampLength)
        {
            return OperationStatus.NeedMoreData;
        }

        reader.Advance(ChunkHeader.ExtendedTimestampLength);
        timestampField = BinaryPrimitives.ReadUInt32BigEndian(field);
        return OperationStatus.Done;
    }

    // Peers are known that start each chunk of a message with a full header. It must then announce the same message again.
    private OperationStatus Continue(ChunkStreamState stream, ChunkHeader header)
    {
        bool changed = header.Format < 2
            && (header.MessageLength != stream.MessageLength || header.MessageTypeId != stream.MessageTypeId);
        return changed ? Invalid(RtmpError.ChangedMessage) : OperationStatus.Done;
    }

    private OperationStatus Begin(ChunkStreamState stream, ChunkHeader header, uint timestampField)
    {
        int messageLength = header.Format < 2 ? header.MessageLength : stream.MessageLength;
        if (messageLength > MaximumMessageBytes)
        {
            return Invalid(RtmpError.MessageTooLong);
        }

        if (header.Format < 3)
        {
            stream.HasExtendedTimestamp = header.TimestampField == ChunkHeader.ExtendedTimestampMark;
        }

        if (header.Format < 2)
        {
            stream.MessageLength = messageLength;
            stream.MessageTypeId = header.MessageTypeId;
            stream.HasHeader = true;
        }

        if (header.Format == 0)
        {
            stream.MessageStreamId = header.MessageStreamId;
        }

        // Type 3 after type 0 takes the absolute timestamp for a delta (5.3.1.2.4); deltas wrap with the 32 bits.
        stream.Timestamp = header.Format == 0 ? timestampField : unchecked(stream.Timestamp + timestampField);
        stream.TimestampField = timestampField;
        stream.Begin();
        return OperationStatus.Done;
    }

    private OperationStatus StartChunk(ChunkStreamState stream)
    {
        int payload = Math.Min(ChunkSize, stream.MessageLength - stream.Received);
        if (payload < limits.SmallChunkBytes && --SmallChunkAllowance < 0)
        {
            return Invalid(RtmpError.TooManySmallChunks);
        }

        _current = stream;
        _chunkRemaining = payload;
        return OperationStatus.Done;
    }

    private OperationStatus TakePayload(ref SequenceReader<byte> reader)
    {
        int count = (int)Math.Min(reader.Remaining, _chunkRemaining);
        if (count > limits.MaximumPartialBytes - _partialBytes)
        {
            return Invalid(RtmpError.TooManyPartialBytes);
        }

        if (count > 0)
        {
            Span<byte> room = _current!.Append(count); // called with a chunk under way only
            reader.TryCopyTo(room);
            reader.Advance(count);
            _partialBytes += count;
            _chunkRemaining -= count;
        }

        return _chunkRemaining == 0 ? OperationStatus.Done : OperationStatus.NeedMoreData;
    }

    private ChunkStreamState? Open(int chunkStreamId)
    {
        if (_streams.Count >= limits.MaximumChunkStreams && !ForgetOldestIdle())
        {
            return null;
        }

        var stream = new ChunkStreamState(chunkStreamId, pool);
        _streams.Add(chunkStreamId, stream);
        return stream;
    }

    private bool ForgetOldestIdle()
    {
        int oldest = 0;
        long oldestUse = long.MaxValue;
        foreach ((int chunkStreamId, ChunkStreamState stream) in _streams)
        {
            if (!stream.InMessage && stream.LastUse < oldestUse)
            {
                (oldest, oldestUse) = (chunkStreamId, stream.LastUse);
            }
        }

        return oldestUse != long.MaxValue && _streams.Remove(oldest);
    }

    private bool Obey(in RtmpMessage message)
    {
        return message.Type switch
        {
            RtmpMessageType.SetChunkSize => SetChunkSize(message.Payload),
            RtmpMessageType.Abort => Abort(message.Payload),
            _ => true,
        };
    }

    private bool SetChunkSize(ReadOnlySpan<byte> payload)
    {
        if (!ProtocolControl.TryReadValue(payload, out uint size))
        {
            Error = RtmpError.InvalidControlMessage;
            return false;
        }

        if (size is 0 or > int.MaxValue)
        {
            Error = RtmpError.InvalidChunkSize;
            return false;
        }

        ChunkSize = (int)Math.Min(size, LargestChunkSize);
        return true;
    }

    private bool Abort(ReadOnlySpan<byte> payload)
    {
        if (!ProtocolControl.TryReadValue(payload, out uint chunkStreamId))
        {
            Error = RtmpError.InvalidControlMessage;
            return false;
        }

        if (chunkStreamId <= int.MaxValue && _streams.TryGetValue((int)chunkStreamId, out ChunkStreamState? stream) && stream.InMessage)
        {
            _partialBytes -= stream.Received;
            stream.Drop();
        }

        return true;
    }

    private static OperationStatus Refuse(RtmpMessage message)
    {
        message.Dispose();
        return OperationStatus.InvalidData;
    }

    private OperationStatus Invalid(RtmpError error)
    {
        Error = error;
        return OperationStatus.InvalidData;
    }
}
