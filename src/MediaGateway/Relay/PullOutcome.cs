namespace MediaGateway.Relay;

/// <summary>How one connection to an origin ended.</summary>
internal enum PullEnd
{
    /// <summary>It was told to stop.</summary>
    Stopped,

    /// <summary>The origin says that the stream has ended.</summary>
    StreamEnded,

    /// <summary>The origin says that there is no such stream.</summary>
    StreamNotFound,

    /// <summary>The origin does not let us have it.</summary>
    Refused,

    /// <summary>The origin was lost: try again.</summary>
    Lost,

    /// <summary>The origin sends us elsewhere.</summary>
    Redirected,

    /// <summary>The origin wants to be connected to with a proof of the password.</summary>
    AuthorizationNeeded,

    /// <summary>The name cannot be published here: somebody else does, or there are too many streams.</summary>
    NameTaken,
}

/// <summary>The end of one connection to an origin.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Text">Why, in words; or the address or query to go on with.</param>
internal readonly record struct PullOutcome(PullEnd End, string Text = "");
