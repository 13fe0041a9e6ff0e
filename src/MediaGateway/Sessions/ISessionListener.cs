namespace MediaGateway.Sessions;

/// <summary>
/// Hears of every connection and media session. Called by whoever changes it, one call at a time for one session; implementations only
/// note and enqueue.
/// </summary>
internal interface ISessionListener
{
    /// <summary>A connection was let in.</summary>
    void ConnectionOpened(ClientConnection connection);

    /// <summary>A connection that was let in has gone.</summary>
    void ConnectionClosed(ClientConnection connection);

    /// <summary>A media session was let in or has a new status; the last call has one that ends it.</summary>
    void MediaSessionChanged(MediaSession session);
}
