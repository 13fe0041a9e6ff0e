using System.Diagnostics;
using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>
/// Collects the pieces of one picture where they lie, in the buffers of their packets, and copies them once when it is complete. A piece
/// may belong to a unit, which gets its header and its length in front (the OBUs of AV1). Bounded in bytes, packets and pieces.
/// </summary>
internal sealed class PictureBuilder(BufferPool pool, int maximumBytes) : IDisposable
{
    /// <summary>Pieces of one picture; a packet has one, with AV1 few.</summary>
    public const int MaximumPieces = 16_384;

    private const int LengthBits = 7;
    private const int MoreBytes = 0x80;

    private readonly HeldPackets _packets = new();
    private readonly List<Piece> _pieces = new(64);
    private int _bytes;
    private int _unit;

    /// <summary>Whether a unit has begun and not ended.</summary>
    public bool IsInsideUnit { get; private set; }

    /// <summary>Whether it holds nothing.</summary>
    public bool IsEmpty => _pieces.Count == 0;

    /// <summary>Takes ownership of the packet in which the next pieces lie. False: too many; the packet is still taken.</summary>
    public bool TryHold(PooledBuffer packet) => _packets.TryHold(packet);

    /// <summary>Adds bytes of the packet held last.</summary>
    public bool TryAdd(int offset, int length)
    {
        _pieces.Add(new Piece(_packets.Last, offset, length));
        return TryCount(length);
    }

    /// <summary>Begins a unit; the pieces up to <see cref="EndUnit"/> are its content.</summary>
    /// <param name="header">Its header, one or two bytes.</param>
    public bool TryBeginUnit(ReadOnlySpan<byte> header)
    {
        Debug.Assert(!IsInsideUnit && header.Length is 1 or 2, "the caller ends each unit, and headers are short");
        IsInsideUnit = true;
        _unit = _pieces.Count;
        int bytes = header.Length == 1 ? header[0] : header[0] | (header[1] << 8);
        _pieces.Add(new Piece(-header.Length, bytes, 0));
        return TryCount(header.Length);
    }

    /// <summary>Ends the unit: its length is known.</summary>
    public bool EndUnit()
    {
        Debug.Assert(IsInsideUnit, "a unit has begun");
        IsInsideUnit = false;
        int length = 0;
        for (int i = _unit + 1; i < _pieces.Count; i++)
        {
            length += _pieces[i].Length;
        }

        _pieces[_unit] = _pieces[_unit] with { Length = length };
        return TryCount(LengthOfLength(length));
    }

    /// <summary>Copies the picture into a block of its own and forgets it. The caller owns the block.</summary>
    /// <param name="length">Bytes written from the start of the block.</param>
    public PooledBuffer Build(out int length)
    {
        Debug.Assert(!IsInsideUnit && !IsEmpty, "the picture is complete");
        PooledBuffer block = pool.Rent(_bytes, BufferOwner.Frame);
        length = 0;
        foreach (Piece piece in _pieces)
        {
            length += piece.IsHeader ? WriteHeader(piece, block.Span[length..]) : Copy(piece, block.Span[length..]);
        }

        Clear();
        return block;
    }

    /// <summary>Forgets the picture.</summary>
    public void Clear()
    {
        _packets.Release();
        _pieces.Clear();
        _bytes = 0;
        IsInsideUnit = false;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private static int LengthOfLength(int length)
    {
        int bytes = 1;
        for (int rest = length >> LengthBits; rest > 0; rest >>= LengthBits)
        {
            bytes++;
        }

        return bytes;
    }

    // AV1 4.10.5: leb128, seven bits a byte, the lowest first
    private static int WriteHeader(Piece piece, Span<byte> destination)
    {
        int headerLength = -piece.Packet;
        destination[0] = (byte)(piece.Offset & 0xFF);
        if (headerLength > 1)
        {
            destination[1] = (byte)(piece.Offset >> 8);
        }

        int written = headerLength;
        int rest = piece.Length;
        do
        {
            int low = rest & (MoreBytes - 1);
            rest >>= LengthBits;
            destination[written++] = (byte)(rest > 0 ? low | MoreBytes : low);
        }
        while (rest > 0);

        return written;
    }

    private int Copy(Piece piece, Span<byte> destination)
    {
        _packets.Read(piece.Packet, piece.Offset, piece.Length).CopyTo(destination);
        return piece.Length;
    }

    private bool TryCount(int bytes)
    {
        _bytes += bytes;
        return _bytes <= maximumBytes && _pieces.Count <= MaximumPieces;
    }

    /// <summary>A run of bytes in a packet; or a unit's header in the place of the offset, and the length of what follows.</summary>
    private readonly record struct Piece(int Packet, int Offset, int Length)
    {
        public bool IsHeader => Packet < 0;
    }
}
