using MediaGateway.Media.Frames;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// What the tracks of a feed are at one place of it. A new object is made at every change, so that a change of reference between two
/// images is a change of format.
/// </summary>
/// <param name="Video">The format of the pictures; null while there are none.</param>
/// <param name="Audio">The format of the sound; null while there is none.</param>
internal sealed record FeedFormats(H264Format? Video, AacFormat? Audio)
{
    /// <summary>Neither pictures nor sound.</summary>
    public static FeedFormats None { get; } = new(null, null);

    /// <summary>The formats after a frame of <paramref name="format"/>; this object itself when a decoder would not notice a change.</summary>
    public FeedFormats With(TrackFormat format) => format switch
    {
        H264Format video when !video.Equals(Video) => new FeedFormats(video, Audio),
        AacFormat audio when !audio.Equals(Audio) => new FeedFormats(Video, audio),
        _ => this,
    };

    /// <summary>These formats, where they lack a track completed from <paramref name="other"/>.</summary>
    public FeedFormats CompletedBy(FeedFormats other) => new(Video ?? other.Video, Audio ?? other.Audio);
}
