namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// Sees a queue fill or drain: the slope of the one-way delay over the latest groups, against a threshold that adapts to the noise of
/// the path (draft-ietf-rmcat-gcc-02 5.4; the slope by linear regression in place of the draft's Kalman filter).
/// </summary>
internal sealed class OveruseDetector
{
    private const int WindowGroups = 20;
    private const int MinimumGroups = 8;
    private const double Smoothing = 0.9;

    /// <summary>The slope, a number without a unit, times this is compared with the threshold, which the draft has in milliseconds.</summary>
    private const double SlopeGain = 4 * 60;

    private const double FirstThreshold = 12.5;
    private const double LowestThreshold = 6;
    private const double HighestThreshold = 100;
    private const double RisingGain = 0.0087; // draft 5.4: K_u
    private const double FallingGain = 0.039; // draft 5.4: K_d
    private const double OutlierMargin = 15; // draft 5.4: no adaptation to a sudden step
    private const double LongestAdaptation = 100; // ms
    private const double OveruseTime = 10; // ms, draft 5.4: overuse_time_th

    private readonly double[] _times = new double[WindowGroups];
    private readonly double[] _delays = new double[WindowGroups];
    private int _count;
    private int _next;
    private double _delay;
    private double _smoothed;
    private double _slopeBefore;
    private double _threshold = FirstThreshold;
    private double _overusedFor;
    private int _overusedGroups;
    private double _adaptedAt;

    /// <summary>What the delay says.</summary>
    public BandwidthUsage Usage { get; private set; }

    /// <summary>Forgets the path, but not how noisy it was.</summary>
    public void Reset()
    {
        (_count, _next, _delay, _smoothed, _slopeBefore) = (0, 0, 0, 0, 0);
        (_overusedFor, _overusedGroups) = (0, 0);
        Usage = BandwidthUsage.Normal;
    }

    /// <summary>Takes the distances between two groups.</summary>
    public void Observe(TimeSpan sendDelta, TimeSpan arrivalDelta, TimeSpan arrivedAt)
    {
        _delay += (arrivalDelta - sendDelta).TotalMilliseconds;
        _smoothed = _count == 0 ? _delay : (Smoothing * _smoothed) + ((1 - Smoothing) * _delay);
        _times[_next] = arrivedAt.TotalMilliseconds;
        _delays[_next] = _smoothed;
        _next = (_next + 1) % WindowGroups;
        _count = Math.Min(_count + 1, WindowGroups);
        if (_count >= MinimumGroups)
        {
            Judge(Slope(), sendDelta.TotalMilliseconds, arrivedAt.TotalMilliseconds);
        }
    }

    private void Judge(double slope, double sendDelta, double now)
    {
        double gradient = slope * SlopeGain * _count / WindowGroups;
        if (gradient > _threshold)
        {
            _overusedFor += sendDelta;
            _overusedGroups++;
            if (_overusedFor > OveruseTime && _overusedGroups > 1 && slope >= _slopeBefore)
            {
                _overusedFor = 0;
                _overusedGroups = 0;
                Usage = BandwidthUsage.Overusing;
            }
        }
        else
        {
            _overusedFor = 0;
            _overusedGroups = 0;
            Usage = gradient < -_threshold ? BandwidthUsage.Underusing : BandwidthUsage.Normal;
        }

        _slopeBefore = slope;
        Adapt(Math.Abs(gradient), now);
    }

    private void Adapt(double gradient, double now)
    {
        double elapsed = Math.Clamp(now - _adaptedAt, 0, LongestAdaptation);
        _adaptedAt = now;
        if (gradient > _threshold + OutlierMargin)
        {
            return;
        }

        double gain = gradient < _threshold ? FallingGain : RisingGain;
        _threshold = Math.Clamp(_threshold + (gain * (gradient - _threshold) * elapsed), LowestThreshold, HighestThreshold);
    }

    private double Slope()
    {
        double meanTime = 0;
        double meanDelay = 0;
        for (int i = 0; i < _count; i++)
        {
            meanTime += _times[i];
            meanDelay += _delays[i];
        }

        meanTime /= _count;
        meanDelay /= _count;
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < _count; i++)
        {
            double time = _times[i] - meanTime;
            covariance += time * (_delays[i] - meanDelay);
            variance += time * time;
        }

        return variance > 0 ? covariance / variance : 0;
    }
}
