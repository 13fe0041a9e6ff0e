using MediaGateway.Media.Memory;

namespace MediaGateway.Media.H264;

/// <summary>The first fields of a slice (H.264 7.3.3).</summary>
/// <param name="FirstMacroblock">first_mb_in_slice; 0 for the first slice of a picture.</param>
/// <param name="SliceType">slice_type modulo 5: 0 P, 1 B, 2 I, 3 SP, 4 SI.</param>
/// <param name="PictureParameterSetId">The picture parameter set in use.</param>
public readonly record struct SliceHeader(long FirstMacroblock, int SliceType, int PictureParameterSetId)
{
    /// <summary>slice_type of B slices.</summary>
    public const int BSlice = 1;

    /// <summary>Bytes of a slice, after the NAL unit header, that hold the fields: three codes with emulation prevention.</summary>
    public const int LeadingBytes = 20;

    /// <summary>Reads the fields from the bytes after the NAL unit header; a part of the slice is enough.</summary>
    public static bool TryParse(ReadOnlySpan<byte> slice, out SliceHeader header)
    {
        header = default;
        Span<byte> payload = stackalloc byte[LeadingBytes];
        int length = EmulationPrevention.Remove(slice[..Math.Min(slice.Length, LeadingBytes)], payload);
        var reader = new BitReader(payload[..length]);
        uint firstMacroblock = reader.ReadUnsignedExpGolomb();
        uint sliceType = reader.ReadUnsignedExpGolomb();
        uint pictureParameterSetId = reader.ReadUnsignedExpGolomb();
        if (reader.HasFailed || sliceType > 9 || pictureParameterSetId > PictureParameterSet.MaximumId)
        {
            return false;
        }

        header = new SliceHeader(firstMacroblock, (int)(sliceType % 5), (int)pictureParameterSetId);
        return true;
    }
}
