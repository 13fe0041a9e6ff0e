namespace MediaGateway.Streams.Ladders;

/// <summary>One size and rate in which a stream is to be had. All levels of a stream have the same times and the same sound.</summary>
/// <param name="Name">What the ladder calls it, such as <c>720p</c>, or <see cref="LevelName.Source"/>.</param>
/// <param name="Key">The stream to play for it.</param>
/// <param name="Width">Pixels of a row; 0 while that is not known.</param>
/// <param name="Height">Rows of pixels; 0 while that is not known, and for a stream without pictures.</param>
/// <param name="BitsPerSecond">What a viewer's network must carry, pictures and sound: as configured, or else as measured.</param>
/// <param name="Origin">Where it comes from.</param>
internal readonly record struct LadderLevel(
    string Name, StreamKey Key, int Width, int Height, long BitsPerSecond, LevelOrigin Origin);
