namespace MediaGateway.Vod;

/// <summary>One file of a set: the same content at one size and rate.</summary>
/// <param name="Name">The name that players play, with the prefix that they need: <c>mp4:dir/clip_720.mp4</c>.</param>
/// <param name="BitsPerSecond">Its rate, as its manifest says or as measured over the whole file.</param>
/// <param name="Width">Pixels of a row; 0 when it has no pictures of a codec that is understood.</param>
/// <param name="Height">Rows of pixels; 0 likewise.</param>
internal readonly record struct RecordedLevel(string Name, long BitsPerSecond, int Width, int Height);
