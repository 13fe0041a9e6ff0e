using System.Collections.Concurrent;
using MediaGateway.Streams;

namespace MediaGateway.Sessions;

/// <summary>
/// Every connection that was let in and every media session on it: what the API lists and ends, and what listeners hear of. Any thread.
/// </summary>
/// <param name="listeners">Who hears of changes.</param>
internal sealed class SessionDirectory(IEnumerable<ISessionListener> listeners)
{
    /// <summary>What hooks and the API are told of a publisher whose stream another one has taken over.</summary>
    public const string TakenOver = "Taken over by another publisher";

    private readonly ISessionListener[] _listeners = [.. listeners];
    private readonly ConcurrentDictionary<string, ClientConnection> _connections = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MediaSession> _sessions = new(StringComparer.Ordinal);

    // Of two publishers of one stream the old one's end is told before the new one's beginning: their changes come one after the other,
    // the calls of the listeners included, which only enqueue.
    private readonly Lock _publishing = new();
    private readonly Dictionary<StreamKey, MediaSession> _publishers = [];

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

    /// <summary>
    /// Gives a media session a new status; the first call enters it, one with a status that ends it removes it, and calls after that do
    /// nothing. A publisher that has taken a stream over ends the session of the one before it, in case that has not ended yet.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="status">Its new status.</param>
    /// <param name="information">Why, when it ends.</param>
    public void Change(MediaSession session, MediaSessionStatus status, string? information = null)
    {
        if (!session.IsPublisher)
        {
            Apply(session, status, information);
            return;
        }

        lock (_publishing)
        {
            ChangePublisher(session, status, information);
        }
    }

    private static bool IsEnd(MediaSessionStatus status) =>
        status is MediaSessionStatus.Unpublished or MediaSessionStatus.Stopped or MediaSessionStatus.Failed;

    private void ChangePublisher(MediaSession session, MediaSessionStatus status, string? information)
    {
        if (status == MediaSessionStatus.Publishing && _publishers.TryGetValue(session.Key, out MediaSession? other) && other != session)
        {
            bool isOvertaken = session.LeaseNumber != 0 && other.LeaseNumber > session.LeaseNumber;
            Apply(isOvertaken ? session : other, MediaSessionStatus.Failed, TakenOver);
            if (isOvertaken)
            {
                return;
            }
        }

        if (IsEnd(status))
        {
            ((ICollection<KeyValuePair<StreamKey, MediaSession>>)_publishers).Remove(KeyValuePair.Create(session.Key, session));
        }
        else if (status == MediaSessionStatus.Publishing && !IsEnd(session.Status))
        {
            _publishers[session.Key] = session;
        }

        Apply(session, status, information);
    }

    private void Apply(MediaSession session, MediaSessionStatus status, string? information)
    {
        if (IsEnd(session.Status))
        {
            return;
        }

        session.Status = status;
        session.Information = information;
        if (IsEnd(status))
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
