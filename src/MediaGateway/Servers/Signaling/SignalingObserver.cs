using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Signaling;

/// <summary>Turns what happens to a media session into the status message that its page is sent.</summary>
internal sealed class SignalingObserver(SignalingSessions sessions, string streamName) : IPeerObserver
{
    /// <inheritdoc/>
    public void MediaFlows(string mediaSessionId) =>
        sessions.Post(new StreamStatusMessage(mediaSessionId, streamName, StreamStatus.Publishing, null));

    /// <inheritdoc/>
    public void Ended(string mediaSessionId, SessionEndReason reason, string detail)
    {
        bool asWished = reason is SessionEndReason.Completed or SessionEndReason.PeerClosed;
        StreamStatus status = asWished ? StreamStatus.Unpublished : StreamStatus.Failed;
        sessions.Post(new StreamStatusMessage(mediaSessionId, streamName, status, detail));
    }
}
