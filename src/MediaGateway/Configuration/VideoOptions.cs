using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>Pictures that are converted, because viewers cannot be shown what the publisher sends: section <c>Video</c>.</summary>
internal sealed class VideoOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Video";

    /// <summary>
    /// Whether streams with B-frames are converted for WebRTC viewers, whose browsers show such pictures in the wrong order. Off: those
    /// viewers have sound only.
    /// </summary>
    public bool ConvertBFrames { get; set; } = true;

    /// <summary>
    /// Whether browsers without H.264 may publish VP8, VP9 or AV1, as far as the installed FFmpeg decodes them: it is converted to H.264 as
    /// long as the publisher is there. Off: such a browser is refused in words.
    /// </summary>
    public bool AcceptOtherCodecs { get; set; } = true;

    /// <summary>
    /// Streams whose pictures are converted at the same time, each on a thread of its own; the next is refused in words. 0: one per core,
    /// so that they cannot take more than there is.
    /// </summary>
    [Range(0, 256)]
    public int MaximumTranscoders { get; set; }

    /// <summary>x264's trade of time for quality: each step takes about a third more time, and 5 to 10 % less rate for the same picture.</summary>
    [AllowedValues("ultrafast", "superfast", "veryfast", "faster", ErrorMessage = "The field {0} must be ultrafast, superfast, veryfast or faster.")]
    public string Preset { get; set; } = "superfast";

    /// <summary>
    /// Highest rate of converted pictures, in bit/s. 0: by their size, 2.5 Mbit/s for 1280×720 and 0.9 Mbit/s for 640×360. Easy pictures
    /// take less: the quality is constant below it.
    /// </summary>
    [Range(0, 100_000_000)]
    public int MaximumBitrate { get; set; }

    /// <summary>How long a stream's pictures are still converted after its last viewer left: one who reconnects finds them running.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Linger { get; set; } = TimeSpan.FromSeconds(10);
}
