using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Files;

/// <summary>What a run of frames of a file have in common. A track whose format changes has several.</summary>
/// <param name="Track">Which of <see cref="MediaFile.Tracks"/>.</param>
/// <param name="Format">The format, in the form in which frames are read.</param>
/// <param name="Rate">Ticks per second of its frames' times.</param>
/// <param name="LengthSize">For H.264, bytes of the length before each NAL unit in the file: 1, 2 or 4. Frames are read with four.</param>
public sealed record MediaFileEntry(int Track, TrackFormat Format, int Rate, int LengthSize = 4);
