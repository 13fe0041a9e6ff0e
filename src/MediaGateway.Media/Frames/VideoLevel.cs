namespace MediaGateway.Media.Frames;

/// <summary>One of the sizes and rates that a track's pictures are converted to.</summary>
/// <param name="Name">What it is called; of two levels of one name the second replaces the first.</param>
/// <param name="Height">Rows of pixels; the width follows from the source. A source with fewer rows keeps its size.</param>
/// <param name="BitRate">Rate aimed at and not exceeded over a second, in bit/s.</param>
/// <param name="MaximumPictureRate">Pictures per second at most; 0: as many as the source has.</param>
public readonly record struct VideoLevel(string Name, int Height, int BitRate, int MaximumPictureRate);
