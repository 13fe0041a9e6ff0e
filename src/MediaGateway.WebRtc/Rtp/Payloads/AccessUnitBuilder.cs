using System.Buffers.Binary;
using System.Diagnostics;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>
/// Collects the pieces of one access unit where they lie, in the buffers of their packets, and copies them once when it is complete:
/// AVCC framing, on an IDR picture the current parameter sets in front. Bounded in bytes, packets and NAL units.
/// </summary>
internal sealed class AccessUnitBuilder(BufferPool pool, ParameterSetStore parameterSets, int maximumBytes) : IDisposable
{
    private const int MaximumNalUnits = 16_384;

    private readonly HeldPackets _packets = new();
    private readonly List<Piece> _pieces = new(64);
    private readonly byte[] _scratch = new byte[SequenceParameterSet.MaximumBytes];
    private int _bytes;
    private int _nalUnits;
    private int _nalUnitStart;
    private int _nalUnitLength;

    /// <summary>Whether a NAL unit has begun and not ended.</summary>
    public bool IsInsideNalUnit { get; private set; }

    /// <summary>The type of the NAL unit that has begun.</summary>
    public NalUnitType CurrentType => NalUnit.TypeOf(_pieces[_nalUnitStart].Header);

    /// <summary>Whether it holds a slice of an IDR picture.</summary>
    public bool IsKeyframe { get; private set; }

    /// <summary>Slices it holds.</summary>
    public int Slices { get; private set; }

    /// <summary>The picture parameter set of the first slice.</summary>
    public int PictureParameterSetId { get; private set; }

    /// <summary>Takes ownership of the packet in which the next pieces lie. False: too many; the packet is still taken.</summary>
    public bool TryHold(PooledBuffer packet) => _packets.TryHold(packet);

    /// <summary>Begins a NAL unit whose header byte is <paramref name="header"/>; it does not lie in any piece.</summary>
    public bool TryBegin(byte header)
    {
        Debug.Assert(!IsInsideNalUnit, "the caller ends each NAL unit");
        _nalUnits++;
        _nalUnitStart = _pieces.Count;
        _nalUnitLength = 1;
        IsInsideNalUnit = true;
        _pieces.Add(new Piece(header));
        return _nalUnits <= MaximumNalUnits && TryCount(Avcc.LengthSize + 1);
    }

    /// <summary>Adds bytes of the packet held last to the NAL unit.</summary>
    public bool TryAdd(int offset, int length)
    {
        Debug.Assert(IsInsideNalUnit, "a NAL unit has begun");
        _pieces.Add(new Piece(_packets.Last, offset, length));
        _nalUnitLength += length;
        return TryCount(length);
    }

    /// <summary>Ends the NAL unit. False: it is malformed.</summary>
    public bool TryEnd()
    {
        Debug.Assert(IsInsideNalUnit, "a NAL unit has begun");
        IsInsideNalUnit = false;
        NalUnitType type = CurrentType;
        _pieces[_nalUnitStart] = _pieces[_nalUnitStart] with { Length = _nalUnitLength };
        if (NalUnit.IsSlice(type))
        {
            return TryCountSlice(type);
        }

        return type is not (NalUnitType.SequenceParameterSet or NalUnitType.PictureParameterSet) || TryStoreParameterSet();
    }

    /// <summary>Copies the access unit into a block of its own and forgets it. The caller owns the block.</summary>
    /// <param name="length">Bytes written from the start of the block.</param>
    public PooledBuffer Build(out int length)
    {
        int capacity = _bytes + (IsKeyframe ? parameterSets.AvccLength : 0);
        PooledBuffer block = pool.Rent(capacity, BufferOwner.Frame);
        Span<byte> destination = block.Span;
        length = IsKeyframe ? parameterSets.WriteAvcc(destination) : 0;
        bool leftOut = false;
        foreach (Piece piece in _pieces)
        {
            if (piece.IsStart)
            {
                leftOut = IsLeftOut(NalUnit.TypeOf(piece.Header));
            }

            length += leftOut ? 0 : Write(piece, destination[length..]);
        }

        Clear();
        return block;
    }

    /// <summary>Forgets the access unit.</summary>
    public void Clear()
    {
        _packets.Release();
        _pieces.Clear();
        (_bytes, _nalUnits, Slices, PictureParameterSetId) = (0, 0, 0, 0);
        (IsInsideNalUnit, IsKeyframe) = (false, false);
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    // A decoder does without delimiters, filler and end marks; an IDR picture's parameter sets stand in front, in their canonical order.
    private bool IsLeftOut(NalUnitType type) => type switch
    {
        NalUnitType.Unspecified or NalUnitType.AccessUnitDelimiter or NalUnitType.EndOfSequence => true,
        NalUnitType.EndOfStream or NalUnitType.FillerData => true,
        NalUnitType.SequenceParameterSet or NalUnitType.PictureParameterSet => IsKeyframe,
        _ => false,
    };

    private int Write(Piece piece, Span<byte> destination)
    {
        if (piece.IsStart)
        {
            BinaryPrimitives.WriteInt32BigEndian(destination, piece.Length);
            destination[Avcc.LengthSize] = piece.Header;
            return Avcc.LengthSize + 1;
        }

        BytesOf(piece).CopyTo(destination);
        return piece.Length;
    }

    private ReadOnlySpan<byte> BytesOf(Piece piece) => _packets.Read(piece.Packet, piece.Offset, piece.Length);

    private bool TryCount(int bytes)
    {
        _bytes += bytes;
        return _bytes <= maximumBytes;
    }

    private bool TryCountSlice(NalUnitType type)
    {
        Slices++;
        IsKeyframe |= type == NalUnitType.IdrSlice;
        if (Slices > 1)
        {
            return true;
        }

        int length = Gather(SliceHeader.LeadingBytes + 1);
        if (!SliceHeader.TryParse(_scratch.AsSpan(1, length - 1), out SliceHeader header))
        {
            return false;
        }

        PictureParameterSetId = header.PictureParameterSetId;
        return true;
    }

    private bool TryStoreParameterSet() =>
        _nalUnitLength <= _scratch.Length && parameterSets.TryStore(_scratch.AsSpan(0, Gather(_scratch.Length)));

    /// <summary>Copies the head of the NAL unit just ended into the scratch space.</summary>
    private int Gather(int maximum)
    {
        _scratch[0] = _pieces[_nalUnitStart].Header;
        int length = 1;
        for (int i = _nalUnitStart + 1; i < _pieces.Count && length < maximum; i++)
        {
            ReadOnlySpan<byte> bytes = BytesOf(_pieces[i]);
            bytes = bytes[..Math.Min(bytes.Length, maximum - length)];
            bytes.CopyTo(_scratch.AsSpan(length));
            length += bytes.Length;
        }

        return length;
    }

    /// <summary>The start of a NAL unit (its header byte and length), or a run of bytes in a packet.</summary>
    private readonly record struct Piece(int Packet, int Offset, int Length)
    {
        private const int StartOfNalUnit = -1;

        public Piece(byte header)
            : this(StartOfNalUnit, header, 0)
        {
        }

        public bool IsStart => Packet == StartOfNalUnit;

        public byte Header => (byte)Offset;
    }
}
