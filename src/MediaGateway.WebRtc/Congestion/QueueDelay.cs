namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// How much longer packets are under way than the quickest of the last 10 to 20 s: the time that they spend in queues. The clocks of
/// both ends need not agree.
/// </summary>
internal sealed class QueueDelay
{
    private const double Smoothing = 0.2;
    private static readonly TimeSpan HalfWindow = TimeSpan.FromSeconds(10);

    private TimeSpan _olderLeast = TimeSpan.MaxValue;
    private TimeSpan _least = TimeSpan.MaxValue;
    private TimeSpan _turnAt;
    private double _smoothed;
    private bool _hasValue;

    /// <summary>The delay in queues, smoothed over about five packets.</summary>
    public TimeSpan Value
    {
        get
        {
            TimeSpan least = _least < _olderLeast ? _least : _olderLeast;
            double value = _hasValue ? _smoothed - least.Ticks : 0;
            return new TimeSpan((long)Math.Max(value, 0));
        }
    }

    /// <summary>Forgets everything: the path is another one, or the delay that there is does not come from us.</summary>
    public void Reset()
    {
        _olderLeast = TimeSpan.MaxValue;
        _least = TimeSpan.MaxValue;
        _hasValue = false;
    }

    /// <summary>Takes a packet.</summary>
    public void Observe(TimeSpan sentAt, TimeSpan arrivedAt)
    {
        TimeSpan delay = arrivedAt - sentAt;
        if (arrivedAt >= _turnAt)
        {
            _olderLeast = _hasValue ? _least : TimeSpan.MaxValue;
            _least = TimeSpan.MaxValue;
            _turnAt = arrivedAt + HalfWindow;
        }

        _least = delay < _least ? delay : _least;
        _smoothed = _hasValue ? _smoothed + (Smoothing * (delay.Ticks - _smoothed)) : delay.Ticks;
        _hasValue = true;
    }
}
