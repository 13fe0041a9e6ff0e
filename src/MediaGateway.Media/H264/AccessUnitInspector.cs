namespace MediaGateway.Media.H264;

/// <summary>What an access unit in AVCC framing holds.</summary>
/// <param name="IsKeyframe">Its picture is an IDR picture.</param>
/// <param name="HasSequenceParameterSet">It carries a sequence parameter set.</param>
/// <param name="HasPictureParameterSet">It carries a picture parameter set.</param>
/// <param name="HasBSlices">It has B slices: shown in another order than decoded.</param>
/// <param name="Slices">Slices of the picture.</param>
public readonly record struct AccessUnitInspector(
    bool IsKeyframe,
    bool HasSequenceParameterSet,
    bool HasPictureParameterSet,
    bool HasBSlices,
    int Slices)
{
    /// <summary>Looks through an access unit; what follows a broken length is left out.</summary>
    public static AccessUnitInspector Inspect(ReadOnlySpan<byte> accessUnit)
    {
        var result = default(AccessUnitInspector);
        foreach (ReadOnlySpan<byte> nalUnit in new Avcc(accessUnit))
        {
            NalUnitType type = NalUnit.TypeOf(nalUnit[0]);
            result = type switch
            {
                NalUnitType.SequenceParameterSet => result with { HasSequenceParameterSet = true },
                NalUnitType.PictureParameterSet => result with { HasPictureParameterSet = true },
                _ when NalUnit.IsSlice(type) => result.WithSlice(type, nalUnit[1..]),
                _ => result,
            };
        }

        return result;
    }

    private AccessUnitInspector WithSlice(NalUnitType type, ReadOnlySpan<byte> slice) => this with
    {
        Slices = Slices + 1,
        IsKeyframe = IsKeyframe || type == NalUnitType.IdrSlice,
        HasBSlices = HasBSlices || (SliceHeader.TryParse(slice, out SliceHeader header) && header.SliceType == SliceHeader.BSlice),
    };
}
