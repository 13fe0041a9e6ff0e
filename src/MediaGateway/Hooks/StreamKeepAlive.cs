using System.Collections.Frozen;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Sessions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Hooks;

/// <summary>
/// Tells a WCS-style backend at intervals that a media session is still there, and ends the session when the backend answers 401 or 403.
/// A backend that does not answer ends nothing. Rounds do not overlap: with a slow backend and many sessions, intervals grow.
/// </summary>
internal sealed class StreamKeepAlive(
    WcsHooks hooks,
    HookClient client,
    SessionDirectory directory,
    IOptions<HookOptions> options,
    GatewayClock clock,
    TimeProvider time,
    ILogger<StreamKeepAlive> logger) : BackgroundService
{
    /// <summary>What the client is told, in WCS's words.</summary>
    public const string EndedByBackend = "Terminated by keep-alive";

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly FrozenSet<string> _applications = options.Value.StreamKeepAliveApplications.ToFrozenSet(StringComparer.Ordinal);
    private readonly TimeSpan _interval = options.Value.StreamKeepAliveInterval;
    private readonly Dictionary<MediaSession, TimeSpan> _dueAt = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_applications.Count == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(LookInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TellDueAsync(stoppingToken);
        }
    }

    /// <summary>One round: tells of every session whose time has come, and waits for all answers. One at a time.</summary>
    internal Task TellDueAsync(CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = HookLimits.ConcurrentEvents, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(TakeDue(), parallel, TellAsync);
    }

    private List<MediaSession> TakeDue()
    {
        MediaSession[] present = [.. directory.Sessions.Where(session => _applications.Contains(session.Connection.AppKey))];
        foreach (MediaSession gone in _dueAt.Keys.Except(present).ToArray())
        {
            _dueAt.Remove(gone);
        }

        TimeSpan now = clock.Now;
        List<MediaSession> due = [];
        foreach (MediaSession session in present)
        {
            if (!_dueAt.TryGetValue(session, out TimeSpan at))
            {
                _dueAt[session] = now + _interval;
            }
            else if (at <= now)
            {
                _dueAt[session] = now + _interval;
                due.Add(session);
            }
        }

        return due;
    }

    private async ValueTask TellAsync(MediaSession session, CancellationToken cancellationToken)
    {
        if (hooks.KeepAlive(session) is not { } hookEvent)
        {
            return;
        }

        HookAnswer answer = await client.TellAsync(hookEvent.Address, hookEvent.Method, hookEvent.Body(), cancellationToken);
        if (answer.IsRefusal && hooks.RefusalEnds(session))
        {
            logger.KeepAliveRefused(session.IsPublisher ? "publisher" : "player", session.Key);
            session.End(SessionEndReason.Unauthorized, EndedByBackend);
        }
    }
}
