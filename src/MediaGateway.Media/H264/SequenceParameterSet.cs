using MediaGateway.Media.Memory;

namespace MediaGateway.Media.H264;

/// <summary>What a sequence parameter set says about size, profile and picture order (H.264 7.3.2.1.1).</summary>
public sealed record SequenceParameterSet
{
    /// <summary>The largest identifier (H.264 7.4.2.1.1).</summary>
    public const int MaximumId = 31;

    /// <summary>The longest parameter set taken, in bytes.</summary>
    public const int MaximumBytes = 1024;

    /// <summary>The largest width or height taken, in pixels.</summary>
    public const int MaximumDimension = 16384;

    private const int MacroblockSize = 16;
    private const int BaselineProfile = 66;
    private const int MaximumFramesInOrderCycle = 255;
    private const int ExtendedSampleAspectRatio = 255;
    private const uint MaximumBuffersMinusOne = 31;

    /// <summary>seq_parameter_set_id.</summary>
    public int Id { get; private init; }

    /// <summary>profile_idc.</summary>
    public int ProfileIdc { get; private init; }

    /// <summary>The constraint flags and reserved bits after profile_idc.</summary>
    public int ConstraintFlags { get; private init; }

    /// <summary>level_idc.</summary>
    public int LevelIdc { get; private init; }

    /// <summary>chroma_format_idc: 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4.</summary>
    public int ChromaFormatIdc { get; private init; } = 1;

    /// <summary>Bits per luma sample.</summary>
    public int LumaBitDepth { get; private init; } = 8;

    /// <summary>Bits per chroma sample.</summary>
    public int ChromaBitDepth { get; private init; } = 8;

    /// <summary>Displayed width in pixels, cropping applied.</summary>
    public int Width { get; private init; }

    /// <summary>Displayed height in pixels, cropping applied.</summary>
    public int Height { get; private init; }

    /// <summary>Whether pictures may be shown in another order than they are decoded (B-frames).</summary>
    public bool MayReorder { get; private init; }

    /// <summary>Reads a NAL unit of type 7. False: it is none, too long, or breaks a bound.</summary>
    public static bool TryParse(ReadOnlySpan<byte> nalUnit, out SequenceParameterSet? parameterSet)
    {
        parameterSet = null;
        if (nalUnit.Length is < 4 or > MaximumBytes || NalUnit.TypeOf(nalUnit[0]) != NalUnitType.SequenceParameterSet)
        {
            return false;
        }

        byte[] payload = new byte[nalUnit.Length - 1];
        int length = EmulationPrevention.Remove(nalUnit[1..], payload);
        var reader = new BitReader(payload.AsSpan(0, length));
        parameterSet = Read(ref reader);
        return parameterSet is not null;
    }

    private static SequenceParameterSet? Read(ref BitReader reader)
    {
        int profile = (int)reader.ReadBits(8);
        int constraints = (int)reader.ReadBits(8);
        int level = (int)reader.ReadBits(8);
        uint id = reader.ReadUnsignedExpGolomb();
        ChromaFields chroma = HasChromaFields(profile) ? ReadChroma(ref reader) : new ChromaFields(1, 0, 0, false);
        reader.ReadUnsignedExpGolomb(); // log2_max_frame_num_minus4
        uint orderType = SkipPictureOrderCount(ref reader);
        reader.ReadUnsignedExpGolomb(); // max_num_ref_frames
        reader.ReadFlag(); // gaps_in_frame_num_value_allowed_flag
        uint widthInMacroblocks = reader.ReadUnsignedExpGolomb();
        uint heightInMapUnits = reader.ReadUnsignedExpGolomb();
        bool framesOnly = reader.ReadFlag();
        if (!framesOnly)
        {
            reader.ReadFlag(); // mb_adaptive_frame_field_flag
        }

        reader.ReadFlag(); // direct_8x8_inference_flag
        Cropping cropping = ReadCropping(ref reader, chroma, framesOnly);
        bool impossible = id > MaximumId || chroma.Format > 3 || chroma.LumaDepth > 6 || chroma.ChromaDepth > 6 || orderType > 2;
        if (reader.HasFailed || impossible)
        {
            return null;
        }

        long width = ((widthInMacroblocks + 1L) * MacroblockSize) - cropping.Horizontal;
        long height = ((heightInMapUnits + 1L) * MacroblockSize * (framesOnly ? 1 : 2)) - cropping.Vertical;
        if (width is < 1 or > MaximumDimension || height is < 1 or > MaximumDimension)
        {
            return null;
        }

        return new SequenceParameterSet
        {
            Id = (int)id,
            ProfileIdc = profile,
            ConstraintFlags = constraints,
            LevelIdc = level,
            ChromaFormatIdc = (int)chroma.Format,
            LumaBitDepth = (int)chroma.LumaDepth + 8,
            ChromaBitDepth = (int)chroma.ChromaDepth + 8,
            Width = (int)width,
            Height = (int)height,
            MayReorder = profile != BaselineProfile && orderType != 2 && VideoUsabilityAllowsReordering(ref reader),
        };
    }

    /// <summary>The profiles whose parameter sets carry chroma format and bit depths (H.264 7.3.2.1.1).</summary>
    internal static bool HasChromaFields(int profile) =>
        profile is 100 or 110 or 122 or 244 or 44 or 83 or 86 or 118 or 128 or 138 or 139 or 134 or 135;

