namespace MediaGateway.Native.Audio;

/// <summary>
/// Interpolation filters between samples: for each of <see cref="Phases"/> places between two samples, 32 taps of a Kaiser-windowed
/// sinc (beta 8: images below -80 dB up to 20 kHz). At phase 0 the filter is the sample itself.
/// </summary>
internal static class SincTable
{
    /// <summary>Places between two samples.</summary>
    public const int Phases = 800;

    /// <summary>Taps per filter.</summary>
    public const int Taps = 32;

    /// <summary>Taps before and including the sample to the left of the place.</summary>
    public const int TapsBefore = 16;

    private const double Beta = 8;

    private static readonly float[] Coefficients = Create();

    /// <summary>The filter for a place <paramref name="phase"/>/<see cref="Phases"/> to the right of tap <see cref="TapsBefore"/> - 1.</summary>
    public static ReadOnlySpan<float> At(int phase) => Coefficients.AsSpan(phase * Taps, Taps);

    private static float[] Create()
    {
        float[] table = new float[Phases * Taps];
        double[] filter = new double[Taps];
        for (int phase = 0; phase < Phases; phase++)
        {
            double sum = 0;
            for (int tap = 0; tap < Taps; tap++)
            {
                double distance = tap - (TapsBefore - 1) - ((double)phase / Phases);
                filter[tap] = Sinc(distance) * Window(distance / TapsBefore);
                sum += filter[tap];
            }

            for (int tap = 0; tap < Taps; tap++)
            {
                table[(phase * Taps) + tap] = (float)(filter[tap] / sum);
            }
        }

        return table;
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    private static double Window(double x) => Math.Abs(x) > 1 ? 0 : Bessel(Beta * Math.Sqrt(1 - (x * x))) / Bessel(Beta);

    /// <summary>The modified Bessel function of order zero, by its power series.</summary>
    private static double Bessel(double x)
    {
        double sum = 1;
        double term = 1;
        for (int k = 1; k < 50; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }

        return sum;
    }
}
