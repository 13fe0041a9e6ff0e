using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using MediaGateway.WebRtc.Rtp.Sending;

namespace MediaGateway.Servers.WebRtc;

/// <summary>Which level of a stream a viewer is shown: the one that it names, or the one that its network takes. Owned by the media loop.</summary>
/// <param name="services">Where levels are found.</param>
/// <param name="key">The stream that the viewer plays.</param>
internal sealed class ViewerLevel(ViewerServices services, StreamKey key)
{
    /// <summary>How often the network is judged.</summary>
    public static readonly TimeSpan JudgementInterval = TimeSpan.FromMilliseconds(500);

    private LevelChoice? _choice;
    private TimeSpan _judgedAt = TimeSpan.MinValue;

    /// <summary>Whether the network takes less than is sent.</summary>
    public bool IsLimited { get; set; }

    /// <summary>The stream of a level that a viewer asks for; null when it is not to be had, or nothing changes.</summary>
    /// <param name="quality">A level, <c>source</c>, <c>auto</c> or null.</param>
    /// <param name="stream">The stream as it is published.</param>
    /// <param name="refusal">Why not, in words for viewers; null otherwise.</param>
    public LiveStream? Find(string? quality, LiveStream stream, out string? refusal)
    {
        refusal = null;
        _choice = quality == QualityWish.Auto ? new LevelChoice() : null;
        if (_choice is not null)
        {
            return null; // The network decides, from what is shown now.
        }

        if (!QualityWish.IsLevel(quality))
        {
            return stream;
        }

        StreamSearch search = LevelName.IsValid(quality!) && LevelName.KeyOf(key, quality!) is { } level // It is a level.
            ? services.Finder.Find(new StreamQuery(level))
            : default;
        refusal = search.Stream is null
            ? $"The level that was asked for is not to be had. {search.Refusal ?? "The stream has no such level."}"
            : null;
        return search.Stream;
    }

    /// <summary>What the network is to be tried for, because a higher level would need it, in bit/s; 0: nothing.</summary>
    public long WantedBitsPerSecond => _choice?.WantedBitsPerSecond ?? 0;

    /// <summary>The stream to go over to because of the network; null: none, or not asked for.</summary>
    public LiveStream? Judge(StreamKey present, SenderStatistics? network, TimeSpan now)
    {
        if (_choice is null || (_judgedAt != TimeSpan.MinValue && now - _judgedAt < JudgementInterval))
        {
            return null;
        }

        _judgedAt = now;
        IReadOnlyList<LadderLevel> levels = services.Ladder.LevelsOf(key);
        if (levels.Count < 2)
        {
            return null;
        }

        LadderLevel level = _choice.Choose(levels, present, network?.EstimateBitsPerSecond, IsLimited, network is { FindsRoom: true }, now);
        return level.Key == present ? null : services.Finder.Find(new StreamQuery(level.Key)).Stream;
    }
}
