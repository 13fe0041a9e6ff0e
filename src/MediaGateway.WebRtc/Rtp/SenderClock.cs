namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// The relation of a track's RTP clock to the sender's wall clock, from its sender reports (RFC 3550 6.4.1): a line through the last
/// 16 reports, at most a minute old, read at the newest one. Reports that come out of order, twice, or far from the line are left out;
/// three that agree with each other make a new line.
/// </summary>
internal sealed class SenderClock
{
    private const int Capacity = 16;
    private const int AgreeingReports = 3;
    private const int LineReports = 4;

    /// <summary>Clocks further off than this are not clocks: the slope of the line is held to it.</summary>
    private const double MaximumDrift = 0.001;

    private static readonly long MaximumAge = TimeSpan.FromSeconds(60).Ticks;
    private static readonly long LineSpan = TimeSpan.FromSeconds(4).Ticks;
    private static readonly long Tolerance = TimeSpan.FromMilliseconds(100).Ticks;

    private readonly Sample[] _samples = new Sample[Capacity];
    private readonly Sample[] _strangers = new Sample[AgreeingReports];
    private int _count;
    private int _strangerCount;

    /// <summary>Whether there is a relation.</summary>
    public bool HasValue => _count > 0;

    /// <summary>Wall clock less media time, in units of 100 ns.</summary>
    public long Value { get; private set; }

    /// <summary>Takes a report.</summary>
    /// <param name="wallClock">Its NTP time, in units of 100 ns from any point common to all tracks.</param>
    /// <param name="mediaTime">Its RTP time, unwrapped, in units of 100 ns.</param>
    public void Observe(long wallClock, long mediaTime)
    {
        var sample = new Sample(wallClock, wallClock - mediaTime);
        if (_count > 0 && Math.Abs(sample.Difference - Value) > Tolerance)
        {
            ObserveStranger(sample);
            return;
        }

        if (_count > 0 && wallClock <= _samples[_count - 1].WallClock)
        {
            return;
        }

        _strangerCount = 0;
        Add(sample);
    }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        _count = 0;
        _strangerCount = 0;
    }

    private void ObserveStranger(Sample sample)
    {
        if (_strangerCount > 0)
        {
            Sample last = _strangers[_strangerCount - 1];
            bool follows = sample.WallClock > last.WallClock && Math.Abs(sample.Difference - last.Difference) <= Tolerance;
            _strangerCount = follows ? _strangerCount : 0;
        }

        _strangers[_strangerCount++] = sample;
        if (_strangerCount < AgreeingReports)
        {
            return;
        }

        Reset();
        foreach (Sample stranger in _strangers)
        {
            Add(stranger);
        }
    }

    private void Add(Sample sample)
    {
        int old = 0;
        while (old < _count && (sample.WallClock - _samples[old].WallClock > MaximumAge || _count - old == Capacity))
        {
            old++;
        }

        Array.Copy(_samples, old, _samples, 0, _count - old);
        _count -= old;
        _samples[_count++] = sample;
        Value = sample.Difference + (long)Math.Round(OffsetFromNewest());
    }

    // Least squares over (wall clock, difference), both taken from the newest sample, evaluated there.
    private double OffsetFromNewest()
    {
        Sample newest = _samples[_count - 1];
        double meanX = 0;
        double meanY = 0;
        for (int i = 0; i < _count; i++)
        {
            meanX += (double)(_samples[i].WallClock - newest.WallClock) / _count;
            meanY += (double)(_samples[i].Difference - newest.Difference) / _count;
        }

        if (_count < LineReports || newest.WallClock - _samples[0].WallClock < LineSpan)
        {
            return meanY;
        }

        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < _count; i++)
        {
            double x = _samples[i].WallClock - newest.WallClock - meanX;
            double y = _samples[i].Difference - newest.Difference - meanY;
            covariance += x * y;
            variance += x * x;
        }

        double slope = Math.Clamp(covariance / variance, -MaximumDrift, MaximumDrift);
        return meanY - (slope * meanX);
    }

    private readonly record struct Sample(long WallClock, long Difference);
}
