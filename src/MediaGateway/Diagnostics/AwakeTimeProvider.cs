namespace MediaGateway.Diagnostics;

/// <summary>
/// The time in which the program runs: another provider's, less its standstills. The program stands still when nothing of it runs because it, its
/// container or its machine is stopped (SIGSTOP, a paused container, a suspended virtual machine). What others send meanwhile waits in the
/// kernel: to those who judge silence, wait for answers or pace media by this time, the standstill has not been. Known by nobody having asked for the
/// time for longer than <see cref="LongestPause"/>, although it is asked for every <see cref="BeatInterval"/>. Whoever asks first afterwards
/// notices, so that no limit can run out before. Any thread; elapsed times never go back. The wall clock goes on.
/// </summary>
internal sealed class AwakeTimeProvider : TimeProvider, IDisposable
{
    /// <summary>What counts as a standstill: longer than any load or garbage collection keeps every thread from asking for the time.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>How often the time is asked for at least; a standstill counts as one of these, so that time goes on.</summary>
    public static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(1);

    /// <summary>How exactly it is remembered when the time was last asked for, so that threads seldom write what all of them read.</summary>
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _inner;
    private readonly ILogger<AwakeTimeProvider> _logger;
    private readonly ITimer? _beat;
    private readonly Lock _lock = new();
    private readonly long _resolution;

    // Within the lock, like what follows: the system's timers do not wait for a beat that is not over.
    private TimeSpan _told;

    // Timestamps of the inner provider; written within the lock, and in this order.
    private long _stoodStill;
    private long _lastAsked;

    /// <summary>Begins to watch for standstills.</summary>
    /// <param name="inner">The time.</param>
    /// <param name="logger">Is told of each.</param>
    /// <param name="watches">False for a time that jumps because somebody sets it: this is that time then, with nothing left out.</param>
    public AwakeTimeProvider(TimeProvider inner, ILogger<AwakeTimeProvider> logger, bool watches = true)
    {
        _inner = inner;
        _logger = logger;
        _resolution = ToTimestamp(Resolution);
        _lastAsked = inner.GetTimestamp();
        _beat = watches ? inner.CreateTimer(static state => ((AwakeTimeProvider)state!).Beat(), this, BeatInterval, BeatInterval) : null;
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => _inner.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => _inner.TimestampFrequency;

    /// <summary>How long the program has stood still altogether, as far as this was noticed: ask for the time first to know it of now.</summary>
    public TimeSpan StoodStill => GetElapsedTime(0, Volatile.Read(ref _stoodStill));

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow();

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        if (_beat is null)
        {
            return _inner.GetTimestamp();
        }

        while (true)
        {
            long stoodStill = Volatile.Read(ref _stoodStill);
            long now = _inner.GetTimestamp();
            if (now - Volatile.Read(ref _lastAsked) > _resolution)
            {
                NoteAsked();
            }
            else if (Volatile.Read(ref _stoodStill) == stoodStill)
            {
                return now - stoodStill;
            }
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _beat is null ? _inner.CreateTimer(callback, state, dueTime, period) : new AwakeTimer(this, _inner, callback, state, dueTime, period);

    /// <inheritdoc/>
    public void Dispose() => _beat?.Dispose();

    private void NoteAsked()
    {
        lock (_lock)
        {
            long now = _inner.GetTimestamp();
            long pause = now - _lastAsked;
            if (pause > ToTimestamp(LongestPause))
            {
                Volatile.Write(ref _stoodStill, _stoodStill + pause - ToTimestamp(BeatInterval));
            }

            Volatile.Write(ref _lastAsked, now);
        }
    }

    private void Beat()
    {
        GetTimestamp();
        TimeSpan untold = TakeUntold();
        if (untold > TimeSpan.Zero)
        {
            _logger.StoodStill(untold.TotalSeconds);
        }
    }

    private TimeSpan TakeUntold()
    {
        lock (_lock)
        {
            TimeSpan untold = StoodStill - _told;
            _told += untold;
            return untold;
        }
    }

    private long ToTimestamp(TimeSpan time) => (long)(time.TotalSeconds * TimestampFrequency);
}
