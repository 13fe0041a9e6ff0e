namespace MediaGateway.Media.Hls;

/// <summary>A segment of another level of the same stream, after which one that begins later is numbered.</summary>
/// <param name="Number">Its media sequence number.</param>
/// <param name="Discontinuity">Its discontinuity sequence number.</param>
/// <param name="Start">Where it begins on the stream's own timeline, in microseconds.</param>
public readonly record struct HlsPlace(long Number, long Discontinuity, long Start);
