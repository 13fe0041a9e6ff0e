using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Rtcp;

/// <summary>
/// Walks the packets of a compound RTCP packet (RFC 3550 6.1), of whatever type. Stops at the first that does not fit and says so in
/// <see cref="HasFailed"/>.
/// </summary>
internal ref struct RtcpReader(ReadOnlySpan<byte> compound)
{
    /// <summary>Bytes of the common header.</summary>
    public const int HeaderLength = 4;

    private const int Version = 2;

    private ReadOnlySpan<byte> _rest = compound;

    /// <summary>The packet type.</summary>
    public RtcpPacketType Type { get; private set; }

    /// <summary>The five-bit count or format field.</summary>
    public int Count { get; private set; }

    /// <summary>What follows the common header, without padding.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Whether the walk ended at bytes that are not an RTCP packet.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Goes to the next packet.</summary>
    public bool MoveNext()
    {
        if (_rest.Length == 0 || HasFailed)
        {
            return false;
        }

        // |V=2|P|  RC/FMT |      PT       |      length in words - 1      |
        if (_rest.Length < HeaderLength || _rest[0] >> 6 != Version)
        {
            return Fail();
        }

        int length = HeaderLength + (BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]) * 4);
        if (length > _rest.Length)
        {
            return Fail();
        }

        int padding = (_rest[0] & 0x20) != 0 ? _rest[length - 1] : 0;
        bool badPadding = (_rest[0] & 0x20) != 0 && (padding == 0 || padding > length - HeaderLength);
        if (badPadding)
        {
            return Fail();
        }

        Type = (RtcpPacketType)_rest[1];
        Count = _rest[0] & 0x1F;
        Body = _rest[HeaderLength..(length - padding)];
        _rest = _rest[length..];
        return true;
    }

    private bool Fail()
    {
        HasFailed = true;
        return false;
    }
}
