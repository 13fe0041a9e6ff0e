namespace MediaGateway.Native.Audio;

/// <summary>
/// Designs interpolation filters: a low pass between samples, a sinc under a Kaiser window of beta 8, which stops at -80 dB.
/// </summary>
internal static class KaiserSinc
{
    private const double Beta = 8;

    /// <summary>
    /// One filter per place between two samples, one after the other: place p of <paramref name="phases"/> lies p/phases to the right
    /// of tap taps/2 - 1. Each leaves a constant as it is.
    /// </summary>
    /// <param name="phases">Places between two samples.</param>
    /// <param name="taps">Taps per filter, even.</param>
    /// <param name="cutoff">Where the filter has half its gain, as a part of half the sample rate: 1 touches nothing at place 0.</param>
    public static float[] Create(int phases, int taps, double cutoff)
    {
        float[] table = new float[phases * taps];
        double[] filter = new double[taps];
        int half = taps / 2;
        for (int phase = 0; phase < phases; phase++)
        {
            double sum = 0;
            for (int tap = 0; tap < taps; tap++)
            {
                double distance = tap - (half - 1) - ((double)phase / phases);
                filter[tap] = Sinc(distance * cutoff) * Window(distance / half);
                sum += filter[tap];
            }

            for (int tap = 0; tap < taps; tap++)
            {
                table[(phase * taps) + tap] = (float)(filter[tap] / sum);
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
