namespace MediaGateway.Vod;

/// <summary>
/// When the frames of a file are due: as many ahead of real time as the viewer buffers, then in real time; a pause stops its clock. The
/// thread that reads asks it; the viewer's loop sets what the viewer wants.
/// </summary>
/// <param name="ahead">How much the viewer buffers.</param>
internal sealed class VodPacer(TimeSpan ahead)
{
    private const long NotPaused = long.MinValue;

    // Frames are sent in lots: many turns for single frames cost more than they smooth.
    private static readonly TimeSpan LongestLot = TimeSpan.FromMilliseconds(100);

    private long _ahead = ahead.Ticks;
    private long _pausedAt = NotPaused;
    private long _stood;
    private TimeSpan? _startedAt;
    private TimeSpan _base;

    /// <summary>How far ahead of time frames are due. Any thread.</summary>
    public TimeSpan Ahead
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _ahead));
        set => Volatile.Write(ref _ahead, value.Ticks);
    }

    /// <summary>Whether nothing is due. Any thread.</summary>
    public bool IsPaused => Volatile.Read(ref _pausedAt) != NotPaused;

    private TimeSpan Stood => TimeSpan.FromTicks(Interlocked.Read(ref _stood));

    /// <summary>The viewer's loop: from now on nothing is due.</summary>
    public void Pause(TimeSpan now)
    {
        if (!IsPaused)
        {
            Volatile.Write(ref _pausedAt, now.Ticks);
        }
    }

    /// <summary>The viewer's loop: what was due when the pause began is due now.</summary>
    public void Resume(TimeSpan now)
    {
        if (IsPaused)
        {
            Interlocked.Add(ref _stood, now.Ticks - _pausedAt);
            Volatile.Write(ref _pausedAt, NotPaused);
        }
    }

    /// <summary>The reading thread: starts with a frame of this time.</summary>
    public void Start(TimeSpan now, TimeSpan time) => (_startedAt, _base) = (now - Stood, time);

    /// <summary>The reading thread: when a frame of this time is due; in the past when it is.</summary>
    public TimeSpan DueAt(TimeSpan time) => (_startedAt ?? TimeSpan.Zero) + Stood + (time - _base) - Ahead;

    /// <summary>When to look again for the sake of a frame that is due at <paramref name="dueAt"/>: a little later, so that several are.</summary>
    public TimeSpan NextTurn(TimeSpan dueAt)
    {
        TimeSpan lot = Ahead / 4;
        return dueAt + (lot < LongestLot ? lot : LongestLot);
    }
}
