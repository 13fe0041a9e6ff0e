namespace MediaGateway.Streams;

/// <summary>Other renditions of streams whose pictures cannot be shown as they are. Any thread; the calls return at once.</summary>
internal interface IVideoRenditions
{
    /// <summary>
    /// The stream with its pictures as H.264 without B-frames, on the same timeline and with the same sound and data: an unlisted stream
    /// that is made when the first viewer asks and ends some time after the last has detached, or when the source ends, is plain again or
    /// cannot be converted any longer. Null when it is not to be had.
    /// </summary>
    /// <param name="source">The stream.</param>
    /// <param name="refusal">Why not, in words for viewers; null when there is one.</param>
    LiveStream? ForWebRtc(LiveStream source, out string? refusal);
}
