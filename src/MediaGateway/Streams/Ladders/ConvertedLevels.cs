using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using MediaGateway.Streams.Renditions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Streams.Ladders;

/// <summary>
/// Makes the levels that an application's ladder names and nobody publishes: each from the moment at which somebody looks for it until
/// nobody has watched it for <c>Ladder:Linger</c>. What the machine has no room for is refused in words. Any thread; no call waits.
/// </summary>
internal sealed class ConvertedLevels(
    StreamRegistry streams,
    LadderPlans plans,
    VideoWorkers workers,
    IVideoLadderFactory ladders,
    ConversionBudget budget,
    IOptions<LadderOptions> options,
    ILogger<ConvertedLevels> logger) : IStreamSource
{
    /// <summary>How long a level that fell behind, or could not be made, is refused.</summary>
    public static readonly TimeSpan RefusalTime = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<LiveStream, StreamConversion> _conversions = [];
    private readonly Dictionary<StreamKey, (TimeSpan Until, string Words)> _refused = [];

    /// <summary>How long a level goes on without viewers.</summary>
    public TimeSpan Linger => options.Value.Linger;

    /// <summary>Makes the codecs.</summary>
    public IVideoLadderFactory Ladders => ladders;

    /// <summary>What may be converted.</summary>
    public ConversionBudget Budget => budget;

    /// <inheritdoc/>
    public StreamSearch Find(in StreamQuery query)
    {
        if (!plans.TryFindLevel(query.Key, out StreamKey key, out string? name, out LadderLevelOptions? level) || streams.Find(key) is not { } source)
        {
            return default;
        }

        lock (_lock)
        {
            TimeSpan now = workers.Clock.Now;
            if (Running(source, name) is { } running)
            {
                running.Want(now, Linger);
                return StreamSearch.Found(running.Lease.Stream);
            }

            StreamSnapshot seen = source.Snapshot();
            if (Refuse(query.Key, seen, level, now) is { } refusal)
            {
                return StreamSearch.Refused(refusal);
            }

            var wish = new Wish(source, seen, (H264Format)seen.Video!, query.Key, name, level); // Refuse has looked.
            return Begin(wish, out refusal) is { } begun ? StreamSearch.Found(begun.Lease.Stream) : StreamSearch.Refused(refusal!);
        }
    }

    /// <summary>
    /// The level of a stream if it is being made or could be begun now; null when not. Begins nothing.
    /// </summary>
    public LadderLevel? Offer(LiveStream source, StreamSnapshot seen, StreamKey key, string name, LadderLevelOptions level)
    {
        lock (_lock)
        {
            bool isOffered = Running(source, name) is not null
                || (Refuse(key, seen, level, workers.Clock.Now) is null && HasRoom(source, seen, (H264Format)seen.Video!, level)); // Refuse has looked.
            return isOffered && seen.Video is H264Format video
                ? new LadderLevel(name, key, ConvertedLevel.WidthOf(video, level.Height), level.Height, level.BitsPerSecond, LevelOrigin.Converted)
                : null;
        }
    }

    /// <summary>A level has ended.</summary>
    internal void LevelEnded(StreamConversion conversion, ConvertedLevel level)
    {
        budget.Release(level.Cost);
        logger.LevelStopped(level.Lease.Stream.Key, conversion.Cost);
    }

    /// <summary>All levels of a stream have ended.</summary>
    internal void ConversionEnded(StreamConversion conversion, double decodingCost, string? failure)
    {
        budget.Release(decodingCost);
        lock (_lock)
        {
            if (_conversions.GetValueOrDefault(conversion.Source) == conversion)
            {
                _conversions.Remove(conversion.Source);
            }

            if (failure is not null)
            {
                foreach (string name in plans.Of(conversion.Key.Application).Keys)
                {
                    Remember(LevelName.KeyOf(conversion.Key, name), failure);
                }
            }
        }
    }

    /// <summary>A conversion has left too many pictures out.</summary>
    internal void FellBehind(StreamConversion conversion, ConvertedLevel costliest, int leftOut, bool isLast)
    {
        logger.ConversionFellBehind(costliest.Lease.Stream.Key, leftOut, isLast ? "it goes on with fewer pictures" : "it ends");
        if (!isLast)
        {
            lock (_lock)
            {
                Remember(costliest.Lease.Stream.Key, "The gateway is too busy to convert this level in time.");
            }
        }
    }

    private ConvertedLevel? Running(LiveStream source, string name) => _conversions.GetValueOrDefault(source)?.Find(name);

    private string? Refuse(StreamKey key, StreamSnapshot seen, LadderLevelOptions level, TimeSpan now)
    {
        if (!options.Value.Convert)
        {
            return "Levels that nobody publishes are not made here (Ladder:Convert).";
        }

        if (ladders.Obstacle is { } obstacle)
        {
            return $"The gateway cannot convert pictures: {obstacle}.";
        }

        if (_refused.TryGetValue(key, out (TimeSpan Until, string Words) refused) && now < refused.Until)
        {
            return refused.Words;
        }

        return seen.Video is not H264Format video ? "Only streams with H.264 have levels that the gateway makes."
            : video.Height < level.Height ? $"The stream has {video.Height} rows of pixels, fewer than the level."
            : null;
    }

    private bool HasRoom(LiveStream source, StreamSnapshot seen, H264Format video, LadderLevelOptions level)
    {
        (double cost, double onSameThread) = CostOf(source, video, level, ConversionBudget.RateOf(seen), out bool isFirst);
        if (!budget.HasRoomFor(cost, onSameThread))
        {
            return false;
        }

        if (!isFirst)
        {
            return true;
        }

        bool hasWorker = workers.TryReserve(out VideoWorker? worker, out _);
        if (hasWorker)
        {
            workers.Release(worker!); // There is one.
        }

        return hasWorker;
    }

    private (double Cost, double OnSameThread) CostOf(LiveStream source, H264Format video, LadderLevelOptions level, double rate, out bool isFirst)
    {
        double running = _conversions.GetValueOrDefault(source)?.Cost ?? 0;
        isFirst = running == 0;
        return (ConvertedLevel.CostOf(video, level, rate) + (isFirst ? StreamConversion.DecodingCostOf(video, rate) : 0), running);
    }

    private ConvertedLevel? Begin(Wish wish, out string? refusal)
    {
        double rate = ConversionBudget.RateOf(wish.Seen);
        (double cost, double onSameThread) = CostOf(wish.Source, wish.Video, wish.Level, rate, out bool isFirst);
        VideoWorker? worker = null;
        if (!budget.TryReserve(cost, onSameThread, out refusal))
        {
            logger.LevelRefused(wish.Key, refusal);
            return null;
        }

        if (isFirst && !workers.TryReserve(out worker, out refusal))
        {
            budget.Release(cost);
            logger.LevelRefused(wish.Key, refusal);
            return null;
        }

        StreamConversion conversion = isFirst
            ? new StreamConversion(wish.Source, wish.Video, rate, this, workers)
            : _conversions[wish.Source];
        var plan = new VideoLevel(wish.Name, wish.Level.Height, wish.Level.BitsPerSecond, wish.Level.FramesPerSecond);
        ExpectedTracks tracks = ExpectedTracks.Video | (wish.Seen.Audio is null ? ExpectedTracks.None : ExpectedTracks.Audio);
        var level = new ConvertedLevel(
            conversion, plan, ConvertedLevel.CostOf(wish.Video, wish.Level, rate), control => streams.PublishUnlisted(wish.Key, tracks, control));
        level.Want(workers.Clock.Now, Linger);
        if (!conversion.TryAdd(level))
        {
            // It was about to end; whoever asks again gets another one.
            budget.Release(cost);
            refusal = "The level is being stopped. Please try again.";
            return null;
        }

        _conversions[wish.Source] = conversion;
        if (worker is not null && !conversion.TryBegin(worker))
        {
            refusal = "The stream has ended.";
            return null;
        }

        logger.LevelStarted(wish.Key, ConvertedLevel.WidthOf(wish.Video, plan.Height), plan.Height, plan.BitRate, conversion.Cost);
        return level;
    }

    private void Remember(StreamKey? level, string words)
    {
        TimeSpan now = workers.Clock.Now;
        foreach (StreamKey old in _refused.Where(entry => entry.Value.Until <= now).Select(static entry => entry.Key).ToArray())
        {
            _refused.Remove(old);
        }

        if (level is { } key)
        {
            _refused[key] = (now + RefusalTime, words);
        }
    }

    /// <summary>What somebody wants to see.</summary>
    private sealed record Wish(LiveStream Source, StreamSnapshot Seen, H264Format Video, StreamKey Key, string Name, LadderLevelOptions Level);
}
