namespace MediaGateway.Media.Hls;

/// <summary>A partial segment (RFC 8216bis 4.4.4.9). Immutable.</summary>
/// <param name="Microseconds">How long it lasts.</param>
/// <param name="IsIndependent">Whether a player may begin with it: it holds a keyframe, or there are no pictures.</param>
/// <param name="Blob">Its bytes; the segment holds a reference.</param>
public sealed record HlsPart(long Microseconds, bool IsIndependent, HlsBlob Blob)
{
    private const long LeastPercent = 85;

    /// <summary>Whether a part of that duration may be the last of its segment only: it lasts less than 85 % of the part target.</summary>
    public static bool IsShort(long microseconds, long partTarget) => microseconds * 100 < partTarget * LeastPercent;
}
