using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// A consumer of one stream: a fan-out worker's feed, a recording. Every method is called under the stream's lock, from whatever thread
/// publishes: it must only enqueue and wake, never block, throw, or call back into the stream. The stream may change its publisher: times
/// go on, new formats ride on the frames, pictures begin anew with a keyframe.
/// </summary>
internal interface IStreamOutlet
{
    /// <summary>Frames that wait here to be sent on, for the figures. Any thread.</summary>
    int WaitingFrames => 0;

    /// <summary>
    /// Called exactly once before the first frame, when every track that the publisher announced has shown its format (or the wait for it
    /// is over). The frames that follow are first those of the cached group, then the live ones, without seam; a frame with
    /// <see cref="MediaFrame.ReceivedAt"/> before the moment of this call came from the cache.
    /// </summary>
    void Start(StreamFormats formats);

    /// <summary>
    /// Takes over one reference to <paramref name="frame"/>. The first picture is a keyframe. Within a track frames come in decoding
    /// order; between the tracks in the order of arrival, except that the cached group is replayed in decoding order. Data
    /// (<see cref="TrackKind.Data"/>) and frames of further tracks (<see cref="FlvTagFormat.TrackId"/>) come live only, never from the cache.
    /// </summary>
    void Deliver(MediaFrame frame);

    /// <summary>The publisher describes the stream anew. Never before <see cref="Start"/>, which carries what was said until then.</summary>
    void Describe(StreamMetadata metadata);

    /// <summary>The stream has ended: called at most once, nothing comes after it, and <see cref="LiveStream.Detach"/> is not needed.</summary>
    void End(StreamEndReason reason);
}
