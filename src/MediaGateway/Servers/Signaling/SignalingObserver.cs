using MediaGateway.Diagnostics;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Signaling;

/// <summary>Turns what happens to a media session into its status in the directory and the message that its page is sent.</summary>
internal sealed class SignalingObserver(SignalingSessions sessions, PageSession its) : IPeerObserver
{
    /// <inheritdoc/>
    public void MediaFlows(string mediaSessionId)
    {
        its.Flows();
        sessions.Post(new StreamStatusMessage(mediaSessionId, its.Session.Key.Name, StreamStatus.Publishing, null));
    }

    /// <inheritdoc/>
    public void Ended(string mediaSessionId, SessionEndReason reason, string detail)
    {
        bool asWished = reason is SessionEndReason.Completed or SessionEndReason.PeerClosed;
        its.End(asWished ? MediaSessionStatus.Unpublished : MediaSessionStatus.Failed, PageSession.InformationOf(reason, detail));
        StreamStatus status = asWished ? StreamStatus.Unpublished : StreamStatus.Failed;
        sessions.Post(new StreamStatusMessage(mediaSessionId, its.Session.Key.Name, status, detail));
    }
}
