namespace MediaGateway.Servers.Smil;

/// <summary>One choice of a manifest.</summary>
/// <param name="Source">The name that a player plays, below the manifest's address.</param>
/// <param name="BitsPerSecond">Its rate.</param>
/// <param name="Width">Pixels of a row; 0 when that is not known.</param>
/// <param name="Height">Rows of pixels; 0 when that is not known.</param>
internal readonly record struct SmilLevel(string Source, long BitsPerSecond, int Width, int Height);
