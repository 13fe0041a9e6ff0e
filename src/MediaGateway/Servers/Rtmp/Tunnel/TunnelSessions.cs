using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using MediaGateway.Diagnostics;
using MediaGateway.Rtmp.Tunnel;
using MediaGateway.Servers.Rtmp.Transport;

namespace MediaGateway.Servers.Rtmp.Tunnel;

/// <summary>All RTMPT sessions. Any thread.</summary>
internal sealed class TunnelSessions : IAsyncDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Entry> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _connections = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _shutdown = new();
    private readonly CancellationToken _closeRequested;
    private readonly RtmpSessions _rtmp;
    private readonly TimeProvider _time;
    private readonly ResourceLedger _resources;
    private readonly ITimer _timer;

    /// <summary>Makes the table, empty.</summary>
    public TunnelSessions(RtmpSessions rtmp, IHostApplicationLifetime lifetime, TimeProvider time, ResourceLedger resources)
    {
        (_rtmp, _time, _resources) = (rtmp, time, resources);
        _closeRequested = lifetime.ApplicationStopping;
        _timer = time.CreateTimer(static state => ((TunnelSessions)state!).EndIdle(), this, LookInterval, LookInterval);
    }

    /// <summary>Sessions in the table.</summary>
    public int Count => _sessions.Count;

    /// <summary>
    /// Opens a session for the client of an HTTP connection and returns its id; null, counted and reported, when there are too many, or
    /// when the connection has one already: the pair of addresses names an RTMP connection.
    /// </summary>
    public string? TryOpen(HttpContext context)
    {
        string id = RandomNumberGenerator.GetHexString(RtmptTunnel.SessionIdLength, lowercase: true);
        string connectionId = context.Connection.Id;
        if (!_connections.TryAdd(connectionId, id))
        {
            return null;
        }

        IPEndPoint remote = RemoteOf(context);
        if (_rtmp.TryAdmit(remote.Address) is not { } ticket)
        {
            _connections.TryRemove(connectionId, out _);
            return null;
        }

        var local = new IPEndPoint(context.Connection.LocalIpAddress ?? IPAddress.None, context.Connection.LocalPort);
        bool isEncrypted = context.Request.IsHttps;
        var session = new TunnelSession(
            (pipes, abort) => new PipeTransport(pipes, abort)
            {
                // Not the session id, which is as good as a password: it would stand in the log.
                Id = $"{connectionId}/rtmpt",
                Protocol = isEncrypted ? "rtmpts" : "rtmpt",
                Remote = remote,
                Local = EndPoints.OrNone(local),
                CloseRequested = _closeRequested,
            },
            ticket,
            _time);
        Entry entry = new(session, remote.Address);
        _sessions[id] = entry;
        entry.Running = _resources.RunAsync(ResourceKind.RtmpTunnel, () => RunAsync(id, connectionId, session));
        return id;
    }

    /// <summary>The session of that id; null when there is none, or when it is not this client's.</summary>
    public TunnelSession? Find(string id, HttpContext context) =>
        _sessions.TryGetValue(id, out Entry? entry) && entry.Address.Equals(RemoteOf(context).Address) ? entry.Session : null;

    /// <summary>Ends every session: no request comes any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _shutdown.CancelAsync();
        Entry[] left = [.. _sessions.Values];
        foreach (Entry entry in left)
        {
            await entry.Session.EndAsync();
        }

        await Task.WhenAll(left.Select(entry => entry.Running));
        _shutdown.Dispose();
    }

    private static IPEndPoint RemoteOf(HttpContext context) =>
        EndPoints.OrNone(new IPEndPoint(context.Connection.RemoteIpAddress ?? IPAddress.None, context.Connection.RemotePort));

    private async Task RunAsync(string id, string connectionId, TunnelSession session)
    {
        await session.RunAsync(_rtmp, _shutdown.Token);
        _sessions.TryRemove(id, out _);
        _connections.TryRemove(connectionId, out _);
    }

    private void EndIdle()
    {
        foreach (Entry entry in _sessions.Values)
        {
            entry.Session.EndIfIdle();
        }
    }

    /// <summary>A session and the address to which it is bound.</summary>
    private sealed record Entry(TunnelSession Session, IPAddress Address)
    {
        /// <summary>The session's task.</summary>
        public Task Running { get; set; } = Task.CompletedTask;
    }
}
