using MediaGateway.Configuration;
using MediaGateway.Media.Frames;

namespace MediaGateway.Streams.Ladders;

/// <summary>The levels of live streams: what the application's ladder names, as far as it is published or can be made.</summary>
internal sealed class LiveLadder(StreamRegistry streams, LadderPlans plans, ConvertedLevels converted) : ILadder
{
    /// <summary>What is added to the rate of a level's pictures for its sound.</summary>
    public const int SoundRate = 128_000;

    /// <summary>A stream younger than this is measured by its last second, an older one by all that it has sent.</summary>
    private static readonly TimeSpan ShortestMeasurement = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IReadOnlyList<LadderLevel> LevelsOf(StreamKey stream)
    {
        LiveStream? live = streams.Find(stream);
        StreamSnapshot? source = live?.Snapshot();
        var levels = new List<LadderLevel>();
        if (source is not null)
        {
            levels.Add(Measured(LevelName.Source, source, LevelOrigin.Source));
        }

        foreach ((string name, LadderLevelOptions level) in plans.Of(stream.Application))
        {
            if (LevelName.KeyOf(stream, name) is { } key && FindLevel(name, level, key, live, source) is { } found)
            {
                levels.Add(found);
            }
        }

        levels.Sort(static (one, other) => other.BitsPerSecond.CompareTo(one.BitsPerSecond));
        return levels;
    }

    /// <inheritdoc/>
    public IEnumerable<StreamKey> KeysOf(StreamKey stream)
    {
        yield return stream;
        foreach (string name in plans.Of(stream.Application).Keys)
        {
            if (LevelName.KeyOf(stream, name) is { } key)
            {
                yield return key;
            }
        }
    }

    /// <inheritdoc/>
    public StreamKey? StreamOf(StreamKey level) => plans.TryFindLevel(level, out StreamKey stream, out _, out _) ? stream : null;

    private static LadderLevel Measured(string name, StreamSnapshot stream, LevelOrigin origin)
    {
        (int width, int height) = stream.Video is H264Format video ? (video.Width, video.Height) : (0, 0);
        long average = stream.Age < ShortestMeasurement ? 0 : (long)(stream.Bytes * 8 / stream.Age.TotalSeconds);
        return new LadderLevel(name, stream.Key, width, height, Math.Max(average, stream.BitsPerSecond), origin);
    }

    private LadderLevel? FindLevel(string name, LadderLevelOptions level, StreamKey key, LiveStream? live, StreamSnapshot? source)
    {
        StreamSnapshot? published = streams.Find(key)?.Snapshot();
        LadderLevel? found = published is not null ? Measured(name, published, LevelOrigin.Published)
            : live is not null && source is not null ? converted.Offer(live, source, key, name, level)
            : null;
        bool hasSound = (published ?? source)?.Audio is not null;
        return found is { } offered ? offered with { BitsPerSecond = level.BitsPerSecond + (hasSound ? SoundRate : 0) } : null;
    }
}
