namespace MediaGateway.Streams.Ladders;

/// <summary>
/// Chooses the level for one viewer by what the network is estimated to take. Down as soon as it takes less than the level needs; up one level at a time,
/// after the network has taken the present level for a while, and once the estimate has room for the next one. Where nothing is found out of what lies above
/// what is sent, a step up is an attempt instead. One that has to be undone makes the next wait twice as long. One owner; time is given.
/// </summary>
internal sealed class LevelChoice
{
    /// <summary>The share of the estimate that a level may take when it is chosen for being low enough.</summary>
    public const double UsedShare = 0.85;

    /// <summary>The share of a level's rate below which an estimate is too low for it.</summary>
    public const double NeededShare = 0.9;

    /// <summary>The share of the estimate that a higher level may take.</summary>
    public const double FreeShare = 0.95;

    /// <summary>After a change nothing is judged for so long: rates and estimates settle.</summary>
    public static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(2);

    /// <summary>How long a level must be taken before the next one up is tried.</summary>
    public static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(5);

    /// <summary>The longest that this becomes.</summary>
    public static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(60);

    /// <summary>A step up that is undone within this was too early.</summary>
    private static readonly TimeSpan TrialTime = TimeSpan.FromSeconds(10);

    private TimeSpan _changedAt = TimeSpan.MinValue;
    private TimeSpan _patience = FirstPatience;
    private bool _wentUp;

    /// <summary>What the level needs to which it would go up if the network were known to take it, in bit/s; 0: there is none.</summary>
    public long WantedBitsPerSecond { get; private set; }

    /// <summary>The level to go over to; the present one when it is right.</summary>
    /// <param name="levels">The levels, the highest rate first; at least one.</param>
    /// <param name="present">The stream that is played.</param>
    /// <param name="estimate">What the network takes, in bit/s; null when that is not known.</param>
    /// <param name="isLimited">Whether the network keeps pictures from the viewer already.</param>
    /// <param name="findsRoom">Whether the estimate rises to <see cref="WantedBitsPerSecond"/> where the network takes that.</param>
    /// <param name="now">The time.</param>
    public LadderLevel Choose(IReadOnlyList<LadderLevel> levels, StreamKey present, long? estimate, bool isLimited, bool findsRoom, TimeSpan now)
    {
        int index = IndexOf(levels, present);
        if (_changedAt == TimeSpan.MinValue)
        {
            _changedAt = now;
        }

        WantedBitsPerSecond = 0;
        if (estimate is not { } rate || now - _changedAt < SettlingTime)
        {
            return levels[index];
        }

        bool isTooMuch = isLimited || rate < levels[index].BitsPerSecond * NeededShare;
        bool isUpDue = !isTooMuch && index > 0 && now - _changedAt >= _patience;
        bool isUpFree = isUpDue && (!findsRoom || levels[index - 1].BitsPerSecond <= rate * FreeShare);
        WantedBitsPerSecond = isUpDue && !isUpFree ? levels[index - 1].BitsPerSecond : 0;
        int wanted = isTooMuch ? Lower(levels, index, rate)
            : isUpFree ? index - 1
            : index;
        if (wanted != index)
        {
            Note(isUp: wanted < index, now);
        }

        return levels[wanted];
    }

    private static int IndexOf(IReadOnlyList<LadderLevel> levels, StreamKey present)
    {
        for (int index = 0; index < levels.Count; index++)
        {
            if (levels[index].Key == present)
            {
                return index;
            }
        }

        return levels.Count - 1;
    }

    /// <summary>The highest level below the present one that the network takes, or the lowest.</summary>
    private static int Lower(IReadOnlyList<LadderLevel> levels, int index, long rate)
    {
        int lower = Math.Min(index + 1, levels.Count - 1);
        while (lower < levels.Count - 1 && levels[lower].BitsPerSecond > rate * UsedShare)
        {
            lower++;
        }

        return lower;
    }

    private void Note(bool isUp, TimeSpan now)
    {
        bool isUndone = !isUp && _wentUp && now - _changedAt < TrialTime;
        bool hasHeld = _wentUp && !isUndone;
        _patience = isUndone ? (_patience * 2 < LongestPatience ? _patience * 2 : LongestPatience)
            : hasHeld ? FirstPatience
            : _patience;
        (_changedAt, _wentUp) = (now, isUp);
    }
}
