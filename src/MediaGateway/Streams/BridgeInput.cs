using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>What came with a batch of packets for an audio bridge.</summary>
/// <param name="Taken">Packets taken from the feed so far, with this batch.</param>
/// <param name="HasMore">Whether more are waiting.</param>
/// <param name="FillUntil">The media time up to which the sound is to be continued without packets; null when there is no need.</param>
/// <param name="Skips">Whether packets before these were left out: the sound begins anew with them instead of being continued up to them.</param>
internal readonly record struct BridgeInput(long Taken, bool HasMore, MediaTime? FillUntil, bool Skips);
