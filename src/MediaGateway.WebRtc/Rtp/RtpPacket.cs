using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>One RTP packet as a view on the bytes of a datagram (RFC 3550 5.1). Copies nothing.</summary>
internal readonly ref struct RtpPacket
{
    /// <summary>Bytes of the fixed header.</summary>
    public const int FixedHeaderLength = 12;

    private const int Version = 2;

    private readonly ReadOnlySpan<byte> _datagram;
    private readonly int _extensionOffset;

    private RtpPacket(ReadOnlySpan<byte> datagram, int extensionOffset, int headerLength, int paddingLength)
    {
        _datagram = datagram;
        _extensionOffset = extensionOffset;
        HeaderLength = headerLength;
        PaddingLength = paddingLength;
    }

    /// <summary>The marker bit; for H.264 the last packet of an access unit (RFC 6184 5.1).</summary>
    public bool Marker => (_datagram[1] & 0x80) != 0;

    /// <summary>The payload type, 0 to 127.</summary>
    public int PayloadType => _datagram[1] & 0x7F;

    /// <summary>The 16-bit sequence number.</summary>
    public ushort SequenceNumber => BinaryPrimitives.ReadUInt16BigEndian(_datagram[2..]);

    /// <summary>The 32-bit timestamp.</summary>
    public uint Timestamp => BinaryPrimitives.ReadUInt32BigEndian(_datagram[4..]);

    /// <summary>The synchronization source.</summary>
    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_datagram[8..]);

    /// <summary>Bytes before the payload: fixed header, contributing sources, header extension.</summary>
    public int HeaderLength { get; }

    /// <summary>Bytes of padding at the end, the counting byte included.</summary>
    public int PaddingLength { get; }

    /// <summary>Bytes of payload; 0 for a packet of padding only.</summary>
    public int PayloadLength => _datagram.Length - HeaderLength - PaddingLength;

    /// <summary>The payload without padding.</summary>
    public ReadOnlySpan<byte> Payload => _datagram.Slice(HeaderLength, PayloadLength);

    /// <summary>The header extension elements (RFC 8285); none when the packet has no extension or one of another form.</summary>
    public RtpHeaderExtensions Extensions => _extensionOffset == 0 ? default : new(_datagram[_extensionOffset..HeaderLength]);

    /// <summary>Reads a packet. False: it is not RTP version 2, or a length in it passes its end.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out RtpPacket packet)
    {
        packet = default;
        if (!TryMeasureHeader(datagram, out int extensionOffset, out int headerLength))
        {
            return false;
        }

        int paddingLength = 0;
        if ((datagram[0] & 0x20) != 0)
        {
            paddingLength = datagram[^1];
            if (paddingLength == 0 || paddingLength > datagram.Length - headerLength)
            {
                return false;
            }
        }

        packet = new RtpPacket(datagram, extensionOffset, headerLength, paddingLength);
        return true;
    }

    /// <summary>Bytes before the payload, without looking at the padding: what SRTP leaves unencrypted (RFC 3711 3.1).</summary>
    public static bool TryMeasureHeader(ReadOnlySpan<byte> datagram, out int headerLength) =>
        TryMeasureHeader(datagram, out _, out headerLength);

    // RFC 3550 5.1 and 5.3.1
    //  0                   1                   2                   3
    // |V=2|P|X|  CC   |M|     PT      |       sequence number         |
    // |                           timestamp                           |
    // |                             SSRC                              |
    // |                        CSRC x CC ...                          |
    // |      defined by profile       |     length in words           |  if X
    private static bool TryMeasureHeader(ReadOnlySpan<byte> datagram, out int extensionOffset, out int headerLength)
    {
        extensionOffset = 0;
        headerLength = 0;
        if (datagram.Length < FixedHeaderLength || datagram[0] >> 6 != Version)
        {
            return false;
        }

        int length = FixedHeaderLength + ((datagram[0] & 0x0F) * 4);
        if ((datagram[0] & 0x10) != 0)
        {
            if (datagram.Length < length + 4)
            {
                return false;
            }

            extensionOffset = length;
            length += 4 + (BinaryPrimitives.ReadUInt16BigEndian(datagram[(length + 2)..]) * 4);
        }

        headerLength = length;
        return length <= datagram.Length;
    }
}
