namespace MediaGateway.Push;

/// <summary>How one connection of a push ended.</summary>
internal enum PushEnd
{
    /// <summary>The stream has ended, or the push was told to stop.</summary>
    Finished,

    /// <summary>The target was lost, or does not want the stream now: try again later.</summary>
    Lost,

    /// <summary>The target sends us elsewhere.</summary>
    Redirected,

    /// <summary>The target wants to be connected to with a proof of the password.</summary>
    AuthorizationNeeded,

    /// <summary>Trying again is of no use.</summary>
    Failed,
}

/// <summary>The end of one connection of a push.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Text">Why, in words; or the address or query to go on with.</param>
/// <param name="HasPublished">Whether media was sent.</param>
internal sealed record PushOutcome(PushEnd End, string Text, bool HasPublished = false);
