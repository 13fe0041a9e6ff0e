namespace MediaGateway.Media.Hls;

/// <summary>One entry of a multivariant playlist (RFC 8216bis 4.4.6.2).</summary>
/// <param name="Address">Its media playlist, relative or absolute.</param>
/// <param name="BitsPerSecond">The highest rate of its segments, as far as is known; positive.</param>
/// <param name="Codecs">The value of <c>CODECS</c>; empty when it is not known.</param>
/// <param name="Width">Pixels; 0 when it is not known, and for sound alone.</param>
/// <param name="Height">Pixels; 0 when it is not known, and for sound alone.</param>
/// <param name="Name">What people call it; null for none.</param>
public sealed record HlsVariant(string Address, long BitsPerSecond, string Codecs, int Width, int Height, string? Name = null);
