namespace MediaGateway.Media.Hls;

/// <summary>A partial segment (RFC 8216bis 4.4.4.9). Immutable.</summary>
/// <param name="Microseconds">How long it lasts.</param>
/// <param name="IsIndependent">Whether a player may begin with it: it holds a keyframe, or there are no pictures.</param>
/// <param name="Blob">Its bytes; the segment holds a reference.</param>
public sealed record HlsPart(long Microseconds, bool IsIndependent, HlsBlob Blob);
