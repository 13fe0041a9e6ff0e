using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Rtcp;

/// <summary>
/// Transport-wide congestion control feedback: which packets have arrived, and when
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 3.1). A view on the bytes; copies nothing.
/// </summary>
internal readonly ref struct TransportFeedback
{
    /// <summary>Bytes of control information in front of the chunks.</summary>
    public const int FixedLength = 8;

    /// <summary>Bytes of a chunk.</summary>
    public const int ChunkLength = 2;

    /// <summary>Ticks of a delta: 250 µs.</summary>
    public const long DeltaTicks = TimeSpan.TicksPerMillisecond / 4;

    /// <summary>Ticks of the reference time: 64 ms.</summary>
    public const long ReferenceTicks = 64 * TimeSpan.TicksPerMillisecond;

    /// <summary>Bits of the reference time, which is signed and wraps.</summary>
    public const int ReferenceBits = 24;

    private readonly ReadOnlySpan<byte> _controlInformation;
    private readonly int _deltasOffset;

    private TransportFeedback(ReadOnlySpan<byte> controlInformation, int deltasOffset)
    {
        _controlInformation = controlInformation;
        _deltasOffset = deltasOffset;
    }

    /// <summary>The transport-wide sequence number of the first packet reported on.</summary>
    public ushort BaseSequence => BinaryPrimitives.ReadUInt16BigEndian(_controlInformation);

    /// <summary>How many consecutive packets are reported on.</summary>
    public int StatusCount => BinaryPrimitives.ReadUInt16BigEndian(_controlInformation[2..]);

    /// <summary>The time that the first delta counts from, in units of <see cref="ReferenceTicks"/>, signed, 24 bits.</summary>
    public int ReferenceTime => BinaryPrimitives.ReadInt32BigEndian(_controlInformation[4..]) >> 8;

    /// <summary>Counts the feedback packets, so that a missing one is noticed.</summary>
    public byte FeedbackCount => _controlInformation[7];

    // |      base sequence number     |      packet status count      |
    // |                 reference time                | fb pkt. count |
    // |          packet chunk         |         packet chunk          |
    // .                                                               .
    // |         packet chunk          |  recv delta   |  recv delta   |
    // .                                                               .

    /// <summary>Reads the control information. False: chunks or deltas are missing, or a status is the reserved one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> controlInformation, out TransportFeedback feedback)
    {
        feedback = default;
        if (controlInformation.Length < FixedLength)
        {
            return false;
        }

        int left = BinaryPrimitives.ReadUInt16BigEndian(controlInformation[2..]);
        int offset = FixedLength;
        int deltas = 0;
        while (left > 0)
        {
            if (controlInformation.Length < offset + ChunkLength)
            {
                return false;
            }

            var chunk = new StatusChunk(BinaryPrimitives.ReadUInt16BigEndian(controlInformation[offset..]));
            int count = Math.Min(chunk.Count, left);
            if (!chunk.TryMeasureDeltas(count, out int bytes))
            {
                return false;
            }

            deltas += bytes;
            left -= count;
            offset += ChunkLength;
        }

        if (controlInformation.Length < offset + deltas)
        {
            return false;
        }

        feedback = new TransportFeedback(controlInformation, offset);
        return true;
    }

    /// <summary>Walks the packets reported on.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>One chunk: a run of one status, or a vector of one-bit or two-bit statuses (3.1.3, 3.1.4).</summary>
    private readonly struct StatusChunk(ushort word)
    {
        private const int OneBitStatuses = 14;
        private const int TwoBitStatuses = 7;

        // |T=0| S |       Run Length        |    |T=1|S|       symbol list         |
        private bool IsVector => (word & 0x8000) != 0;

        private bool HasTwoBits => (word & 0x4000) != 0;

        /// <summary>How many packets the chunk has room for; a run may be empty.</summary>
        public int Count => !IsVector ? word & 0x1FFF : HasTwoBits ? TwoBitStatuses : OneBitStatuses;

        /// <summary>The status of a packet: 0 not received, 1 with a small delta, 2 with a large one, 3 reserved.</summary>
        public int this[int index] => !IsVector ? (word >> 13) & 3
            : HasTwoBits ? (word >> (2 * (TwoBitStatuses - 1 - index))) & 3
            : (word >> (OneBitStatuses - 1 - index)) & 1;

        /// <summary>The bytes of the deltas of the first packets. False: one has the reserved status.</summary>
        public bool TryMeasureDeltas(int count, out int bytes)
        {
            bytes = 0;
            if (!IsVector)
            {
                bytes = count * this[0];
                return this[0] != 3;
            }

            for (int index = 0; index < count; index++)
            {
                if (this[index] == 3)
                {
                    return false;
                }

                bytes += this[index];
            }

            return true;
        }
    }

    /// <summary>Walks the packets of a feedback.</summary>
    public ref struct Enumerator
    {
        private readonly TransportFeedback _feedback;
        private int _chunkOffset = FixedLength;
        private int _deltaOffset;
        private StatusChunk _chunk;
        private int _indexInChunk;
        private int _index = -1;
        private long _deltas;

        internal Enumerator(TransportFeedback feedback)
        {
            _feedback = feedback;
            _deltaOffset = feedback._deltasOffset;
        }

        /// <summary>The packet that the walk stands at.</summary>
        public PacketStatus Current { get; private set; }

        /// <summary>Goes to the next packet.</summary>
        public bool MoveNext()
        {
            if (++_index >= _feedback.StatusCount)
            {
                return false;
            }

            while (_indexInChunk >= _chunk.Count)
            {
                _chunk = new StatusChunk(BinaryPrimitives.ReadUInt16BigEndian(_feedback._controlInformation[_chunkOffset..]));
                _chunkOffset += ChunkLength;
                _indexInChunk = 0;
            }

            int status = _chunk[_indexInChunk++];
            ReadOnlySpan<byte> delta = _feedback._controlInformation[_deltaOffset..];
            _deltas += status switch { 1 => delta[0], 2 => BinaryPrimitives.ReadInt16BigEndian(delta), _ => 0 };
            _deltaOffset += status;
            Current = new PacketStatus(unchecked((ushort)(_feedback.BaseSequence + _index)), status != 0, _deltas * DeltaTicks);
            return true;
        }
    }

    /// <summary>What the feedback says of one packet.</summary>
    /// <param name="Sequence">Its transport-wide sequence number.</param>
    /// <param name="IsReceived">Whether it has arrived.</param>
    /// <param name="TicksAfterReference">When, in ticks of <see cref="TimeSpan"/> after the reference time.</param>
    public readonly record struct PacketStatus(ushort Sequence, bool IsReceived, long TicksAfterReference);
}
