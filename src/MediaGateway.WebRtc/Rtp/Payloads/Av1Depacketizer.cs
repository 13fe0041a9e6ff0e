using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>
/// The payload format of AV1 (AOMedia, "RTP Payload Format For AV1" 4). The OBUs of a temporal unit get their sizes back, which the
/// decoder needs and RTP leaves out; temporal delimiters and tile lists have no place there (5).
/// </summary>
internal sealed class Av1Depacketizer : IVideoDepacketizer
{
    // 4.4, the aggregation header:
    //  0 1 2 3 4 5 6 7
    // +-+-+-+-+-+-+-+-+
    // |Z|Y| W |N|-|-|-|
    private const int ContinuesBit = 0x80;
    private const int GoesOnBit = 0x40;
    private const int NewSequenceBit = 0x08;

    // AV1 bitstream 5.3.2: forbidden (1), obu_type (4), obu_extension_flag, obu_has_size_field, reserved (1)
    private const int ForbiddenBit = 0x80;
    private const int ExtensionBit = 0x04;
    private const int SizeBit = 0x02;
    private const int SequenceHeader = 1;
    private const int TemporalDelimiter = 2;
    private const int TileList = 8;

    private const int MaximumLengthBytes = 4;

    /// <inheritdoc/>
    public CodecId Codec => CodecId.Av1;

    /// <inheritdoc/>
    public PictureStart StartOf(ReadOnlySpan<byte> payload, out long pixels)
    {
        pixels = 0;
        if (payload.Length < 2 || (payload[0] & ContinuesBit) != 0)
        {
            return PictureStart.None;
        }

        if ((payload[0] & NewSequenceBit) != 0)
        {
            return PictureStart.Keyframe;
        }

        int position = 1;
        int element = 0;
        while (TryReadElement(payload, ref position, element++, out ReadOnlySpan<byte> unit))
        {
            if (unit.Length > 0 && TypeOf(unit[0]) != TemporalDelimiter)
            {
                return TypeOf(unit[0]) == SequenceHeader ? PictureStart.Keyframe : PictureStart.Picture;
            }

            position += unit.Length;
        }

        return PictureStart.None;
    }

    /// <inheritdoc/>
    public bool TryAdd(ReadOnlySpan<byte> payload, int offset, PictureBuilder picture)
    {
        // A unit is not interrupted.
        if (payload.Length < 2 || ((payload[0] & ContinuesBit) != 0) != picture.IsInsideUnit)
        {
            return false;
        }

        int position = 1;
        for (int element = 0; position < payload.Length; element++)
        {
            if (!TryReadElement(payload, ref position, element, out ReadOnlySpan<byte> unit))
            {
                return false;
            }

            int end = position + unit.Length;
            bool isWhole = end < payload.Length || (payload[0] & GoesOnBit) == 0;
            if (!TryAddUnit(unit, offset + position, isWhole, picture))
            {
                return false;
            }

            position = end;
        }

        return true;
    }

    private static int TypeOf(byte header) => (header >> 3) & 0x0F;

    private static bool TryAddUnit(ReadOnlySpan<byte> unit, int offset, bool isWhole, PictureBuilder picture)
    {
        if (picture.IsInsideUnit)
        {
            return (unit.IsEmpty || picture.TryAdd(offset, unit.Length)) && (!isWhole || picture.EndUnit());
        }

        if (unit.IsEmpty)
        {
            return isWhole;
        }

        int header = (unit[0] & ExtensionBit) != 0 ? 2 : 1;
        if ((unit[0] & ForbiddenBit) != 0 || unit.Length < header)
        {
            return false;
        }

        if (TypeOf(unit[0]) is TemporalDelimiter or TileList)
        {
            return isWhole;
        }

        int content = header;
        if ((unit[0] & SizeBit) != 0)
        {
            // It is written anew, so it has to be whole in here; it may only be as long as the unit.
            content = SkipLength(unit, header, out int length);
            if (!isWhole || content == 0 || length != unit.Length - content)
            {
                return false;
            }
        }

        ReadOnlySpan<byte> written = [(byte)(unit[0] | SizeBit), header > 1 ? unit[1] : (byte)0];
        return picture.TryBeginUnit(written[..header])
            && (unit.Length == content || picture.TryAdd(offset + content, unit.Length - content))
            && (!isWhole || picture.EndUnit());
    }

    /// <summary>Reads where the next element lies: after its length, which the last of a known number does not have.</summary>
    private static bool TryReadElement(ReadOnlySpan<byte> payload, ref int position, int element, out ReadOnlySpan<byte> unit)
    {
        unit = default;
        int count = (payload[0] >> 4) & 3;
        if (position >= payload.Length || (count > 0 && element >= count))
        {
            return false;
        }

        if (count > 0 && element == count - 1)
        {
            unit = payload[position..];
            return true;
        }

        int start = SkipLength(payload, position, out int length);
        if (start == 0 || length > payload.Length - start)
        {
            return false;
        }

        position = start;
        unit = payload.Slice(start, length);
        return true;
    }

    // AV1 4.10.5: leb128, seven bits a byte, the lowest first
    /// <summary>Where what follows a length begins; 0 when the length is broken or longer than any packet.</summary>
    private static int SkipLength(ReadOnlySpan<byte> bytes, int position, out int length)
    {
        length = 0;
        for (int i = 0; i < MaximumLengthBytes && position < bytes.Length; i++)
        {
            byte next = bytes[position++];
            length |= (next & 0x7F) << (7 * i);
            if ((next & 0x80) == 0)
            {
                return position;
            }
        }

        return 0;
    }
}
