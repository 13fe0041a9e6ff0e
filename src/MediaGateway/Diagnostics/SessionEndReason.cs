namespace MediaGateway.Diagnostics;

/// <summary>Why a session ended: exactly one per session, in its log line, its metric tag and the API.</summary>
internal enum SessionEndReason
{
    /// <summary>It did what it was for: the publisher stopped, the played stream ended.</summary>
    Completed,

    /// <summary>The other side closed the connection.</summary>
    PeerClosed,

    /// <summary>The other side broke the protocol.</summary>
    ProtocolError,

    /// <summary>It may not publish or play that stream.</summary>
    Unauthorized,

    /// <summary>There is no such stream.</summary>
    StreamNotFound,

    /// <summary>The stream name is already in use, or the gateway carries as much as it may.</summary>
    StreamBusy,

    /// <summary>Another publisher has taken the stream over.</summary>
    StreamTakenOver,

    /// <summary>The client was sent to another server.</summary>
    Redirected,

    /// <summary>The other side fell silent.</summary>
    Timeout,

    /// <summary>A viewer took too little for too long.</summary>
    SlowConsumer,

    /// <summary>The network below failed.</summary>
    TransportError,

    /// <summary>An operator ended it through the API.</summary>
    Terminated,

    /// <summary>The gateway is shutting down.</summary>
    ServerShutdown,

    /// <summary>Our fault; the log has an error line.</summary>
    InternalError,
}
