using MediaGateway.Diagnostics;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Signaling;

/// <summary>Turns what happens to a media session into its status in the directory and the messages that its page is sent.</summary>
internal sealed class SignalingObserver(SignalingSessions sessions, PageSession its, GatewayClock clock) : IPeerObserver
{
    private readonly DataBudget _data = new();
    private bool _waits;

    /// <inheritdoc/>
    public void MediaFlows(string mediaSessionId)
    {
        its.Flows();
        Post(its.Session.IsPublisher ? StreamStatus.Publishing : StreamStatus.Playing, null);
    }

    /// <inheritdoc/>
    public void DataArrived(string mediaSessionId, ReadOnlyMemory<byte> message)
    {
        // An encoder may send as much data as it likes; pages are sent what pages may send.
        if (_data.TryTake(clock.Now))
        {
            sessions.PostData(its.Session, message);
        }
    }

    /// <inheritdoc/>
    public void Noticed(string mediaSessionId, PeerNotice notice, string? text)
    {
        if (notice == PeerNotice.Waiting && text is not null && !_waits)
        {
            _waits = true;
            Post(StreamStatus.Pending, null);
        }

        StreamNoticeCode code = notice switch
        {
            PeerNotice.Waiting => StreamNoticeCode.Waiting,
            PeerNotice.BFrames => StreamNoticeCode.BFrames,
            PeerNotice.VideoConverted => StreamNoticeCode.VideoConverted,
            PeerNotice.Quality => StreamNoticeCode.Quality,
            _ => StreamNoticeCode.Bandwidth,
        };
        sessions.Post(new StreamNoticeMessage(its.Session.Id, code, text));
    }

    /// <inheritdoc/>
    public void Ended(string mediaSessionId, SessionEndReason reason, string detail)
    {
        bool asWished = reason is SessionEndReason.Completed or SessionEndReason.PeerClosed;
        string information = its.InformationOf(reason, detail);
        (MediaSessionStatus status, StreamStatus told) = (asWished, its.Session.IsPublisher) switch
        {
            (false, _) => (MediaSessionStatus.Failed, StreamStatus.Failed),
            (true, true) => (MediaSessionStatus.Unpublished, StreamStatus.Unpublished),
            (true, false) => (MediaSessionStatus.Stopped, StreamStatus.Stopped),
        };
        its.End(status, information);
        Post(told, detail);
    }

    private void Post(StreamStatus status, string? reason) =>
        sessions.Post(new StreamStatusMessage(its.Session.Id, its.Session.Key.Name, status, reason));
}
