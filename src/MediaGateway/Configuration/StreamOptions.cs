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

    /// <summary>
    /// The same as <see cref="CacheDuration"/> for publishers that cannot be asked for a keyframe: encoders over RTMP, which send one every
    /// 250 or 300 pictures unless they are told otherwise. With a shorter bound their viewers would wait for a picture as long as that.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan EncoderCacheDuration { get; set; } = TimeSpan.FromSeconds(12);

    /// <summary>Largest group of pictures kept, in bytes: 4 s at 33 Mbit/s. A larger group is dropped whole.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int CacheBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// While somebody watches, a browser is asked for a keyframe when its group of pictures is as old as this: browsers send none by
    /// themselves. 2 s is the customary interval of live streaming; shorter costs picture quality.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan KeyframeInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A second publisher of a name in use: <c>refuse</c> it, so that nobody loses a stream to a stranger or a mistyped name, or
    /// <c>newest-wins</c>, for encoders that connect anew before their old connection is found dead.
    /// </summary>
    [AllowedValues(StreamTakeOver.Refuse, StreamTakeOver.NewestWins, ErrorMessage = "The field {0} must be refuse or newest-wins.")]
    public string TakeOver { get; set; } = StreamTakeOver.Refuse;

    /// <summary>
    /// How long the viewers of a publisher that was lost without saying so are kept for it to come back: an encoder tries again within
    /// 2 to 5 s. 0 ends the stream at once.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan ReconnectGrace { get; set; } = TimeSpan.FromSeconds(5);
}
