using System.Buffers.Binary;
using System.Numerics;

namespace MediaGateway.WebRtc.Rtcp;

/// <summary>
/// Walks the sequence numbers of a generic NACK's control information (RFC 4585 6.2.1): pairs of a packet identifier and a bit mask
/// of the sixteen packets after it.
/// </summary>
internal ref struct GenericNack(ReadOnlySpan<byte> controlInformation)
{
    /// <summary>Bytes of one pair.</summary>
    public const int EntryLength = 4;

    /// <summary>Packets that one pair can name after the first.</summary>
    public const int MaskBits = 16;

    private ReadOnlySpan<byte> _rest = controlInformation;
    private ushort _identifier;
    private uint _mask;

    /// <summary>The sequence number.</summary>
    public ushort Current { get; private set; }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly GenericNack GetEnumerator() => this;

    /// <summary>Goes to the next sequence number.</summary>
    public bool MoveNext()
    {
        if (_mask != 0)
        {
            int bit = BitOperations.TrailingZeroCount(_mask);
            _mask &= _mask - 1;
            Current = unchecked((ushort)(_identifier + bit + 1));
            return true;
        }

        if (_rest.Length < EntryLength)
        {
            return false;
        }

        _identifier = BinaryPrimitives.ReadUInt16BigEndian(_rest);
        _mask = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
        _rest = _rest[EntryLength..];
        Current = _identifier;
        return true;
    }
}
