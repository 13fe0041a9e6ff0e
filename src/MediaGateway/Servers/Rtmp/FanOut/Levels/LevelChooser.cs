using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp.FanOut.Levels;

/// <summary>
/// Decides which level a viewer gets. Down at once when what is sent piles up and the network takes less than the level's rate; up when
/// nothing has piled up for a while and bursts pass fast enough for the higher level, or, rarely, to try. A level that turned out to be
/// too high is left alone for a while, longer each time. A small burst may pass on tokens that a slow link has gathered, so that it takes
/// a viewer up by one level only. Used by the worker's thread only; time is passed in.
/// </summary>
internal sealed class LevelChooser
{
    /// <summary>Delay from which on a network that takes less than the rate counts as too slow for it: longer than one lost segment costs.</summary>
    public static readonly TimeSpan TooLate = TimeSpan.FromMilliseconds(300);

    /// <summary>Delay from which on it counts as too slow in any case.</summary>
    public static readonly TimeSpan MuchTooLate = TimeSpan.FromMilliseconds(700);

    /// <summary>How long there must have been no delay to speak of before a higher level.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    /// <summary>The same when no burst tells what the network takes.</summary>
    public static readonly TimeSpan BlindCalm = TimeSpan.FromSeconds(15);

    /// <summary>The same after a change to a higher level, of which the first keyframe has shown more.</summary>
    public static readonly TimeSpan CalmAfterRise = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a new level is let be: its first group comes at once.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>How long a level is left alone that turned out to be too high, at first; twice as long each further time.</summary>
    public static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(4);

    /// <summary>The longest time for which a level is left alone.</summary>
    public static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(1);

    /// <summary>A network that takes less than this share of the level's rate is too slow for it.</summary>
    private const double LeastShare = 0.8;

    /// <summary>How much of what the network takes may be used after it has become slower: the rest makes up for the delay.</summary>
    private const double UsableShare = 0.75;

    /// <summary>How much faster than a level's rate bursts must pass before it is taken.</summary>
    private const double RoomAbove = 1.2;

    /// <summary>How much faster than at a failure bursts must pass for a level to be tried again before its time.</summary>
    private const double FarBetter = 2;

    /// <summary>A burst tells of levels further up when it is as much as they send in this time, in seconds.</summary>
    private const double TellingTime = 0.1;

    private const int None = -1;
    private const int MaximumFailures = 5;

    private static readonly TimeSpan Disquiet = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Trial = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Unavailable = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestChange = TimeSpan.FromSeconds(15);

    private readonly List<Level> _levels = [];
    private int _current = None;
    private int _wanted = None;
    private TimeSpan _wantedAt;
    private TimeSpan _changedAt;
    private TimeSpan _calmSince;
    private TimeSpan? _wentUpAt;

    /// <summary>Makes a chooser without levels.</summary>
    public LevelChooser(TimeSpan now) => (_changedAt, _calmSince) = (now, now);

    /// <summary>Takes the levels in any order; what was learnt of them stays. A wish for a level that has gone is forgotten.</summary>
    /// <param name="rates">All levels.</param>
    /// <param name="current">The one that is sent; null for none of them.</param>
    public void Take(ReadOnlySpan<LevelRate> rates, StreamKey? current)
    {
        Level? wanted = _wanted == None ? null : _levels[_wanted];
        Level[] old = [.. _levels];
        _levels.Clear();
        foreach (LevelRate rate in rates)
        {
            Level level = Array.Find(old, candidate => candidate.Rate.Key == rate.Key) ?? new Level();
            level.Rate = rate;
            _levels.Add(level);
        }

        _levels.Sort(static (one, other) => one.Rate.BitsPerSecond.CompareTo(other.Rate.BitsPerSecond));
        _wanted = wanted is null ? None : _levels.IndexOf(wanted);
        _current = IndexOf(current);
    }

    /// <summary>Decides; null when all is well, or what was wished for last is still on its way.</summary>
    /// <param name="now">Gateway time.</param>
    /// <param name="delay">How long what arrives now has waited.</param>
    /// <param name="drainRate">What the network takes while something waits, in bit/s.</param>
    /// <param name="burst">How large bursts have passed lately; null when there were none.</param>
    public LevelWish? Look(TimeSpan now, TimeSpan delay, double drainRate, BurstFigure? burst)
    {
        _calmSince = delay > Disquiet ? now : _calmSince;
        if (_wanted != None && now - _wantedAt > LongestChange)
        {
            NoteFailed(_levels[_wanted].Rate.Key, now);
        }

        if (_current == None)
        {
            return null;
        }

        if (now - _changedAt >= Grace && IsTooMuch(delay, drainRate))
        {
            return GoDown(now, drainRate, burst?.BitsPerSecond);
        }

        TimeSpan calm = _calmSince == _changedAt && _wentUpAt is not null ? CalmAfterRise : Calm;
        return _wanted == None && now - _calmSince >= calm ? GoUp(now, burst) : null;
    }

