namespace MediaGateway.Testing;

/// <summary>
/// Virtual time for tests. Odd frequency and odd start on purpose, so that code which assumes either fails always. Any thread may ask
/// for the time and make timers; one thread advances it.
/// </summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Alarm> _alarms = [];
    private TimeSpan _now = TimeSpan.FromDays(12345.678);
    private TimeSpan _wallClockError;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond * 7;

    /// <inheritdoc/>
    public override long GetTimestamp() => _now.Ticks * 7;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _now + _wallClockError;

    /// <summary>Sets the wall clock forwards or back, as an operator or NTP does; timers and elapsed times know nothing of it.</summary>
    public void StepWallClock(TimeSpan by) => _wallClockError += by;

    /// <summary>Moves time on, firing each timer at its own instant.</summary>
    public void Advance(TimeSpan by)
    {
        TimeSpan target = _now + by;
        FireUntil(target);
        _now = target;

        // Those that another thread has set in the meantime.
        FireUntil(target);
    }

    /// <summary>
    /// Moves time on while nothing runs, as when the machine sleeps: what was due meanwhile fires when that is over, late, and what repeats fires
    /// once, as the system's timers do.
    /// </summary>
    public void StandStill(TimeSpan by)
    {
        lock (_lock)
        {
            _now += by;
            foreach (Alarm alarm in _alarms)
            {
                alarm.SkipUntil(_now);
            }
        }

        FireUntil(_now);
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        lock (_lock)
        {
            _alarms.Add(alarm);
        }

        return alarm;
    }

    private void FireUntil(TimeSpan target)
    {
        while (NextUntil(target) is { } next)
        {
            _now = next.Due > _now ? next.Due : _now;
            next.Fire();
        }
    }

    private Alarm? NextUntil(TimeSpan target)
    {
        lock (_lock)
        {
            return _alarms.Where(alarm => alarm.Due <= target).MinBy(alarm => alarm.Due);
        }
    }

    private sealed class Alarm(ManualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public TimeSpan Due { get; private set; } = TimeSpan.MaxValue;

        public void Fire()
        {
            Due = _period > TimeSpan.Zero ? Due + _period : TimeSpan.MaxValue;
            callback(state);
        }

        /// <summary>Leaves out all that it has missed but the last.</summary>
        public void SkipUntil(TimeSpan now)
        {
            while (_period > TimeSpan.Zero && Due <= now - _period)
            {
                Due += _period;
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : owner._now + dueTime;
            _period = period;
            return true;
        }

        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._alarms.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
