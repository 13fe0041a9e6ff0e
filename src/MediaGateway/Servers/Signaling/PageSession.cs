using MediaGateway.Diagnostics;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Signaling;

/// <summary>One publishing or playing by a page, as the directory is told of it. Any thread.</summary>
internal sealed class PageSession(MediaSession session, PageConnection page, SessionDirectory directory)
{
    /// <summary>What hooks and the API know it as.</summary>
    public MediaSession Session { get; } = session;

    /// <summary>How much data it may send.</summary>
    public DataBudget Data { get; } = new();

    /// <summary>It has been let in and waits for media.</summary>
    public void Begin()
    {
        page.Add(Session);
        directory.Change(Session, MediaSessionStatus.Pending);
    }

    /// <summary>Media flows.</summary>
    public void Flows() => directory.Change(Session, Session.IsPublisher ? MediaSessionStatus.Publishing : MediaSessionStatus.Playing);

    /// <summary>It is over.</summary>
    public void End(MediaSessionStatus status, string information)
    {
        directory.Change(Session, status, information);
        page.Remove(Session);
    }

    /// <summary>WCS's words for the ways in which a WebRTC session ends, where it has some; else our own.</summary>
    public string InformationOf(SessionEndReason reason, string detail) => reason switch
    {
        SessionEndReason.PeerClosed when Session.IsPublisher => IPeerSessions.StoppedByPublisher,
        SessionEndReason.PeerClosed => "Stopped by user",
        SessionEndReason.Timeout when detail != SignalingNotifier.PageStayedAway => "Failed by ICE timeout",
        SessionEndReason.ProtocolError => "Failed by DTLS error",
        SessionEndReason.InternalError => "Failed by error",
        _ => detail,
    };
}
