using MediaGateway.Authorization;
using MediaGateway.Diagnostics;
using MediaGateway.Sessions;
using Microsoft.AspNetCore.SignalR;

namespace MediaGateway.Servers.Signaling;

/// <summary>
/// One signalling connection of a page: access control is asked about it once, when it first wants something, and it stays in the directory
/// until it has gone and its last media session has ended. Any thread; the hub calls for one connection one after the other.
/// </summary>
/// <param name="access">Who is asked.</param>
/// <param name="directory">Where it is entered.</param>
/// <param name="held">Given back when it has gone.</param>
internal sealed class PageConnection(IAccessControl access, SessionDirectory directory, IDisposable held)
{
    private readonly Lock _lock = new();
    private readonly HashSet<MediaSession> _sessions = [];
    private Action _abort = static () => { };
    private bool _isLetIn;
    private bool _hasGone;

    /// <summary>What hooks and the API know it as; null when it brought too many parameters.</summary>
    public ClientConnection? Client { get; private set; }

    /// <summary>Sets who it is, before anything else.</summary>
    /// <param name="client">What hooks and the API know it as; null when it brought too many parameters.</param>
    /// <param name="abort">Closes it; any thread.</param>
    public void Begin(ClientConnection? client, Action abort) => (Client, _abort) = (client, abort);

    /// <summary>Asks access control when nobody has asked yet.</summary>
    /// <exception cref="HubException">It may not connect; the message says why.</exception>
    /// <exception cref="OperationCanceledException">It has gone.</exception>
    public async Task<ClientConnection> LetInAsync(CancellationToken cancellationToken)
    {
        if (Client is not { } client)
        {
            throw new HubException(PageParameters.TooMany);
        }

        if (_isLetIn)
        {
            return client;
        }

        AccessVerdict verdict = await access.ConnectAsync(client, cancellationToken);
        if (!verdict.IsAllowed)
        {
            throw new HubException(verdict.Reason);
        }

        lock (_lock)
        {
            if (_hasGone)
            {
                throw new OperationCanceledException("The page has gone.");
            }

            _isLetIn = true;
        }

        directory.Open(client);
        return client;
    }

    /// <summary>A media session of it begins.</summary>
    public void Add(MediaSession session)
    {
        lock (_lock)
        {
            _sessions.Add(session);
        }
    }

    /// <summary>A media session of it has ended.</summary>
    public void Remove(MediaSession session)
    {
        bool isLast;
        lock (_lock)
        {
            isLast = _sessions.Remove(session) && _sessions.Count == 0 && _hasGone && _isLetIn;
        }

        CloseIf(isLast);
    }

    /// <summary>It has gone; media sessions may live on for a while.</summary>
    public void Gone()
    {
        held.Dispose();
        bool isLast;
        lock (_lock)
        {
            isLast = !_hasGone && _sessions.Count == 0 && _isLetIn;
            _hasGone = true;
        }

        CloseIf(isLast);
    }

    /// <summary>Ends its media sessions and closes it.</summary>
    public void End(SessionEndReason reason, string detail)
    {
        MediaSession[] sessions;
        lock (_lock)
        {
            sessions = [.. _sessions];
        }

        foreach (MediaSession session in sessions)
        {
            session.End(reason, detail);
        }

        _abort();
    }

    private void CloseIf(bool isLast)
    {
        if (isLast)
        {
            directory.Close(Client!); // It was let in, so it has one.
        }
    }
}
