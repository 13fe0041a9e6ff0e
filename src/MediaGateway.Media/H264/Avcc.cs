using System.Buffers.Binary;
using MediaGateway.Media.Memory;

namespace MediaGateway.Media.H264;

/// <summary>
/// Walks the NAL units of an access unit in AVCC framing with four-byte lengths (ISO/IEC 14496-15 5.2). Stops at the first length
/// that is zero or passes the end, and says so in <see cref="HasFailed"/>.
/// </summary>
public ref struct Avcc
{
    /// <summary>Bytes of each length field.</summary>
    public const int LengthSize = 4;

    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts before the first NAL unit of <paramref name="accessUnit"/>.</summary>
    public Avcc(ReadOnlySpan<byte> accessUnit) => _rest = accessUnit;

    /// <summary>The NAL unit, without its length field.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Whether the walk ended at bytes that are not a NAL unit.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Writes one NAL unit with its length.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<byte> nalUnit, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, nalUnit.Length);
        nalUnit.CopyTo(destination[LengthSize..]);
        return LengthSize + nalUnit.Length;
    }

    /// <summary>
    /// A copy of an access unit whose lengths have <paramref name="lengthSize"/> bytes, with four-byte lengths: ISO/IEC 14496-15 5.3.3.1
    /// allows one and two as well. Null when there is no NAL unit; what cannot be read behind the last one is left out.
    /// </summary>
    /// <param name="source">The access unit.</param>
    /// <param name="lengthSize">1 or 2.</param>
    /// <param name="pool">Where the copy is rented, for <see cref="BufferOwner.Frame"/>; the caller owns it.</param>
    /// <param name="length">Bytes of the copy.</param>
    public static PooledBuffer? Widen(ReadOnlySpan<byte> source, int lengthSize, BufferPool pool, out int length)
    {
        ArgumentNullException.ThrowIfNull(pool);
        length = 0;
        ReadOnlySpan<byte> counted = source;
        while (TryTakeUnit(ref counted, lengthSize, out ReadOnlySpan<byte> unit))
        {
            length += LengthSize + unit.Length;
        }

        if (length == 0)
        {
            return null;
        }

        PooledBuffer widened = pool.Rent(length, BufferOwner.Frame);
        int written = 0;
        while (TryTakeUnit(ref source, lengthSize, out ReadOnlySpan<byte> unit))
        {
            written += Write(unit, widened.Span[written..]);
        }

        return widened;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly Avcc GetEnumerator() => this;

    /// <summary>Goes to the next NAL unit.</summary>
    public bool MoveNext()
    {
        if (_rest.Length == 0 || HasFailed)
        {
            return false;
        }

        uint length = _rest.Length < LengthSize ? 0 : BinaryPrimitives.ReadUInt32BigEndian(_rest);
        if (length == 0 || length > (uint)(_rest.Length - LengthSize))
        {
            HasFailed = true;
            return false;
        }

        Current = _rest.Slice(LengthSize, (int)length);
        _rest = _rest[(LengthSize + (int)length)..];
        return true;
    }

    private static bool TryTakeUnit(ref ReadOnlySpan<byte> source, int lengthSize, out ReadOnlySpan<byte> unit)
    {
        unit = default;
        if (source.Length <= lengthSize)
        {
            return false;
        }

        int length = lengthSize == 1 ? source[0] : BinaryPrimitives.ReadUInt16BigEndian(source);
        if (length == 0 || length > source.Length - lengthSize)
        {
            return false;
        }

        unit = source.Slice(lengthSize, length);
        source = source[(lengthSize + length)..];
        return true;
    }
}
