namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>Measures a tone.</summary>
internal static class Tones
{
    private const double FullScale = 32768;

    /// <summary>The frequency of a tone by its zero crossings, and its effective level in decibels of full scale.</summary>
    public static (double Hertz, double Decibels) Measure(ReadOnlySpan<short> sound, int sampleRate)
    {
        double squares = 0;
        double first = -1;
        double last = -1;
        int periods = -1;
        for (int i = 0; i < sound.Length; i++)
        {
            squares += (double)sound[i] * sound[i];
            if (i > 0 && sound[i - 1] < 0 && sound[i] >= 0)
            {
                // Where the line between both samples crosses zero.
                last = i - (sound[i] / (double)(sound[i] - sound[i - 1]));
                first = first < 0 ? last : first;
                periods++;
            }
        }

        double hertz = periods > 0 ? periods * sampleRate / (last - first) : 0;
        return (hertz, 10 * Math.Log10(Math.Max(squares / sound.Length, 1e-9) / (FullScale * FullScale)));
    }
}
