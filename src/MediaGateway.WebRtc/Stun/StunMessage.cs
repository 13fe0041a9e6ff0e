using System.Buffers.Binary;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Stun;

/// <summary>A well-formed STUN message as a view over a datagram (RFC 8489 5). Allocates nothing.</summary>
internal readonly ref struct StunMessage
{
    /// <summary>Bytes before the first attribute.</summary>
    public const int HeaderLength = 20;

    /// <summary>Bytes of transaction id.</summary>
    public const int TransactionIdLength = 12;

    /// <summary>The fixed value that tells STUN from its forerunner (RFC 8489 5).</summary>
    public const uint MagicCookie = 0x2112A442;

    private const int TransactionIdOffset = 8;
    private const byte IPv4Family = 1;
    private const byte IPv6Family = 2;

    private readonly ReadOnlySpan<byte> _bytes;

    private StunMessage(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
    }

    /// <summary>Method and class.</summary>
    public StunMessageType Type => (StunMessageType)BinaryPrimitives.ReadUInt16BigEndian(_bytes);

    /// <summary>What pairs an answer with its request.</summary>
    public ReadOnlySpan<byte> TransactionId => _bytes.Slice(TransactionIdOffset, TransactionIdLength);

    /// <summary>Reads a datagram that is one whole STUN message: header, cookie, and attributes that fill it exactly.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out StunMessage message)
    {
        //  0                   1                   2                   3      RFC 8489 5
        //  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
        // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
        // |0 0|     STUN Message Type     |         Message Length        |
        // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
        // |                         Magic Cookie                          |
        // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
        // |                     Transaction ID (96 bits)                  |
        message = default;
        if (datagram.Length < HeaderLength || datagram[0] >= 0x40)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if (length % 4 != 0
            || HeaderLength + length != datagram.Length
            || BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) != MagicCookie)
        {
            return false;
        }

        var attributes = new StunAttributeEnumerator(datagram);
        while (attributes.MoveNext())
        {
        }

        if (!attributes.IsAtEnd)
        {
            return false;
        }

        message = new StunMessage(datagram);
        return true;
    }

    /// <summary>A walk over all attributes.</summary>
    public StunAttributeEnumerator GetEnumerator() => new(_bytes);

    /// <summary>
    /// Finds the first attribute of a type. What follows MESSAGE-INTEGRITY is not authenticated and therefore does not exist, but
    /// for FINGERPRINT (RFC 8489 14.5).
    /// </summary>
    public bool TryFind(ushort type, out StunAttribute attribute)
    {
        bool sealedOff = false;
        foreach (StunAttribute candidate in this)
        {
            if (candidate.Type == type && (!sealedOff || type == StunAttributeType.Fingerprint))
            {
                attribute = candidate;
                return true;
            }

            sealedOff |= candidate.Type == StunAttributeType.MessageIntegrity;
        }

        attribute = default;
        return false;
    }

    /// <summary>Whether an attribute of this type is there, authenticated if the message is.</summary>
    public bool Has(ushort type) => TryFind(type, out _);

    /// <summary>Writes the types that must be understood and are not; returns how many were written.</summary>
    public int CopyUnknownRequired(Span<ushort> types)
    {
        int count = 0;
        foreach (StunAttribute attribute in this)
        {
            if (attribute.Type == StunAttributeType.MessageIntegrity || count == types.Length)
            {
                break;
            }

            if (!StunAttributeType.IsUnderstood(attribute.Type))
            {
                types[count++] = attribute.Type;
            }
        }

        return count;
    }

    /// <summary>Whether FINGERPRINT is either absent, or the last attribute and right (RFC 8489 14.7).</summary>
    public bool HasNoWrongFingerprint()
    {
        return !TryFind(StunAttributeType.Fingerprint, out StunAttribute fingerprint)
            || StunFingerprint.Verify(_bytes, fingerprint);
    }

    /// <summary>Reads XOR-MAPPED-ADDRESS (RFC 8489 14.2).</summary>
    public bool TryReadXorMappedAddress(out TransportAddress address)
    {
        address = default;
        if (!TryFind(StunAttributeType.XorMappedAddress, out StunAttribute attribute) || attribute.Value.Length < 8)
        {
            return false;
        }

        ReadOnlySpan<byte> value = attribute.Value;
        int port = BinaryPrimitives.ReadUInt16BigEndian(value[2..]) ^ (int)(MagicCookie >> 16);
        switch (value[1])
        {
            case IPv4Family when value.Length == 8:
                address = TransportAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(value[4..]) ^ MagicCookie, port);
                return true;
            case IPv6Family when value.Length == 20:
                // The mask is the cookie followed by the transaction id: bytes 4 to 19 of the header.
                address = new TransportAddress(
                    BinaryPrimitives.ReadUInt64BigEndian(value[4..]) ^ BinaryPrimitives.ReadUInt64BigEndian(_bytes[4..]),
                    BinaryPrimitives.ReadUInt64BigEndian(value[12..]) ^ BinaryPrimitives.ReadUInt64BigEndian(_bytes[12..]),
                    port);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads ERROR-CODE (RFC 8489 14.8); 0 when there is none.</summary>
    public int ReadErrorCode()
    {
        return TryFind(StunAttributeType.ErrorCode, out StunAttribute attribute) && attribute.Value.Length >= 4
            ? ((attribute.Value[2] & 7) * 100) + attribute.Value[3]
            : 0;
    }
}
