namespace MediaGateway.Push;

/// <summary>What a push is doing.</summary>
internal enum PushState
{
    /// <summary>Nobody publishes the stream.</summary>
    WaitingForStream,

    /// <summary>The target is being connected to.</summary>
    Connecting,

    /// <summary>Media is being sent.</summary>
    Publishing,

    /// <summary>The target was lost or refused; it will be tried again.</summary>
    WaitingToRetry,

    /// <summary>It cannot work and is not tried again.</summary>
    Failed,

    /// <summary>It was ended.</summary>
    Stopped,
}