    private static ChromaFields ReadChroma(ref BitReader reader)
    {
        uint format = reader.ReadUnsignedExpGolomb();
        bool separatePlanes = format == 3 && reader.ReadFlag();
        uint lumaDepth = reader.ReadUnsignedExpGolomb();
        uint chromaDepth = reader.ReadUnsignedExpGolomb();
        reader.ReadFlag(); // qpprime_y_zero_transform_bypass_flag
        if (reader.ReadFlag())
        {
            int lists = format == 3 ? 12 : 8;
            for (int list = 0; list < lists && !reader.HasFailed; list++)
            {
                if (reader.ReadFlag())
                {
                    SkipScalingList(ref reader, list < 6 ? 16 : 64);
                }
            }
        }

        return new ChromaFields(format, lumaDepth, chromaDepth, separatePlanes);
    }

    // H.264 7.3.2.1.1.1
    private static void SkipScalingList(ref BitReader reader, int size)
    {
        long last = 8;
        long next = 8;
        for (int i = 0; i < size && next != 0 && !reader.HasFailed; i++)
        {
            next = (last + reader.ReadSignedExpGolomb()) & 0xFF;
            last = next == 0 ? last : next;
        }
    }

    private static uint SkipPictureOrderCount(ref BitReader reader)
    {
        uint type = reader.ReadUnsignedExpGolomb();
        if (type == 0)
        {
            reader.ReadUnsignedExpGolomb(); // log2_max_pic_order_cnt_lsb_minus4
            return type;
        }

        if (type != 1)
        {
            return type;
        }

        reader.ReadFlag(); // delta_pic_order_always_zero_flag
        reader.ReadSignedExpGolomb(); // offset_for_non_ref_pic
        reader.ReadSignedExpGolomb(); // offset_for_top_to_bottom_field
        uint frames = reader.ReadUnsignedExpGolomb();
        for (uint frame = 0; frame < Math.Min(frames, MaximumFramesInOrderCycle) && !reader.HasFailed; frame++)
        {
            reader.ReadSignedExpGolomb(); // offset_for_ref_frame
        }

        return frames > MaximumFramesInOrderCycle ? uint.MaxValue : type;
    }

    // H.264 7.4.2.1.1: the crop unit is a chroma sample (of a field pair when the sequence may hold fields).
    private static Cropping ReadCropping(ref BitReader reader, ChromaFields chroma, bool framesOnly)
    {
        if (!reader.ReadFlag())
        {
            return default;
        }

        long horizontal = (long)reader.ReadUnsignedExpGolomb() + reader.ReadUnsignedExpGolomb();
        long vertical = (long)reader.ReadUnsignedExpGolomb() + reader.ReadUnsignedExpGolomb();
        bool subsampled = !chroma.SeparatePlanes;
        int unitX = subsampled && chroma.Format is 1 or 2 ? 2 : 1;
        int unitY = (subsampled && chroma.Format == 1 ? 2 : 1) * (framesOnly ? 1 : 2);
        return new Cropping(horizontal * unitX, vertical * unitY);
    }

    // H.264 E.1.1. A broken or absent VUI leaves the question open: true.
    private static bool VideoUsabilityAllowsReordering(ref BitReader reader)
    {
        if (!reader.ReadFlag())
        {
            return true;
        }

        if (reader.ReadFlag() && reader.ReadBits(8) == ExtendedSampleAspectRatio)
        {
            reader.Skip(32);
        }

        if (reader.ReadFlag())
        {
            reader.ReadFlag(); // overscan_appropriate_flag
        }

        SkipVideoSignalType(ref reader);
        if (reader.ReadFlag())
        {
            reader.ReadUnsignedExpGolomb(); // chroma_sample_loc_type_top_field
            reader.ReadUnsignedExpGolomb(); // chroma_sample_loc_type_bottom_field
        }

        if (reader.ReadFlag())
        {
            reader.Skip(32 + 32 + 1); // num_units_in_tick, time_scale, fixed_frame_rate_flag
        }

        bool networkParameters = SkipHypotheticalDecoder(ref reader);
        bool videoParameters = SkipHypotheticalDecoder(ref reader);
        if (networkParameters || videoParameters)
        {
            reader.ReadFlag(); // low_delay_hrd_flag
        }

        reader.ReadFlag(); // pic_struct_present_flag
        if (!reader.ReadFlag())
        {
            return true;
        }

        reader.ReadFlag(); // motion_vectors_over_pic_boundaries_flag
        for (int field = 0; field < 4; field++)
        {
            reader.ReadUnsignedExpGolomb(); // max_bytes_per_pic_denom ... log2_max_mv_length_vertical
        }

        uint reorderFrames = reader.ReadUnsignedExpGolomb();
        return reader.HasFailed || reorderFrames > 0;
    }

    private static void SkipVideoSignalType(ref BitReader reader)
    {
        if (!reader.ReadFlag())
        {
            return;
        }

        reader.Skip(3 + 1); // video_format, video_full_range_flag
        if (reader.ReadFlag())
        {
            reader.Skip(24); // colour_primaries, transfer_characteristics, matrix_coefficients
        }
    }

    // H.264 E.1.2
    private static bool SkipHypotheticalDecoder(ref BitReader reader)
    {
        if (!reader.ReadFlag())
        {
            return false;
        }

        uint countMinusOne = reader.ReadUnsignedExpGolomb();
        reader.Skip(4 + 4); // bit_rate_scale, cpb_size_scale
        for (uint i = 0; i <= Math.Min(countMinusOne, MaximumBuffersMinusOne) && !reader.HasFailed; i++)
        {
            reader.ReadUnsignedExpGolomb(); // bit_rate_value_minus1
            reader.ReadUnsignedExpGolomb(); // cpb_size_value_minus1
            reader.ReadFlag(); // cbr_flag
        }

        reader.Skip(5 + 5 + 5 + 5); // delays, lengths, time_offset_length
        return true;
    }

    private readonly record struct ChromaFields(uint Format, uint LumaDepth, uint ChromaDepth, bool SeparatePlanes);

    private readonly record struct Cropping(long Horizontal, long Vertical);
}
