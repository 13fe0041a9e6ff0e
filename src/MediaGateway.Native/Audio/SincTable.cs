namespace MediaGateway.Native.Audio;

/// <summary>
/// Interpolation filters between samples: for each of <see cref="Phases"/> places between two samples, 32 taps of
/// <see cref="KaiserSinc"/> (images below -80 dB up to 20 kHz). At phase 0 the filter is the sample itself.
/// </summary>
internal static class SincTable
{
    /// <summary>Places between two samples.</summary>
    public const int Phases = 800;

    /// <summary>Taps per filter.</summary>
    public const int Taps = 32;

    /// <summary>Taps before and including the sample to the left of the place.</summary>
    public const int TapsBefore = 16;

    private static readonly float[] Coefficients = KaiserSinc.Create(Phases, Taps, cutoff: 1);

    /// <summary>The filter for a place <paramref name="phase"/>/<see cref="Phases"/> to the right of tap <see cref="TapsBefore"/> - 1.</summary>
    public static ReadOnlySpan<float> At(int phase) => Coefficients.AsSpan(phase * Taps, Taps);
}
