using System.ComponentModel.DataAnnotations;
using MediaGateway.Streams;

namespace MediaGateway.Configuration;

/// <summary>Streams between publishers and viewers: section <c>Streams</c>.</summary>
internal sealed class StreamOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Streams";

    /// <summary>The application of streams published from the page: <c>rtmp://host/live/name</c>.</summary>
    public string DefaultApplication { get; set; } = StreamKey.DefaultApplication;

    /// <summary>Streams published at the same time; the next publisher is refused in words.</summary>
    [Range(1, 100_000)]
    public int MaximumStreams { get; set; } = 1000;

    /// <summary>
    /// Longest group of pictures kept for viewers who join. A player starts with the group's keyframe and stays as far behind as that
    /// is old: 4 s is twice <see cref="KeyframeInterval"/>, and without a group a browser sends a new keyframe within 0.2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan CacheDuration { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>Largest group of pictures kept, in bytes: 4 s at 33 Mbit/s. A larger group is dropped whole.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int CacheBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// While somebody watches, a browser is asked for a keyframe when its group of pictures is as old as this: browsers send none by
    /// themselves. 2 s is the customary interval of live streaming; shorter costs picture quality.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan KeyframeInterval { get; set; } = TimeSpan.FromSeconds(2);
}
