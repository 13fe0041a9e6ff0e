using System.Buffers.Binary;
using System.Diagnostics;
using MediaGateway.Media.H264;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// Walks an access unit in AVCC framing packet by packet (RFC 6184, packetization mode 1): NAL units that fit together share a STAP-A, one
/// that fits alone goes alone, a longer one is cut into FU-As of nearly equal length. Access unit delimiters and filler are left out:
/// the marker bit and the packets' own lengths say the same. A value; it holds no reference to the bytes.
/// </summary>
internal struct H264PacketCursor
{
    private const int AggregateHeaderLength = 1;
    private const int AggregateSizeLength = 2;

    private int _offset;      // of the next length field, or of the fragmented unit's
    private int _fragmented;  // bytes of the unit at _offset that were sent, its header included; 0: none

    /// <summary>Whether NAL units of this type are sent at all.</summary>
    public static bool IsSent(ReadOnlySpan<byte> nalUnit) => NalUnit.TypeOf(nalUnit[0])
        is not (NalUnitType.AccessUnitDelimiter or NalUnitType.FillerData or NalUnitType.EndOfSequence or NalUnitType.EndOfStream);

    /// <summary>Finds what the next packet carries. False: all was sent, or the rest is not AVCC.</summary>
    /// <param name="accessUnit">The same bytes on each call.</param>
    /// <param name="maximumBytes">Bytes of payload; the same on each call, at least 3.</param>
    /// <param name="part">What it carries.</param>
    public bool TryNext(ReadOnlySpan<byte> accessUnit, int maximumBytes, out PayloadPart part)
    {
        Debug.Assert(maximumBytes > PayloadPart.FragmentHeaderLength, "room for a fragment");
        part = default;
        if (!SkipUnsent(accessUnit))
        {
            return false;
        }

        int length = LengthAt(accessUnit, _offset);
        part = _fragmented > 0 || length > maximumBytes
            ? NextFragment(accessUnit, length, maximumBytes)
            : NextUnits(accessUnit, maximumBytes);
        return true;
    }

    /// <summary>Whether nothing is left to send: the packet before is the last one.</summary>
    public bool IsAtEnd(ReadOnlySpan<byte> accessUnit) => !SkipUnsent(accessUnit);

    private static int LengthAt(ReadOnlySpan<byte> accessUnit, int offset)
    {
        if (accessUnit.Length - offset < Avcc.LengthSize)
        {
            return 0;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(accessUnit[offset..]);
        return length <= (uint)(accessUnit.Length - offset - Avcc.LengthSize) ? (int)length : 0;
    }

    private bool SkipUnsent(ReadOnlySpan<byte> accessUnit)
    {
        while (true)
        {
            int length = LengthAt(accessUnit, _offset);
            if (length == 0)
            {
                return false;
            }

            if (_fragmented > 0 || IsSent(accessUnit.Slice(_offset + Avcc.LengthSize, length)))
            {
                return true;
            }

            _offset += Avcc.LengthSize + length;
        }
    }

    private PayloadPart NextFragment(ReadOnlySpan<byte> accessUnit, int length, int maximumBytes)
    {
        int start = _offset + Avcc.LengthSize;
        int sent = Math.Max(1, _fragmented); // The unit's own header is not repeated: the FU header says it.
        int rest = length - sent;
        int room = maximumBytes - PayloadPart.FragmentHeaderLength;
        int packets = (rest + room - 1) / room;
        int piece = (rest + packets - 1) / packets;
        byte flags = (byte)((sent == 1 ? PayloadPart.FragmentStart : 0) | (packets == 1 ? PayloadPart.FragmentEnd : 0));
        var part = new PayloadPart(PayloadForm.Fragment, start + sent, piece, accessUnit[start], flags);
        _fragmented = sent + piece;
        if (_fragmented == length)
        {
            _offset = start + length;
            _fragmented = 0;
        }

        return part;
    }

    private PayloadPart NextUnits(ReadOnlySpan<byte> accessUnit, int maximumBytes)
    {
        int first = _offset;
        int total = AggregateHeaderLength;
        int units = 0;
        byte importance = 0;
        int end = _offset;
        while (SkipUnsent(accessUnit))
        {
            int length = LengthAt(accessUnit, _offset);
            if (units > 0 && total + AggregateSizeLength + length > maximumBytes)
            {
                break;
            }

            units++;
            total += AggregateSizeLength + length;
            importance = Math.Max(importance, (byte)(accessUnit[_offset + Avcc.LengthSize] & 0x60));
            _offset += Avcc.LengthSize + length;
            end = _offset;
        }

        return units == 1
            ? new PayloadPart(PayloadForm.Plain, first + Avcc.LengthSize, end - first - Avcc.LengthSize)
            : new PayloadPart(PayloadForm.Aggregate, first, end - first, importance);
    }
}
