using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Rtcp;

namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// Remembers when packets arrived, by their transport-wide sequence numbers, and writes it into feedback
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 3.1). Bounded: of a jump beyond <see cref="Capacity"/> only what comes after it
/// is reported. A packet that was overtaken is reported later, with those around it once more.
/// </summary>
internal sealed class ArrivalRecorder
{
    /// <summary>Sequence numbers that are remembered.</summary>
    public const int Capacity = 2048;

    /// <summary>The longest control information: the fixed part, chunks of seven, and large deltas.</summary>
    public const int MaximumLength = TransportFeedback.FixedLength + (((StatusesPerPacket / TwoBitStatuses) + 1) * TransportFeedback.ChunkLength) + (StatusesPerPacket * 2);

    private const int StatusesPerPacket = 224;

    /// <summary>How far back a packet that was overtaken is still reported.</summary>
    private const int FurthestBack = 256;

    private const int OneBitStatuses = 14;
    private const int TwoBitStatuses = 7;
    private const int LongestRun = 0x1FFF;
    private const byte NotReceived = 0;
    private const byte SmallDelta = 1;
    private const byte LargeDelta = 2;
    private const int ReferenceMask = 0xFF_FFFF;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly long[] _sequences = new long[Capacity];
    private readonly long[] _arrivals = new long[Capacity];
    private readonly byte[] _statuses = new byte[StatusesPerPacket];
    private readonly short[] _deltas = new short[StatusesPerPacket];
    private readonly byte[] _content = new byte[MaximumLength];
    private TimestampUnwrapper _unwrapper = new(16);
    private long _next;
    private long _highest = -1;
    private bool _hasPackets;
    private byte _feedbackCount;

    /// <summary>When feedback is due; <see cref="TimeSpan.MaxValue"/> while there is nothing new.</summary>
    public TimeSpan DueAt { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Notes a packet.</summary>
    public void Add(ushort sequenceNumber, TimeSpan arrivedAt)
    {
        long sequence = _unwrapper.Unwrap(sequenceNumber);
        if (!_hasPackets || sequence >= _next + Capacity || sequence < _highest - Capacity)
        {
            _hasPackets = true;
            _next = sequence;
            _highest = sequence;
        }
        else if (sequence < _next && (sequence < _highest - FurthestBack || Holds(sequence)))
        {
            return;
        }

        _sequences[Slot(sequence)] = sequence + 1;
        _arrivals[Slot(sequence)] = arrivedAt.Ticks / TransportFeedback.DeltaTicks;
        _next = Math.Min(_next, sequence);
        _highest = Math.Max(_highest, sequence);
        bool isMuch = _highest - _next >= StatusesPerPacket;
        TimeSpan due = isMuch ? arrivedAt : arrivedAt + Interval;
        DueAt = due < DueAt ? due : DueAt;
    }

    /// <summary>Takes the control information of the next feedback, valid until the next call; call it again while <see cref="DueAt"/> has passed.</summary>
    public ReadOnlySpan<byte> Take(TimeSpan now)
    {
        while (_next <= _highest && !Holds(_next))
        {
            // What is missing in front is reported missing when something behind it is.
            if (_next + StatusesPerPacket > _highest)
            {
                break;
            }

            _next++;
        }

        int count = Collect(out long reference);
        if (count == 0)
        {
            DueAt = TimeSpan.MaxValue;
            return default;
        }

        int length = Write(count, reference);
        _next += count;
        _feedbackCount = unchecked((byte)(_feedbackCount + 1));
        DueAt = _next <= _highest ? now : TimeSpan.MaxValue;
        return _content.AsSpan(0, length);
    }

    private static int Slot(long sequence) => (int)(sequence & (Capacity - 1));

    private bool Holds(long sequence) => _sequences[Slot(sequence)] == sequence + 1;

    /// <summary>Fills statuses and deltas from the next packet on, until one no longer fits. Ends with a received one.</summary>
    private int Collect(out long reference)
    {
        reference = 0;
        long before = 0;
        int count = 0;
        bool hasReference = false;
        for (int index = 0; index < StatusesPerPacket && _next + index <= _highest; index++)
        {
            if (!Holds(_next + index))
            {
                _statuses[index] = NotReceived;
                continue;
            }

            long arrival = _arrivals[Slot(_next + index)];
            if (!hasReference)
            {
                hasReference = true;
                reference = Math.DivRem(arrival, TransportFeedback.ReferenceTicks / TransportFeedback.DeltaTicks, out _);
                before = reference * (TransportFeedback.ReferenceTicks / TransportFeedback.DeltaTicks);
            }

            long delta = arrival - before;
            if (delta is < short.MinValue or > short.MaxValue)
            {
                break;
            }

            _statuses[index] = delta is >= 0 and <= byte.MaxValue ? SmallDelta : LargeDelta;
            _deltas[index] = (short)delta;
            before = arrival;
            count = index + 1;
        }

        return count;
    }

    private int Write(int count, long reference)
    {
        Span<byte> content = _content;
        BinaryPrimitives.WriteUInt16BigEndian(content, unchecked((ushort)_next));
        BinaryPrimitives.WriteUInt16BigEndian(content[2..], (ushort)count);
        BinaryPrimitives.WriteInt32BigEndian(content[4..], unchecked((int)((reference & ReferenceMask) << 8)) | _feedbackCount);
        int length = TransportFeedback.FixedLength;
        for (int index = 0; index < count; length += TransportFeedback.ChunkLength)
        {
            ushort chunk = NextChunk(_statuses.AsSpan(index, count - index), out int taken);
            BinaryPrimitives.WriteUInt16BigEndian(content[length..], chunk);
            index += taken;
        }

        for (int index = 0; index < count; index++)
        {
            if (_statuses[index] == SmallDelta)
            {
                content[length++] = (byte)_deltas[index];
            }
            else if (_statuses[index] == LargeDelta)
            {
                BinaryPrimitives.WriteInt16BigEndian(content[length..], _deltas[index]);
                length += 2;
            }
        }

        return length;
    }

    /// <summary>The chunk that says most about the first statuses: a run, else 14 of one bit, else 7 of two.</summary>
    private static ushort NextChunk(ReadOnlySpan<byte> statuses, out int taken)
    {
        int run = statuses.IndexOfAnyExcept(statuses[0]);
        run = Math.Min(run < 0 ? statuses.Length : run, LongestRun);
        ReadOnlySpan<byte> ofOneBit = statuses[..Math.Min(OneBitStatuses, statuses.Length)];
        bool needsTwoBits = ofOneBit.Contains(LargeDelta);
        int vector = Math.Min(needsTwoBits ? TwoBitStatuses : OneBitStatuses, statuses.Length);
        if (run >= vector)
        {
            taken = run;
            return (ushort)((statuses[0] << 13) | run);
        }

        taken = vector;
        int bits = needsTwoBits ? 2 : 1;
        int symbols = 0;
        for (int index = 0; index < (needsTwoBits ? TwoBitStatuses : OneBitStatuses); index++)
        {
            symbols = (symbols << bits) | (index < vector ? statuses[index] : NotReceived);
        }

        return (ushort)(0x8000 | (needsTwoBits ? 0x4000 : 0) | symbols);
    }
}
