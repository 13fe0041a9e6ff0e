using MediaGateway.Sessions;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// A media session's place in the directory: it is entered when it was let in, and ends once, with the first reason given. The
/// connection's receive loop owns it.
/// </summary>
/// <param name="directory">The directory.</param>
/// <param name="session">The session.</param>
internal sealed class SessionEntry(SessionDirectory directory, MediaSession session)
{
    private bool _hasEnded;

    /// <summary>The session.</summary>
    public MediaSession Session => session;

    /// <summary>The session has a new status, unless it has ended.</summary>
    public void Change(MediaSessionStatus status)
    {
        if (!_hasEnded)
        {
            directory.Change(session, status);
        }
    }

    /// <summary>The session has ended.</summary>
    /// <param name="status">How: one of the statuses that end a session.</param>
    /// <param name="information">Why, in words.</param>
    public void End(MediaSessionStatus status, string information)
    {
        if (!_hasEnded)
        {
            _hasEnded = true;
            directory.Change(session, status, information);
        }
    }
}
