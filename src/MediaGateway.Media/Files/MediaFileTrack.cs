using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Files;

/// <summary>One track of a media file. Immutable.</summary>
/// <param name="Format">The format of its first frame.</param>
/// <param name="Rate">Ticks per second of its frames' times.</param>
/// <param name="Samples">Its frames.</param>
/// <param name="Bytes">Bytes of their payload.</param>
/// <param name="Start">When its first frame is shown.</param>
/// <param name="End">When its last frame has been shown.</param>
public sealed record MediaFileTrack(TrackFormat Format, int Rate, int Samples, long Bytes, TimeSpan Start, TimeSpan End)
{
    /// <summary>Sound, pictures or data.</summary>
    public TrackKind Kind => Format.Kind;
}
