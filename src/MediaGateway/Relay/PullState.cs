namespace MediaGateway.Relay;

/// <summary>What a pull is doing.</summary>
internal enum PullState
{
    /// <summary>The origin is connected to, or has not sent anything yet.</summary>
    Connecting,

    /// <summary>Media comes.</summary>
    Pulling,

    /// <summary>The origin was lost and will be tried again.</summary>
    WaitingToRetry,

    /// <summary>It was given up, in words that tell why.</summary>
    Failed,

    /// <summary>The stream has ended, or nobody watches it any more.</summary>
    Ended,
}
