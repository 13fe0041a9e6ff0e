using System.Buffers.Binary;

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
}
