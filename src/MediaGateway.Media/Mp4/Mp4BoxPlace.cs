namespace MediaGateway.Media.Mp4;

/// <summary>Where a box lies in its file (ISO/IEC 14496-12 4.2).</summary>
/// <param name="Type">Its name.</param>
/// <param name="Start">Its first byte.</param>
/// <param name="Body">The first byte behind its header.</param>
/// <param name="End">The first byte behind it; never past the end of what holds it.</param>
/// <param name="IsCut">Whether it says that it is longer than what holds it; only let pass where that is to be expected.</param>
internal readonly record struct Mp4BoxPlace(uint Type, long Start, long Body, long End, bool IsCut);
