using System.Diagnostics.CodeAnalysis;
using MediaGateway.Rtmp;
using MediaGateway.Servers.Rtmp.FanOut.Levels;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// The parameter <c>quality</c> of an address: one level of a stream by its name, or <c>auto</c>, with which the gateway chooses and goes
/// on choosing. Owned by the connection's receive loop.
/// </summary>
internal sealed class RtmpQuality
{
    /// <summary>How often the levels and their rates are looked at again.</summary>
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(2);

    private const string Parameter = "quality";
    private const string Automatic = "auto";
    private const double NotableChange = 0.1;

    private static readonly TimeSpan Unavailable = TimeSpan.FromSeconds(30);

    private readonly ILadder _ladder;
    private readonly StreamKey _stream;
    private readonly string _wanted;
    private readonly List<(StreamKey Key, TimeSpan Until)> _unavailable = [];
    private LevelRate[] _rates = [];

    private RtmpQuality(ILadder ladder, StreamKey stream, string wanted) => (_ladder, _stream, _wanted) = (ladder, stream, wanted);

    /// <summary>Whether the level follows the network.</summary>
    public bool IsAutomatic => _wanted.Equals(Automatic, StringComparison.OrdinalIgnoreCase);

    /// <summary>When the levels are to be looked at again; never for a fixed level.</summary>
    public TimeSpan NextRefresh { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Reads the parameter; null when it is not there.</summary>
    /// <param name="url">The address.</param>
    /// <param name="ladder">Where the levels are known.</param>
    /// <param name="key">The stream that may be played.</param>
    public static RtmpQuality? Read(RtmpUrl url, ILadder ladder, StreamKey key) =>
        (url.Name.Parameter(Parameter) ?? url.App.Parameter(Parameter)) is { Length: > 0 } wanted
            ? new RtmpQuality(ladder, ladder.StreamOf(key) ?? key, wanted)
            : null;

    /// <summary>
    /// Chooses the stream to begin with: the wanted level, or the lowest that plays at once. A stream without other levels is played as
    /// it is, whatever is asked for.
    /// </summary>
    /// <param name="streams">What is published.</param>
    /// <param name="key">The stream.</param>
    /// <param name="refusal">In words, why there is none.</param>
    public bool TryBegin(StreamRegistry streams, out StreamKey key, [NotNullWhen(false)] out string? refusal)
    {
        IReadOnlyList<LadderLevel> levels = _ladder.LevelsOf(_stream);
        (key, refusal) = (_stream, null);
        if (levels.Count == 0)
        {
            return true;
        }

        if (IsAutomatic || levels.Count == 1)
        {
            LadderLevel[] live = [.. levels.Where(level => streams.Find(level.Key) is not null)];
            key = (live.Length > 0 ? live : levels).MinBy(level => RateOf(level, levels)).Key;
            return true;
        }

        foreach (LadderLevel level in levels)
        {
            if (level.Name.Equals(_wanted, StringComparison.OrdinalIgnoreCase))
            {
                key = level.Key;
                return true;
            }
        }

        refusal = $"The stream has no such level. It has: {string.Join(", ", levels.Select(level => level.Name))}.";
        return false;
    }

    /// <summary>The levels, when they are not what was returned last: some have come or gone, or their rates are others.</summary>
    public LevelRate[]? Refresh(TimeSpan now)
    {
        NextRefresh = now + RefreshInterval;
        _unavailable.RemoveAll(level => level.Until <= now);
        IReadOnlyList<LadderLevel> levels = _ladder.LevelsOf(_stream);
        LevelRate[] rates = [.. levels
            .Where(level => !_unavailable.Exists(absent => absent.Key == level.Key))
            .Select(level => new LevelRate(level.Key, RateOf(level, levels)))];
        bool isSame = rates.Length == _rates.Length && rates.All(rate => Array.Exists(_rates, old => IsNearly(rate, old)));
        _rates = rates;
        return isSame ? null : rates;
    }

    /// <summary>A level could not be had: it is not wished for again for a while.</summary>
    public void NoteUnavailable(StreamKey key, TimeSpan now) => _unavailable.Add((key, now + Unavailable));

    /// <summary>A level that plays at once in the place of one that has ended: the next lower one, or else the lowest. Null when there is none.</summary>
    public StreamKey? Substitute(StreamRegistry streams, StreamKey ended)
    {
        long rate = Array.Find(_rates, level => level.Key == ended).BitsPerSecond;
        StreamKey? lowest = null;
        foreach (LadderLevel level in _ladder.LevelsOf(_stream))
        {
            if (level.Key == ended || streams.Find(level.Key) is not { State: StreamState.Published })
            {
                continue;
            }

            if (level.BitsPerSecond <= rate)
            {
                return level.Key;
            }

            lowest = level.Key;
        }

        return lowest;
    }

    private static bool IsNearly(LevelRate one, LevelRate other) =>
        one.Key == other.Key && Math.Abs(one.BitsPerSecond - other.BitsPerSecond) <= NotableChange * Math.Max(1, other.BitsPerSecond);

    /// <summary>A stream's own rate is measured, and at its beginning too low: it is no less than that of a level that is no larger.</summary>
    private static long RateOf(LadderLevel level, IReadOnlyList<LadderLevel> levels) => level.Origin != LevelOrigin.Source
        ? level.BitsPerSecond
        : Math.Max(
            level.BitsPerSecond,
            levels.Where(other => other.Key != level.Key && other.Height <= level.Height).Select(other => other.BitsPerSecond + 1).DefaultIfEmpty().Max());
}
