using MediaGateway.Media.Frames;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// What the tracks of a feed are at one place of it. A new object is made at every change, so that a change of reference between two
/// images is a change of format.
/// </summary>
/// <param name="Video">The format of the pictures; null while there are none.</param>
/// <param name="Audio">The format of the sound; null while there is none.</param>
internal sealed record FeedFormats(TrackFormat? Video, TrackFormat? Audio)
{
    /// <summary>Neither pictures nor sound.</summary>
    public static FeedFormats None { get; } = new(null, null);

    /// <summary>The further tracks of a multitrack stream (Enhanced RTMP v2), by kind and number.</summary>
    public IReadOnlyList<FlvTagFormat> Further { get; init; } = [];

    /// <summary>What the publisher says of the stream; null while it has said nothing.</summary>
    public StreamMetadata? Metadata { get; init; }

    /// <summary>Every track, pictures first.</summary>
    public IEnumerable<TrackFormat> Tracks
    {
        get
        {
            if (Video is not null)
            {
                yield return Video;
            }

            if (Audio is not null)
            {
                yield return Audio;
            }

            foreach (FlvTagFormat track in Further)
            {
                yield return track;
            }
        }
    }

    /// <summary>The formats after a frame of <paramref name="format"/>; this object itself when a decoder would not notice a change.</summary>
    public FeedFormats With(TrackFormat format) => format switch
    {
        FlvTagFormat { TrackId: > 0 } track => Further.Contains(track) ? this : this with { Further = Replaced(track) },
        { Kind: TrackKind.Video } when !format.Equals(Video) => this with { Video = format },
        { Kind: TrackKind.Audio } when !format.Equals(Audio) => this with { Audio = format },
        _ => this,
    };

    /// <summary>
    /// These formats, where they lack a track completed from <paramref name="newer"/>, and with what the publisher said last.
    /// </summary>
    public FeedFormats CompletedBy(FeedFormats newer) => new(Video ?? newer.Video, Audio ?? newer.Audio)
    {
        Further = Further.Count > 0 ? Further : newer.Further,
        Metadata = newer.Metadata ?? Metadata,
    };

    private List<FlvTagFormat> Replaced(FlvTagFormat track) =>
        [.. Further.Where(other => other.Kind != track.Kind || other.TrackId != track.TrackId), track];
}
