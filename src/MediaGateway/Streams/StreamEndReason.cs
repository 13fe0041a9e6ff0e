namespace MediaGateway.Streams;

/// <summary>Why a stream ended, as its outlets are told.</summary>
internal enum StreamEndReason
{
    /// <summary>The publisher stopped.</summary>
    Unpublished,

    /// <summary>It was a file, and is at its end.</summary>
    Played,

    /// <summary>The publisher was lost without saying so.</summary>
    PublisherLost,

    /// <summary>The gateway is shutting down.</summary>
    ServerShutdown,
}
