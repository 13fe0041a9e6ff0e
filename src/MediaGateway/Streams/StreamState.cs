namespace MediaGateway.Streams;

/// <summary>Where a stream is in its life.</summary>
internal enum StreamState
{
    /// <summary>Somebody publishes it.</summary>
    Published,

    /// <summary>Its publisher was lost and another one is awaited; viewers stay.</summary>
    AwaitingPublisher,

    /// <summary>It is over.</summary>
    Ended,
}
