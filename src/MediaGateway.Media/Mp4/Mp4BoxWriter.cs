using System.Buffers.Binary;

namespace MediaGateway.Media.Mp4;

/// <summary>
/// Writes boxes (ISO/IEC 14496-12 4.2) into a block that the caller has made large enough. A box's size is entered when it ends.
/// </summary>
/// <param name="destination">Where they go.</param>
internal ref struct Mp4BoxWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Begins a box; the result goes to <see cref="End"/>.</summary>
    /// <param name="type">Four characters.</param>
    public int Begin(ReadOnlySpan<byte> type)
    {
        int start = Length;
        Length += sizeof(uint);
        Bytes(type);
        return start;
    }

    /// <summary>Begins a full box: one with a version and flags.</summary>
    public int BeginFull(ReadOnlySpan<byte> type, byte version, int flags)
    {
        int start = Begin(type);
        UInt32(((uint)version << 24) | (uint)flags);
        return start;
    }

    /// <summary>Ends the box that <paramref name="start"/> began.</summary>
    public readonly void End(int start) => SetUInt32(start, (uint)(Length - start));

    /// <summary>Writes over four bytes.</summary>
    public readonly void SetUInt32(int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(_destination[offset..], value);

    /// <summary>One byte.</summary>
    public void UInt8(int value) => _destination[Length++] = unchecked((byte)value);

    /// <summary>Two bytes.</summary>
    public void UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_destination[Length..], unchecked((ushort)value));
        Length += sizeof(ushort);
    }

    /// <summary>Four bytes.</summary>
    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_destination[Length..], value);
        Length += sizeof(uint);
    }

    /// <summary>Four bytes with a sign.</summary>
    public void Int32(int value) => UInt32(unchecked((uint)value));

    /// <summary>Eight bytes.</summary>
    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_destination[Length..], value);
        Length += sizeof(ulong);
    }

    /// <summary>Bytes as they are.</summary>
    public void Bytes(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_destination[Length..]);
        Length += bytes.Length;
    }

    /// <summary>Zeros.</summary>
    public void Zeros(int count)
    {
        _destination.Slice(Length, count).Clear();
        Length += count;
    }
}
