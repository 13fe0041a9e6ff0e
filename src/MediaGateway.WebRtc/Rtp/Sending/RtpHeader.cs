using System.Buffers.Binary;
using System.Text;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>What differs from packet to packet in an RTP header.</summary>
/// <param name="SequenceNumber">The 16-bit sequence number.</param>
/// <param name="Timestamp">The RTP timestamp.</param>
/// <param name="Marker">The marker bit.</param>
/// <param name="TransportSequence">The transport-wide sequence number.</param>
/// <param name="SendTime">The absolute send time, 6.18 fixed point seconds.</param>
internal readonly record struct RtpHeaderFields(
    ushort SequenceNumber,
    uint Timestamp,
    bool Marker,
    ushort TransportSequence,
    uint SendTime);

/// <summary>
/// Writes the RTP headers of one source: fixed header and, if any were agreed on, the extensions in one-byte form (RFC 8285 4.2). Every
/// header of a source has the same length.
/// </summary>
internal sealed class RtpHeader
{
    private const int ExtensionHeaderLength = 4;
    private const int LongestMid = 16; // RFC 8285 4.2: four bits say the length less one.
    private const int SendTimeLength = 3;
    private const int TransportSequenceLength = 2;

    private readonly byte[] _template;
    private readonly int _sendTimeOffset;
    private readonly int _transportSequenceOffset;

    /// <summary>Prepares the headers of a source.</summary>
    /// <param name="track">The track, for its extensions.</param>
    /// <param name="payloadType">The payload type of the source.</param>
    /// <param name="ssrc">The source.</param>
    public RtpHeader(SendTrack track, int payloadType, uint ssrc)
    {
        byte[] mid = Encoding.UTF8.GetBytes(track.Mid);
        List<byte> elements = [];
        if (track.MidExtensionId > 0 && mid.Length is > 0 and <= LongestMid)
        {
            elements.Add((byte)((track.MidExtensionId << 4) | (mid.Length - 1)));
            elements.AddRange(mid);
        }

        _sendTimeOffset = AddElement(elements, track.AbsoluteSendTimeExtensionId, SendTimeLength);
        _transportSequenceOffset = AddElement(elements, track.TransportSequenceExtensionId, TransportSequenceLength);
        int words = (elements.Count + 3) / 4;
        _template = new byte[RtpPacket.FixedHeaderLength + (words == 0 ? 0 : ExtensionHeaderLength + (words * 4))];
        _template[0] = (byte)(words == 0 ? 0x80 : 0x90);
        _template[1] = (byte)payloadType;
        BinaryPrimitives.WriteUInt32BigEndian(_template.AsSpan(8), ssrc);
        if (words > 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_template.AsSpan(RtpPacket.FixedHeaderLength), 0xBEDE);
            BinaryPrimitives.WriteUInt16BigEndian(_template.AsSpan(RtpPacket.FixedHeaderLength + 2), (ushort)words);
            elements.CopyTo(_template, RtpPacket.FixedHeaderLength + ExtensionHeaderLength);
        }
    }

    /// <summary>Bytes of a header.</summary>
    public int Length => _template.Length;

    /// <summary>Whether packets are counted over the whole transport.</summary>
    public bool HasTransportSequence => _transportSequenceOffset > 0;

    /// <summary>Writes a header.</summary>
    public void Write(Span<byte> destination, in RtpHeaderFields fields)
    {
        _template.CopyTo(destination);
        destination[1] |= (byte)(fields.Marker ? 0x80 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], fields.SequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], fields.Timestamp);
        if (_sendTimeOffset > 0)
        {
            destination[_sendTimeOffset] = (byte)((fields.SendTime >> 16) & 0xFF);
            BinaryPrimitives.WriteUInt16BigEndian(destination[(_sendTimeOffset + 1)..], (ushort)(fields.SendTime & 0xFFFF));
        }

        if (_transportSequenceOffset > 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination[_transportSequenceOffset..], fields.TransportSequence);
        }
    }

    /// <summary>A time as absolute send time: seconds in 6.18 fixed point, which come round every 64 s.</summary>
    public static uint SendTimeOf(TimeSpan now) => (uint)((((Int128)now.Ticks << 18) / TimeSpan.TicksPerSecond) & 0xFF_FFFF);

    private static int AddElement(List<byte> elements, int id, int length)
    {
        if (id == 0)
        {
            return 0;
        }

        elements.Add((byte)((id << 4) | (length - 1)));
        int offset = RtpPacket.FixedHeaderLength + ExtensionHeaderLength + elements.Count;
        elements.AddRange(new byte[length]);
        return offset;
    }
}
