using MediaGateway.Authorization;
using MediaGateway.Sessions;

namespace MediaGateway.Hooks;

/// <summary>
/// One way of speaking to a backend: which methods are called when, with which bodies, and what the answers mean. Questions are answered
/// as <see cref="IAccessControl"/> says; events are only described here and sent by <see cref="HookEventQueue"/>. Any thread.
/// </summary>
internal interface IHookStyle : IAccessControl
{
    /// <summary>What to report of a connection that was let in.</summary>
    IEnumerable<HookEvent> Opened(ClientConnection connection);

    /// <summary>What to report of a connection that has gone.</summary>
    IEnumerable<HookEvent> Closed(ClientConnection connection);

    /// <summary>What to report of a media session's new status.</summary>
    IEnumerable<HookEvent> Changed(MediaSession session);
}
