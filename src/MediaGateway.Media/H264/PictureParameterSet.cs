using MediaGateway.Media.Memory;

namespace MediaGateway.Media.H264;

/// <summary>The identifiers of a picture parameter set (H.264 7.3.2.2).</summary>
/// <param name="Id">pic_parameter_set_id, 0 to 255.</param>
/// <param name="SequenceParameterSetId">The sequence parameter set it refers to.</param>
public readonly record struct PictureParameterSet(int Id, int SequenceParameterSetId)
{
    /// <summary>The largest identifier (H.264 7.4.2.2).</summary>
    public const int MaximumId = 255;

    /// <summary>The longest parameter set taken, in bytes.</summary>
    public const int MaximumBytes = 1024;

    /// <summary>Two Exp-Golomb codes of at most 17 bits, emulation prevention included.</summary>
    private const int LeadingBytes = 12;

    /// <summary>Reads a NAL unit of type 8. False: it is none, too long, or has an impossible identifier.</summary>
    public static bool TryParse(ReadOnlySpan<byte> nalUnit, out PictureParameterSet parameterSet)
    {
        parameterSet = default;
        if (nalUnit.Length is < 2 or > MaximumBytes || NalUnit.TypeOf(nalUnit[0]) != NalUnitType.PictureParameterSet)
        {
            return false;
        }

        ReadOnlySpan<byte> head = nalUnit[1..Math.Min(nalUnit.Length, LeadingBytes + 1)];
        Span<byte> payload = stackalloc byte[LeadingBytes];
        var reader = new BitReader(payload[..EmulationPrevention.Remove(head, payload)]);
        uint id = reader.ReadUnsignedExpGolomb();
        uint sequenceParameterSetId = reader.ReadUnsignedExpGolomb();
        if (reader.HasFailed || id > MaximumId || sequenceParameterSetId > SequenceParameterSet.MaximumId)
        {
            return false;
        }

        parameterSet = new PictureParameterSet((int)id, (int)sequenceParameterSetId);
        return true;
    }
}
