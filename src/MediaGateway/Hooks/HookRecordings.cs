using MediaGateway.Recording;
using MediaGateway.Sessions;

namespace MediaGateway.Hooks;

/// <summary>Passes what happens to recordings on as events of the style that is spoken.</summary>
internal sealed class HookRecordings(IHookStyle style, HookEventQueue queue) : IRecordingListener
{
    /// <summary>The hook application of a recording: its publisher's; that of RTMP clients for a stream without one.</summary>
    public static string AppKeyOf(RecordingEntry entry) => entry.AppKey ?? ClientConnection.FlashApplication;

    /// <summary>Whose events those of a recording follow.</summary>
    public static object OwnerOf(RecordingEntry entry, MediaSession? session) => session is null ? entry.Stream : session.Connection;

    /// <inheritdoc/>
    public void RecordingChanged(RecordingEntry entry, string path, MediaSession? session)
    {
        if (style.Recorded(entry, path, session) is { } its)
        {
            queue.Add(its);
        }
    }
}
