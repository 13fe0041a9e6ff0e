namespace MediaGateway.Native.Tests.Audio;

/// <summary>The sine that fits a sound best: how loud it is, and what is left when it is taken away.</summary>
internal readonly record struct ToneFit(double Hertz, double Amplitude, double Phase, double LargestRest, double Rest)
{
    /// <summary>Decibels against the half amplitude that tests put in.</summary>
    public double Level => 20 * Math.Log10(Amplitude / 0.5);

    /// <summary>Looks for the frequency near a guess, then measures.</summary>
    public static ToneFit Of(float[] samples, int rate, double guess)
    {
        double best = guess;
        double largest = -1;
        for (double factor = 0.98; factor <= 1.02; factor += 0.0005)
        {
            (double cosine, double sine) = Project(samples, rate, guess * factor);
            double power = (cosine * cosine) + (sine * sine);
            (largest, best) = power > largest ? (power, guess * factor) : (largest, best);
        }

        (double a, double b) = Project(samples, rate, best);
        double peak = 0;
        double sum = 0;
        for (int index = 0; index < samples.Length; index++)
        {
            double angle = 2 * Math.PI * best * index / rate;
            double rest = samples[index] - (a * Math.Cos(angle)) - (b * Math.Sin(angle));
            peak = Math.Max(peak, Math.Abs(rest));
            sum += rest * rest;
        }

        return new ToneFit(best, Math.Sqrt((a * a) + (b * b)), Math.Atan2(a, b), peak, Math.Sqrt(sum / samples.Length));
    }

    private static (double Cosine, double Sine) Project(float[] samples, int rate, double hertz)
    {
        double cosine = 0;
        double sine = 0;
        for (int index = 0; index < samples.Length; index++)
        {
            double angle = 2 * Math.PI * hertz * index / rate;
            cosine += samples[index] * Math.Cos(angle);
            sine += samples[index] * Math.Sin(angle);
        }

        return (2 * cosine / samples.Length, 2 * sine / samples.Length);
    }
}
