namespace MediaGateway.Authorization;

/// <summary>The answer to a wish to connect, publish or play.</summary>
/// <param name="IsAllowed">Whether it may.</param>
/// <param name="Reason">Why not, in words for the client; null when it may.</param>
/// <param name="StreamName">The name that the stream is to have instead of the one asked for; null when it keeps it.</param>
/// <param name="MayRetry">Whether it is no only for now: the client may do what it asks for, but not at this moment.</param>
internal readonly record struct AccessVerdict(bool IsAllowed, string? Reason = null, string? StreamName = null, bool MayRetry = false)
{
    /// <summary>Yes.</summary>
    public static AccessVerdict Allowed { get; } = new(true);

    /// <summary>No.</summary>
    public static AccessVerdict Refused(string reason) => new(false, reason);

    /// <summary>Not now.</summary>
    public static AccessVerdict TryLater(string reason) => new(false, reason, MayRetry: true);
}
