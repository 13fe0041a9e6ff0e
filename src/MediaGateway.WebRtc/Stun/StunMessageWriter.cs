using System.Buffers.Binary;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Stun;

/// <summary>
/// Writes one STUN message into the caller's span, attribute by attribute; the header's length is right after each of them.
/// MESSAGE-INTEGRITY and FINGERPRINT come last, in this order.
/// </summary>
internal ref struct StunMessageWriter
{
    private const int AttributeHeaderLength = 4;

    private readonly Span<byte> _destination;

    /// <summary>Writes the header.</summary>
    /// <param name="destination">Where the message goes; must hold it whole.</param>
    /// <param name="type">Method and class.</param>
    /// <param name="transactionId">12 bytes; an answer repeats the request's.</param>
    public StunMessageWriter(Span<byte> destination, StunMessageType type, ReadOnlySpan<byte> transactionId)
    {
        _destination = destination;
        Length = StunMessage.HeaderLength;
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], StunMessage.MagicCookie);
        transactionId[..StunMessage.TransactionIdLength].CopyTo(destination[8..]);
    }

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Writes an attribute with a value.</summary>
    public void Write(ushort type, ReadOnlySpan<byte> value) => value.CopyTo(Begin(type, value.Length));

    /// <summary>Writes an attribute whose value is a 32-bit integer.</summary>
    public void Write(ushort type, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Begin(type, sizeof(uint)), value);

    /// <summary>Writes an attribute whose value is a 64-bit integer.</summary>
    public void Write(ushort type, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Begin(type, sizeof(ulong)), value);

    /// <summary>Writes an attribute that says all by being there.</summary>
    public void WriteFlag(ushort type) => Begin(type, 0);

    /// <summary>Writes XOR-MAPPED-ADDRESS (RFC 8489 14.2).</summary>
    public void WriteXorMappedAddress(TransportAddress address)
    {
        ReadOnlySpan<byte> mask = _destination.Slice(4, 16);
        Span<byte> value = Begin(StunAttributeType.XorMappedAddress, address.IsIPv4 ? 8 : 20);
        value[0] = 0;
        value[1] = address.IsIPv4 ? (byte)1 : (byte)2;
        BinaryPrimitives.WriteUInt16BigEndian(value[2..], (ushort)(address.Port ^ (int)(StunMessage.MagicCookie >> 16)));
        if (address.IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(value[4..], address.IPv4 ^ StunMessage.MagicCookie);
            return;
        }

        BinaryPrimitives.WriteUInt64BigEndian(value[4..], address.High ^ BinaryPrimitives.ReadUInt64BigEndian(mask));
        BinaryPrimitives.WriteUInt64BigEndian(value[12..], address.Low ^ BinaryPrimitives.ReadUInt64BigEndian(mask[8..]));
    }

    /// <summary>Writes ERROR-CODE (RFC 8489 14.8).</summary>
    public void WriteErrorCode(int code, ReadOnlySpan<byte> reason)
    {
        Span<byte> value = Begin(StunAttributeType.ErrorCode, 4 + reason.Length);
        value[..2].Clear();
        value[2] = (byte)(code / 100);
        value[3] = (byte)(code % 100);
        reason.CopyTo(value[4..]);
    }

    /// <summary>Writes UNKNOWN-ATTRIBUTES (RFC 8489 14.9).</summary>
    public void WriteUnknownAttributes(ReadOnlySpan<ushort> types)
    {
        Span<byte> value = Begin(StunAttributeType.UnknownAttributes, types.Length * sizeof(ushort));
        for (int i = 0; i < types.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(value[(i * sizeof(ushort))..], types[i]);
        }
    }

    /// <summary>Writes MESSAGE-INTEGRITY over everything before it (RFC 8489 14.5).</summary>
    public void WriteMessageIntegrity(ReadOnlySpan<byte> key)
    {
        int covered = Length;
        Span<byte> value = Begin(StunAttributeType.MessageIntegrity, MessageIntegrity.Length);
        MessageIntegrity.Compute(_destination[..covered], key, value);
    }

    /// <summary>Writes FINGERPRINT over everything before it (RFC 8489 14.7).</summary>
    public void WriteFingerprint()
    {
        int covered = Length;
        Span<byte> value = Begin(StunAttributeType.Fingerprint, StunFingerprint.Length);
        BinaryPrimitives.WriteUInt32BigEndian(value, StunFingerprint.Compute(_destination[..covered]));
    }

    private Span<byte> Begin(ushort type, int length)
    {
        int padded = (length + 3) & ~3;
        Span<byte> attribute = _destination.Slice(Length, AttributeHeaderLength + padded);
        BinaryPrimitives.WriteUInt16BigEndian(attribute, type);
        BinaryPrimitives.WriteUInt16BigEndian(attribute[2..], (ushort)length);
        attribute[(AttributeHeaderLength + length)..].Clear();
        Length += attribute.Length;
        BinaryPrimitives.WriteUInt16BigEndian(_destination[2..], (ushort)(Length - StunMessage.HeaderLength));
        return attribute.Slice(AttributeHeaderLength, length);
    }
}
