using MediaGateway.Sessions;

namespace MediaGateway.Hooks;

/// <summary>Passes what happens to sessions on as events of the style that is spoken.</summary>
internal sealed class HookListener(IHookStyle style, HookEventQueue queue) : ISessionListener
{
    /// <inheritdoc/>
    public void ConnectionOpened(ClientConnection connection) => AddAll(style.Opened(connection));

    /// <inheritdoc/>
    public void ConnectionClosed(ClientConnection connection) => AddAll(style.Closed(connection));

    /// <inheritdoc/>
    public void MediaSessionChanged(MediaSession session) => AddAll(style.Changed(session));

    private void AddAll(IEnumerable<HookEvent> events)
    {
        foreach (HookEvent hookEvent in events)
        {
            queue.Add(hookEvent);
        }
    }
}
