namespace MediaGateway.Diagnostics;

/// <summary>
/// A timer whose time is that of <see cref="AwakeTimeProvider"/>: one that is to fire once and is due because the program stood still waits for
/// what is left. One that repeats fires once after a standstill and goes on: those look whether something is due, by the time that they ask for.
/// Any thread.
/// </summary>
internal sealed class AwakeTimer : ITimer
{
    /// <summary>Timers drop the fraction of a millisecond.</summary>
    private static readonly TimeSpan Fraction = TimeSpan.FromMilliseconds(1);

    private readonly AwakeTimeProvider _time;
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private bool _repeats;
    private TimeSpan _dueTime;
    private long _setAt;
    private TimeSpan _stoodStillBefore;

    /// <summary>Makes one; the parameters are those of <see cref="TimeProvider.CreateTimer"/>.</summary>
    public AwakeTimer(AwakeTimeProvider time, TimeProvider inner, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _time = time;
        _callback = callback;
        _state = state;
        _timer = inner.CreateTimer(static timer => ((AwakeTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Change(dueTime, period);
    }

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _repeats = period > TimeSpan.Zero;
            _dueTime = dueTime;
            _stoodStillBefore = _time.StoodStill;
            _setAt = _time.GetTimestamp();
            return _timer.Change(dueTime, period);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Fire()
    {
        if (!PutOff())
        {
            _callback(_state);
        }
    }

    private bool PutOff()
    {
        lock (_lock)
        {
            TimeSpan left = _dueTime - _time.GetElapsedTime(_setAt);
            TimeSpan stoodStill = _time.StoodStill;
            if (_repeats || stoodStill == _stoodStillBefore || left <= TimeSpan.Zero)
            {
                return false;
            }

            _stoodStillBefore = stoodStill;
            return _timer.Change(left + Fraction, Timeout.InfiniteTimeSpan);
        }
    }
}
