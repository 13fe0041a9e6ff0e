using MediaGateway.Authorization;
using MediaGateway.Recording;
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

    /// <summary>What to report of a recorded file: that it has begun, is ready, or was given up. Null: nothing.</summary>
    /// <param name="entry">What is known of it.</param>
    /// <param name="path">Its whole path; empty when there is no file.</param>
    /// <param name="session">
    /// The publisher's session, which may have ended; null for a stream that the gateway brings itself, and for a file of an earlier run.
    /// </param>
    HookEvent? Recorded(RecordingEntry entry, string path, MediaSession? session);
}
