namespace MediaGateway.Streams;

/// <summary>What a viewer wants to see.</summary>
/// <param name="Key">The stream's name.</param>
/// <param name="RelayPath">The gateways that the wish has come through, as the viewer's connection says; null when it came from a player.</param>
/// <param name="TakesFiles">Whether a file of that name may be given as a stream of its own, for this one viewer.</param>
internal readonly record struct StreamQuery(StreamKey Key, string? RelayPath = null, bool TakesFiles = false);
