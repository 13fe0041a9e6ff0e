using MediaGateway.Recording;
using MediaGateway.Sessions;

namespace MediaGateway.Hooks;

/// <summary>Passes what happens to recordings on as events of the style that is spoken; those of streams without a publisher's session have no event.</summary>
internal sealed class HookRecordings(IHookStyle style, HookEventQueue queue) : IRecordingListener
{
    /// <inheritdoc/>
    public void RecordingChanged(RecordingEntry entry, string path, MediaSession? session)
    {
        if (session is not null && style.Recorded(entry, path, session) is { } its)
        {
            queue.Add(its);
        }
    }
}
