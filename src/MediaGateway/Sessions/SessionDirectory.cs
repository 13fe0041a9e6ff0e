using System.Collections.Concurrent;

namespace MediaGateway.Sessions;

/// <summary>
/// Every connection that was let in and every media session on it: what the API lists and ends, and what listeners hear of. Any thread.
/// </summary>
/// <param name="listeners">Who hears of changes.</param>
internal sealed class SessionDirectory(IEnumerable<ISessionListener> listeners)
{
    private readonly ISessionListener[] _listeners = [.. listeners];
    private readonly ConcurrentDictionary<string, ClientConnection> _connections = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MediaSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>The connections of this moment.</summary>
    public IReadOnlyCollection<ClientConnection> Connections => [.. _connections.Values];

    /// <summary>The media sessions of this moment: those that have been let in and have not ended.</summary>
    public IReadOnlyCollection<MediaSession> Sessions => [.. _sessions.Values];

    /// <summary>The connection of that id, or null.</summary>
    public ClientConnection? FindConnection(string id) => _connections.GetValueOrDefault(id);

    /// <summary>The media session of that id, or null.</summary>
    public MediaSession? FindSession(string id) => _sessions.GetValueOrDefault(id);

    /// <summary>Enters a connection that was let in.</summary>
    public void Open(ClientConnection connection)
    {
        _connections[connection.Id] = connection;
        foreach (ISessionListener listener in _listeners)
        {
            listener.ConnectionOpened(connection);
        }
    }

    /// <summary>Removes a connection; its owner has ended its media sessions before.</summary>
    public void Close(ClientConnection connection)
    {
        if (_connections.TryRemove(KeyValuePair.Create(connection.Id, connection)))
        {
            foreach (ISessionListener listener in _listeners)
            {
                listener.ConnectionClosed(connection);
            }
        }
    }

    /// <summary>Gives a media session a new status; the first call enters it, one with a status that ends it removes it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="status">Its new status.</param>
    /// <param name="information">Why, when it ends.</param>
    public void Change(MediaSession session, MediaSessionStatus status, string? information = null)
    {
        session.Status = status;
        session.Information = information;
        if (status is MediaSessionStatus.Unpublished or MediaSessionStatus.Stopped or MediaSessionStatus.Failed)
        {
            _sessions.TryRemove(KeyValuePair.Create(session.Id, session));
        }
        else
        {
            _sessions[session.Id] = session;
        }

        foreach (ISessionListener listener in _listeners)
        {
            listener.MediaSessionChanged(session);
        }
    }
}
