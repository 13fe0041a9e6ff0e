using System.Collections.Concurrent;
using System.Security.Cryptography;
using MediaGateway.Api;
using MediaGateway.Diagnostics;
using MediaGateway.Http;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;

namespace MediaGateway.Servers.Hls;

/// <summary>
/// The players of HLS. Access control is asked once for each, when it first asks for a playlist; a player that comes back after a long
/// pause is asked about anew, with the parameters that its address has carried all along. Any thread.
/// </summary>
internal sealed class HlsViewers(HttpViewers viewers, HlsServices services, GatewayMetrics metrics)
{
    /// <summary>The parameter of playlists' addresses by which a player is known again.</summary>
    public const string Parameter = "session";

    /// <summary>The word of <see cref="ClientConnection.Protocol"/>.</summary>
    public const string Protocol = "hls";

    private const int IdBytes = 12;
    private const int IdCharacters = 2 * IdBytes;
    private const string RetrySeconds = "5";

    private readonly HlsNewcomers _newcomers = new();
    private readonly ConcurrentDictionary<string, HlsViewer> _viewers = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Players known now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The player that a request shows itself as, or a new one that access control has let in; or why not.</summary>
    /// <param name="context">The request.</param>
    /// <param name="key">The stream asked for.</param>
    /// <param name="covers">Whether a player of one stream may have another as well: a level of it.</param>
    public async Task<(HlsViewer? Viewer, IResult? Refusal)> AdmitAsync(HttpContext context, StreamKey key, Func<HlsViewer, bool> covers)
    {
        string? shown = context.Request.Query[Parameter] is [{ Length: IdCharacters } id] && id.All(char.IsAsciiHexDigitLower) ? id : null;
        if (shown is not null && _viewers.TryGetValue(shown, out HlsViewer? known) && (known.Requested == key || covers(known)))
        {
            known.Touch(services.Clock.Now);
            known.EndNewcomer();
            return known.IsEnded
                ? (null, Ended())
                : (known, null);
        }

        if (Interlocked.Increment(ref _count) > services.Options.MaximumViewers)
        {
            Interlocked.Decrement(ref _count);
            context.Response.Headers.RetryAfter = RetrySeconds;
            return (null, ProblemReport.Answer(
                StatusCodes.Status503ServiceUnavailable, "The gateway has as many HLS viewers as it is set to take; try again later."));
        }

        HlsViewer? admitted = null;
        IDisposable? newcomer = _newcomers.TryEnter(context.Connection.RemoteIpAddress);
        try
        {
            if (newcomer is null)
            {
                context.Response.Headers.RetryAfter = RetrySeconds;
                return (null, ProblemReport.Answer(
                    StatusCodes.Status503ServiceUnavailable,
                    "Too many players of this address have begun and not come back under the session they were given; try again later."));
            }

            (HttpViewer? viewer, IResult? refusal) = await viewers.AdmitAsync(context, key, Protocol);
            if (viewer is null)
            {
                return (null, refusal);
            }

            admitted = Add(shown, key, newcomer, viewer);
            return (admitted, null);
        }
        finally
        {
            if (admitted is null)
            {
                newcomer?.Dispose();
                Interlocked.Decrement(ref _count);
            }
        }
    }

    /// <summary>403: somebody has ended the player's session.</summary>
    public static JsonHttpResult<ProblemReport> Ended() =>
        ProblemReport.Answer(StatusCodes.Status403Forbidden, "An operator has ended this session.");

    /// <summary>
    /// The parameters of the addresses in a player's playlists: its own, and what it has shown, for it is asked about anew when it comes back
    /// after a long pause.
    /// </summary>
    public static string QueryOf(HttpRequest request, HlsViewer viewer)
    {
        IEnumerable<KeyValuePair<string, StringValues>> kept = request.Query.Where(
            pair => pair.Key != Parameter && !pair.Key.StartsWith(HlsQuery.Prefix, StringComparison.Ordinal));
        return QueryString.Create(kept).Add(Parameter, viewer.Id).Value!; // not empty: there is a parameter
    }

    /// <summary>A player has asked for a segment of a file. False: somebody has ended its session.</summary>
    public bool TryTouch(HttpRequest request)
    {
        if (request.Query[Parameter] is not [{ } id] || !_viewers.TryGetValue(id, out HlsViewer? viewer))
        {
            return true;
        }

        viewer.Touch(services.Clock.Now);
        viewer.EndNewcomer();
        return !viewer.IsEnded;
    }

    /// <summary>It is served from now on; later calls change nothing.</summary>
    /// <param name="viewer">The player.</param>
    /// <param name="stream">The stream that counts it; null for a file.</param>
    public void Begin(HlsViewer viewer, LiveStream? stream)
    {
        lock (viewer.Gate)
        {
            if (viewer.IsServed)
            {
                return;
            }

            (viewer.IsServed, viewer.Stream) = (true, stream);
        }

        stream?.AddViewers(1);
        viewer.Viewer.Begin();
        metrics.SessionStarted(Protocol, "play");
        services.Logger.HlsViewerOpened(viewer.Key, viewer.Viewer.Session.Connection.Remote);
    }

    /// <summary>Lets players go that have not asked for a while, and those that are not served after all.</summary>
    public void Sweep()
    {
        TimeSpan now = services.Clock.Now;
        foreach (HlsViewer viewer in _viewers.Values)
        {
            if (now - viewer.LastAsked >= services.Options.ViewerTimeout)
            {
                Remove(viewer);
            }
        }
    }

    /// <summary>Lets a player go that was let in and then not served: there was no stream for it.</summary>
    public void RemoveUnserved(HlsViewer viewer)
    {
        lock (viewer.Gate)
        {
            if (viewer.IsServed)
            {
                return;
            }
        }

        Remove(viewer);
    }

    /// <summary>Lets a player go.</summary>
    public void Remove(HlsViewer viewer)
    {
        if (!_viewers.TryRemove(KeyValuePair.Create(viewer.Id, viewer)))
        {
            return;
        }

        services.Resources.GiveBack(ResourceKind.HlsViewer);
        Interlocked.Decrement(ref _count);
        (SessionEndReason reason, string words) = viewer.Viewer.EndRequest ?? (SessionEndReason.PeerClosed, "Stopped by session disconnect");
        viewer.Viewer.Dispose();
        viewer.EndNewcomer();
        lock (viewer.Gate)
        {
            if (!viewer.IsServed)
            {
                return;
            }
        }

        viewer.Stream?.AddViewers(-1);
        TimeSpan duration = services.Clock.Now - viewer.Viewer.Session.StartedAt;
        metrics.SessionEnded(Protocol, "play", reason, duration);
        services.Logger.HlsViewerClosed(viewer.Key, viewer.Viewer.Session.Connection.Remote, duration.TotalSeconds, words);
    }

    /// <summary>Lets everybody go.</summary>
    public void Close()
    {
        foreach (HlsViewer viewer in _viewers.Values)
        {
            Remove(viewer);
        }
    }

    private HlsViewer Add(string? shown, StreamKey key, IDisposable newcomer, HttpViewer viewer)
    {
        // The name that a player has kept over a pause stays its name, if it is free.
        var added = new HlsViewer(shown ?? NewId(), key, newcomer, viewer);
        added.Touch(services.Clock.Now);
        while (!_viewers.TryAdd(added.Id, added))
        {
            added = new HlsViewer(NewId(), key, newcomer, viewer);
            added.Touch(services.Clock.Now);
        }

        services.Resources.Take(ResourceKind.HlsViewer);
        return added;
    }

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
}
