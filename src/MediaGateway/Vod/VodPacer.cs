namespace MediaGateway.Vod;

/// <summary>
/// When the frames of a file are due: as many ahead of real time as the viewer buffers, then in real time; a pause stops its clock. One owner,
/// one thread, but for what is said so.
/// </summary>
/// <param name="ahead">How much the viewer buffers.</param>
internal sealed class VodPacer(TimeSpan ahead)
{
    // Frames are sent in lots: many turns for single frames cost more than they smooth.
    private static readonly TimeSpan LongestLot = TimeSpan.FromMilliseconds(100);

    private long _ahead = ahead.Ticks;
    private volatile bool _isPaused;
    private TimeSpan? _startedAt;
    private TimeSpan? _pausedAt;
    private TimeSpan _base;

    /// <summary>How far ahead of time frames are due. Any thread.</summary>
    public TimeSpan Ahead
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _ahead));
        set => Volatile.Write(ref _ahead, value.Ticks);
    }

    /// <summary>Whether nothing is due. Any thread.</summary>
    public bool IsPaused
    {
        get => _isPaused;
        set => _isPaused = value;
    }

    /// <summary>Starts with a frame of this time.</summary>
    public void Start(TimeSpan now, TimeSpan time) => (_startedAt, _base, _pausedAt) = (now, time, null);

    /// <summary>Takes the time into account that passes while it is paused; false while it is.</summary>
    public bool MayGoOn(TimeSpan now)
    {
        if (_isPaused)
        {
            _pausedAt ??= now;
            return false;
        }

        if (_pausedAt is { } since && _startedAt is { } started)
        {
            (_startedAt, _pausedAt) = (started + (now - since), null);
        }

        return true;
    }

    /// <summary>When a frame of this time is due; in the past when it is.</summary>
    public TimeSpan DueAt(TimeSpan time) => (_startedAt ?? TimeSpan.Zero) + (time - _base) - Ahead;

    /// <summary>When to look again for the sake of a frame that is due at <paramref name="dueAt"/>: a little later, so that several are.</summary>
    public TimeSpan NextTurn(TimeSpan dueAt)
    {
        TimeSpan lot = Ahead / 4;
        return dueAt + (lot < LongestLot ? lot : LongestLot);
    }
}
