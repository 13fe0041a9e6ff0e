namespace MediaGateway.Streams;

/// <summary>What a viewer wants to see.</summary>
/// <param name="Key">The stream's name.</param>
/// <param name="RelayPath">The gateways that the wish has come through, as the viewer's connection says; null when it came from a player.</param>
internal readonly record struct StreamQuery(StreamKey Key, string? RelayPath = null);
