using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>Pictures of live streams: section <c>Snapshots</c>.</summary>
internal sealed class SnapshotOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Snapshots";

    /// <summary>
    /// When the list of live streams and their pictures are public, which the page's start shows. With tokens or hooks a viewer may only see
    /// what somebody has allowed, so that there is no list unless it is asked for.
    /// </summary>
    [AllowedValues(LiveListAccess.Off, LiveListAccess.Open, LiveListAccess.Always, ErrorMessage = "The field {0} must be Off, Open or Always.")]
    public LiveListAccess LiveList { get; set; } = LiveListAccess.Open;

    /// <summary>How long a picture is shown before another one is made: so many viewers of the list cost as much as one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a keyframe is waited for where none is cached: a browser sends one within half a second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:30")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The widest picture of the public list, in pixels; larger ones are made smaller.</summary>
    [Range(64, 4096)]
    public int ListWidth { get; set; } = 480;

    /// <summary>Pictures made at the same time; each takes a core for some 10 to 50 ms.</summary>
    [Range(1, 64)]
    public int MaximumConcurrent { get; set; } = 2;
}
