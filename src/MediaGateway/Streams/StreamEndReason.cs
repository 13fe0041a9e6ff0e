namespace MediaGateway.Streams;

/// <summary>Why a stream ended, as its outlets are told.</summary>
internal enum StreamEndReason
{
    /// <summary>The publisher stopped or was lost.</summary>
    Unpublished,

    /// <summary>The gateway is shutting down.</summary>
    ServerShutdown,
}
