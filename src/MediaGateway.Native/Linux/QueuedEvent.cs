namespace MediaGateway.Native.Linux;

/// <summary>What an <see cref="EventQueue"/> reports of one handle.</summary>
/// <param name="Token">The token given when the handle was added.</param>
/// <param name="Events">What has happened.</param>
public readonly record struct QueuedEvent(ulong Token, EventInterest Events);
