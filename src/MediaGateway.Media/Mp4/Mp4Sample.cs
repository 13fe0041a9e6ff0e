using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Mp4;

/// <summary>
/// A frame with its place on its track's timeline, in ticks of <see cref="Mp4Track.Timescale"/>. Whoever holds it owns one reference to the
/// frame.
/// </summary>
/// <param name="Frame">The frame.</param>
/// <param name="Decoding">When it is decoded; never negative.</param>
/// <param name="Duration">Until the next sample is decoded; positive.</param>
/// <param name="CompositionOffset">How much later it is shown; may be negative.</param>
public readonly record struct Mp4Sample(MediaFrame Frame, long Decoding, int Duration, int CompositionOffset)
{
    /// <summary>Where the next sample begins.</summary>
    public long End => Decoding + Duration;
}