    /// <summary>The viewer has got the first frame of a level.</summary>
    public void NoteChanged(StreamKey key, TimeSpan now)
    {
        int index = IndexOf(key);
        _wentUpAt = _current != None && index > _current ? now : null;
        _wanted = _wanted == index ? None : _wanted;
        (_current, _changedAt, _calmSince) = (index, now, now);
    }

    /// <summary>A level is not to be had at present.</summary>
    public void NoteFailed(StreamKey key, TimeSpan now)
    {
        int index = IndexOf(key);
        if (index == None)
        {
            return;
        }

        _levels[index].HoldBack(now + Unavailable, double.MaxValue);
        _wanted = _wanted == index ? None : _wanted;
    }

    private bool IsTooMuch(TimeSpan delay, double drainRate) =>
        delay > MuchTooLate || (delay > TooLate && drainRate < LeastShare * _levels[_current].Rate.BitsPerSecond);

    private LevelWish? GoDown(TimeSpan now, double drainRate, double? burstRate)
    {
        int target = _current - 1;
        while (target > 0 && _levels[target].Rate.BitsPerSecond > UsableShare * drainRate)
        {
            target--;
        }

        if (target < 0)
        {
            // There is nothing below; but this is no time for a higher one.
            bool wasGoingUp = _wanted > _current;
            _wanted = None;
            return wasGoingUp ? new LevelWish(_levels[_current].Rate.Key, IsUrgent: false) : null;
        }

        if (_wanted != None && _wanted <= target)
        {
            return null;
        }

        for (int index = target + 1; index <= _current; index++)
        {
            _levels[index].HoldBack(now + FirstBackOff, double.MaxValue);
        }

        Judge(_levels[_current], now, burstRate);
        return Wish(target, now, isUrgent: true);
    }

    /// <summary>A level that was too much soon after it was taken is left alone for a while; after a longer time the network has changed.</summary>
    private void Judge(Level level, TimeSpan now, double? burstRate)
    {
        if (_wentUpAt is not { } wentUpAt || now - wentUpAt > Trial)
        {
            level.Failures = 0;
            return;
        }

        TimeSpan backOff = FirstBackOff * (1 << level.Failures);
        level.Failures = Math.Min(level.Failures + 1, MaximumFailures);
        level.HoldBack(now + (backOff < LongestBackOff ? backOff : LongestBackOff), burstRate ?? level.Rate.BitsPerSecond);
        _wentUpAt = null;
    }

    private LevelWish? GoUp(TimeSpan now, BurstFigure? burst)
    {
        int best = None;
        for (int index = _current + 1; index < _levels.Count && IsAllowed(_levels[index], now, burst?.BitsPerSecond); index++)
        {
            long rate = _levels[index].Rate.BitsPerSecond;
            bool tellsOfIt = index == _current + 1 || burst?.Bytes * 8 >= TellingTime * rate;
            best = tellsOfIt && burst?.BitsPerSecond >= RoomAbove * rate ? index : best;
        }

        bool mayTry = best == None && now - _calmSince >= BlindCalm && _current + 1 < _levels.Count && IsAllowed(_levels[_current + 1], now, null);
        best = mayTry ? _current + 1 : best;
        return best == None ? null : Wish(best, now, isUrgent: false);
    }

    private static bool IsAllowed(Level level, TimeSpan now, double? burstRate) =>
        now >= level.HeldBackUntil || burstRate >= FarBetter * level.BurstRateAtFailure;

    private LevelWish Wish(int index, TimeSpan now, bool isUrgent)
    {
        (_wanted, _wantedAt) = (index, now);
        return new LevelWish(_levels[index].Rate.Key, isUrgent);
    }

    private int IndexOf(StreamKey? key) => key is { } wanted ? _levels.FindIndex(level => level.Rate.Key == wanted) : None;

    /// <summary>One level and what is known of it.</summary>
    private sealed class Level
    {
        /// <summary>Which.</summary>
        public LevelRate Rate { get; set; }

        /// <summary>How often in a row it was too high.</summary>
        public int Failures { get; set; }

        /// <summary>Until when it is left alone.</summary>
        public TimeSpan HeldBackUntil { get; private set; }

        /// <summary>How fast bursts passed when it was too high, in bit/s.</summary>
        public double BurstRateAtFailure { get; private set; }

        /// <summary>It is left alone for a while, unless bursts pass much faster.</summary>
        public void HoldBack(TimeSpan until, double burstRate) => (HeldBackUntil, BurstRateAtFailure) = (until, burstRate);
    }
}
