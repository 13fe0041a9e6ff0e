namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>
/// How much later the flash is than its beep, for every second of a recording. Positive: the picture is late.
/// </summary>
internal sealed class LipSync
{
    private const double SilenceBefore = 0.3;

    private LipSync(IReadOnlyList<double> offsets)
    {
        Offsets = offsets;
    }

    /// <summary>Flash minus beep in milliseconds, one value per pair.</summary>
    public IReadOnlyList<double> Offsets { get; }

    /// <summary>The middle value in milliseconds.</summary>
    public double Median => Statistics.Median(Offsets);

    /// <summary>The largest distance of a pair from the median, in milliseconds.</summary>
    public double Spread => Offsets.Max(offset => Math.Abs(offset - Median));

    /// <summary>Pairs each flash with the beep nearest to it; throws when there are fewer than three pairs.</summary>
    public static LipSync Measure(DecodedMedia media) => Measure(Flashes(media.Pictures), Beeps(media));

    /// <inheritdoc cref="Measure(DecodedMedia)"/>
    public static LipSync Measure(IReadOnlyList<double> flashes, IReadOnlyList<double> beeps)
    {
        List<double> offsets = [];
        foreach (double flash in flashes)
        {
            if (beeps.Count > 0 && beeps.MinBy(beep => Math.Abs(beep - flash)) is double beep && Math.Abs(flash - beep) < 0.5)
            {
                offsets.Add((flash - beep) * 1000);
            }
        }

        if (offsets.Count < 3)
        {
            throw new InvalidOperationException($"{flashes.Count} flashes and {beeps.Count} beeps make only {offsets.Count} pairs.");
        }

        return new LipSync(offsets);
    }

    /// <summary>
    /// The times at which flashes begin, in seconds. When the first picture of a flash was dropped, the number of the one after it
    /// tells when the flash began.
    /// </summary>
    public static IReadOnlyList<double> Flashes(IReadOnlyList<Picture> pictures)
    {
        List<double> flashes = [];
        for (int i = 1; i < pictures.Count; i++)
        {
            if (pictures[i].Flash && !pictures[i - 1].Flash)
            {
                int late = (pictures[i].Counter ?? 0) % TestPattern.PictureRate;
                flashes.Add(pictures[i].Seconds - (late < TestPattern.FlashPictures ? late / (double)TestPattern.PictureRate : 0));
            }
        }

        return flashes;
    }

    /// <summary>The times at which beeps begin after silence, in seconds.</summary>
    public static IReadOnlyList<double> Beeps(DecodedMedia media) => [.. BeepSamples(media.Sound).Select(media.SecondsOfSample)];

    /// <summary>The samples at which beeps begin after silence.</summary>
    public static IReadOnlyList<int> BeepSamples(ReadOnlySpan<short> sound)
    {
        int peak = 1;
        foreach (short sample in sound)
        {
            peak = Math.Max(peak, Math.Abs((int)sample));
        }

        List<int> beeps = [];
        int threshold = peak / 3;
        int silence = (int)(SilenceBefore * TestPattern.SampleRate);
        int lastLoud = 0;
        for (int i = 0; i < sound.Length; i++)
        {
            if (Math.Abs((int)sound[i]) < threshold)
            {
                continue;
            }

            if (i - lastLoud > silence)
            {
                beeps.Add(i);
            }

            lastLoud = i;
        }

        return beeps;
    }
}
