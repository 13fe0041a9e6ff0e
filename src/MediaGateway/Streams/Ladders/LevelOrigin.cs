namespace MediaGateway.Streams.Ladders;

/// <summary>Where a level of a stream comes from.</summary>
internal enum LevelOrigin
{
    /// <summary>It is the stream as it is published.</summary>
    Source,

    /// <summary>Somebody publishes it under the level's name.</summary>
    Published,

    /// <summary>It is made of the stream while somebody watches it; it may be refused when the machine has no room for it.</summary>
    Converted,
}
