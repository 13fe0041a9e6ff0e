using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>
/// The payload format of VP9 (RFC 9628), in flexible mode or not. Of several spatial layers the lowest is taken, which stands alone:
/// browsers send one unless a page asks for more.
/// </summary>
internal sealed class Vp9Depacketizer : IVideoDepacketizer
{
    // RFC 9628 4.2
    //  0 1 2 3 4 5 6 7
    // +-+-+-+-+-+-+-+-+
    // |I|P|L|F|B|E|V|Z|   required
    // |M| PICTURE ID  |   I; with M one byte more
    // | TID |U| SID |D|   L
    // |   TL0PICIDX   |   L and not F
    // | P_DIFF      |N|   P and F, up to three times
    // | SS ...        |   V
    private const int PictureIdBit = 0x80;
    private const int PredictedBit = 0x40;
    private const int LayerBit = 0x20;
    private const int FlexibleBit = 0x10;
    private const int StartBit = 0x08;
    private const int StructureBit = 0x02;
    private const int LongPictureIdBit = 0x80;
    private const int MoreReferencesBit = 0x01;
    private const int MaximumReferences = 3;

    // RFC 9628 4.2.1: | N_S |Y|G| reserved |, then sizes, then the groups
    private const int StructureSizesBit = 0x10;
    private const int StructureGroupBit = 0x08;
    private const int BytesPerSize = 4;

    // VP9 bitstream 6.2: frame_marker (2), profile (2), show_existing_frame, frame_type
    private const int MarkerMask = 0xC0;
    private const int Marker = 0x80;
    private const int ShowsExistingBit = 0x08;
    private const int NotKeyframeBit = 0x04;
    private const int ProfileMask = 0x30;
    private const int KeyframeHeaderLength = 9;

    /// <inheritdoc/>
    public CodecId Codec => CodecId.Vp9;

    /// <inheritdoc/>
    public PictureStart StartOf(ReadOnlySpan<byte> payload, out long pixels)
    {
        pixels = 0;
        int descriptor = DescriptorLength(payload, out int spatialLayer);
        if (descriptor == 0 || (payload[0] & StartBit) == 0 || spatialLayer > 0)
        {
            return PictureStart.None;
        }

        ReadOnlySpan<byte> picture = payload[descriptor..];
        bool isKeyframe = (payload[0] & PredictedBit) == 0 && (picture[0] & (MarkerMask | ShowsExistingBit | NotKeyframeBit)) == Marker;
        pixels = isKeyframe ? PixelsOf(picture) : 0;
        return isKeyframe ? PictureStart.Keyframe : PictureStart.Picture;
    }

    /// <inheritdoc/>
    public bool TryAdd(ReadOnlySpan<byte> payload, int offset, PictureBuilder picture)
    {
        int descriptor = DescriptorLength(payload, out int spatialLayer);
        return descriptor > 0 && (spatialLayer > 0 || picture.TryAdd(offset + descriptor, payload.Length - descriptor));
    }

    // VP9 bitstream 6.2: a sync code of three bytes, color_space (3), color_range (1), width - 1 (16), height - 1 (16)
    private static long PixelsOf(ReadOnlySpan<byte> picture)
    {
        if (picture.Length < KeyframeHeaderLength || (picture[0] & ProfileMask) != 0)
        {
            return 0;
        }

        int width = (((picture[4] & 0x0F) << 12) | (picture[5] << 4) | (picture[6] >> 4)) + 1;
        int height = (((picture[6] & 0x0F) << 12) | (picture[7] << 4) | (picture[8] >> 4)) + 1;
        return (long)width * height;
    }

    /// <summary>Bytes before the picture's; 0 when the payload has none of the picture.</summary>
    private static int DescriptorLength(ReadOnlySpan<byte> payload, out int spatialLayer)
    {
        spatialLayer = 0;
        if (payload.IsEmpty)
        {
            return 0;
        }

        int flags = payload[0];
        int length = 1;
        if ((flags & PictureIdBit) != 0)
        {
            length += payload.Length > length && (payload[length] & LongPictureIdBit) != 0 ? 2 : 1;
        }

        if ((flags & LayerBit) != 0)
        {
            spatialLayer = payload.Length > length ? (payload[length] >> 1) & 7 : 0;
            length += (flags & FlexibleBit) != 0 ? 1 : 2;
        }

        if ((flags & (PredictedBit | FlexibleBit)) == (PredictedBit | FlexibleBit))
        {
            length = AfterReferences(payload, length);
        }

        if ((flags & StructureBit) != 0)
        {
            length = AfterStructure(payload, length);
        }

        return payload.Length > length ? length : 0;
    }

    private static int AfterReferences(ReadOnlySpan<byte> payload, int position)
    {
        for (int reference = 0; reference < MaximumReferences; reference++)
        {
            if (payload.Length <= position || (payload[position++] & MoreReferencesBit) == 0)
            {
                return position;
            }
        }

        // A fourth one does not exist.
        return int.MaxValue;
    }

    private static int AfterStructure(ReadOnlySpan<byte> payload, int position)
    {
        if (payload.Length <= position)
        {
            return int.MaxValue;
        }

        int structure = payload[position++];
        position += (structure & StructureSizesBit) != 0 ? ((structure >> 5) + 1) * BytesPerSize : 0;
        if ((structure & StructureGroupBit) == 0)
        {
            return position;
        }

        if (payload.Length <= position)
        {
            return int.MaxValue;
        }

        // | T |U| R |-|-|, then R times P_DIFF
        int pictures = payload[position++];
        for (int picture = 0; picture < pictures; picture++)
        {
            if (payload.Length <= position)
            {
                return int.MaxValue;
            }

            position += 1 + ((payload[position] >> 2) & 3);
        }

        return position;
    }
}
