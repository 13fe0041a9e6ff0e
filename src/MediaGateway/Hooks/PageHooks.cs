using MediaGateway.Authorization;
using MediaGateway.Sessions;

namespace MediaGateway.Hooks;

/// <summary>What only pages can do and only WCS-style backends hear of: asking whether a stream is there, and sending data. Any thread.</summary>
/// <param name="hooks">The hooks; null when another style, or none, is set.</param>
/// <param name="queue">Where events go.</param>
internal sealed class PageHooks(WcsHooks? hooks, HookEventQueue? queue)
{
    /// <summary>Whether a client may know that a stream is there.</summary>
    /// <param name="session">A media session that was never entered: who asks about which stream.</param>
    /// <param name="cancellationToken">Cancelled when the client has gone.</param>
    public ValueTask<AccessVerdict> AvailableAsync(MediaSession session, CancellationToken cancellationToken) =>
        hooks?.AvailableAsync(session, cancellationToken) ?? ValueTask.FromResult(AccessVerdict.Allowed);

    /// <summary>A client has sent data.</summary>
    /// <param name="session">Whose it is.</param>
    /// <param name="payload">JSON that has been checked.</param>
    public void Data(MediaSession session, string payload)
    {
        if (hooks?.Data(session, payload) is { } hookEvent)
        {
            queue?.Add(hookEvent);
        }
    }
}
