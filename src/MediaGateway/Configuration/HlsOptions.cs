using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>HLS: section <c>Hls</c>.</summary>
internal sealed class HlsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Hls";

    /// <summary>Whether <c>/hls</c> is served.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// How long a segment is to last. Encoders decide by the distance of their keyframes; browsers are asked for one. Players without low
    /// latency stay three segments behind: 2 s keep them below 8 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:10")]
    public TimeSpan SegmentDuration { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a part of a segment may last. Players with low latency stay three parts behind; shorter ones cost more requests.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.2", "00:00:02")]
    public TimeSpan PartDuration { get; set; } = TimeSpan.FromMilliseconds(350);

    /// <summary>How far back a live stream can be played, as far as <see cref="WindowBytes"/> allows.</summary>
    [Range(typeof(TimeSpan), "00:00:06", "06:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Bytes of memory that the segments of one stream may take, the oldest go first: 2 min at 4 Mbit/s. Three segments stay in any case.</summary>
    [Range(1024 * 1024, 4L * 1024 * 1024 * 1024)]
    public long WindowBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long segments are made after the last request for them.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00")]
    public TimeSpan IdleTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long without a request a viewer has gone. Players ask at least once in one and a half segments.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:10:00")]
    public TimeSpan ViewerTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Viewers at the same time; further ones are refused in words.</summary>
    [Range(1, 1_000_000)]
    public int MaximumViewers { get; set; } = 10_000;
}
