namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>What a sender has sent, sampled again and again, and the questions that a test of its rate asks.</summary>
internal sealed class RateSamples
{
    private const double BitsPerByte = 8;

    /// <summary>Short enough to see a change, long enough for a few pictures at 300 kbit/s.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly List<RateSample> _samples = [];

    /// <summary>All samples.</summary>
    public IReadOnlyList<RateSample> All => _samples;

    /// <summary>Adds the newest sample.</summary>
    public void Add(RateSample sample) => _samples.Add(sample);

    /// <summary>Sent bit/s in the second before a sample; null while there is none so old.</summary>
    public double? RateAt(int index)
    {
        RateSample newest = _samples[index];
        int first = _samples.FindLastIndex(index, sample => newest.At - sample.At >= Window);
        return first < 0
            ? null
            : (newest.Bytes - _samples[first].Bytes) * BitsPerByte / (newest.At - _samples[first].At).TotalSeconds;
    }

    /// <summary>When, counted from <paramref name="from"/>, the rate was first as asked for; null for never.</summary>
    public TimeSpan? FirstAfter(TimeSpan from, Predicate<double> condition)
    {
        for (int index = 0; index < _samples.Count; index++)
        {
            if (_samples[index].At - from >= TimeSpan.Zero && RateAt(index) is { } rate && condition(rate))
            {
                return _samples[index].At - from;
            }
        }

        return null;
    }

    /// <summary>The rate in kbit/s at each of these times, with the picture's height, for a table.</summary>
    public string At(params IEnumerable<TimeSpan> times) => string.Join(
        " | ",
        times.Select(time => _samples.FindIndex(sample => sample.At >= time))
            .Select(index => index < 0 ? "-" : FormattableString.Invariant($"{(RateAt(index) ?? 0) / 1000:0} {_samples[index].Height}p")));
}

/// <summary>One look at a sender.</summary>
/// <param name="At">When, from the start of the test.</param>
/// <param name="Bytes">Bytes of RTP sent so far.</param>
/// <param name="TargetBitsPerSecond">What its encoder is asked for.</param>
/// <param name="Height">The picture's height.</param>
internal readonly record struct RateSample(TimeSpan At, long Bytes, double TargetBitsPerSecond, int Height);
