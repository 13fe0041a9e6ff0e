using System.Net;
using System.Net.Sockets;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// One RTMP connection from accept to close, for a plain TCP listener of Kestrel. Kestrel reads; all that is sent leaves through a
/// fan-out worker, and nothing is ever written to Kestrel's output: two writers on one socket would interleave.
/// </summary>
internal sealed class RtmpConnectionHandler(
    RtmpServerOptions options,
    StreamRegistry streams,
    FanOutWorkers workers,
    RtmpConnectionLimiter limiter,
    BufferPool buffers,
    GatewayClock clock,
    GatewayMetrics metrics,
    TimeProvider time,
    RefusalReport refusals,
    ILogger<RtmpConnectionHandler> logger) : ConnectionHandler
{
    private const string Protocol = "rtmp";
    private const string Role = "play";

    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket
            || connection.Features.Get<ITlsHandshakeFeature>() is not null)
        {
            throw new InvalidOperationException("RTMP is served on plain TCP listeners only.");
        }

        IPAddress address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        using RtmpConnectionLimiter.Ticket? ticket = limiter.TryAdmit(address);
        if (ticket is null)
        {
            refusals.Count(limiter.Count);
            connection.Abort();
            return;
        }

        await ServeAsync(connection, socket, ticket);
    }

    private async Task ServeAsync(ConnectionContext connection, Socket socket, RtmpConnectionLimiter.Ticket ticket)
    {
        TimeSpan startedAt = clock.Now;
        metrics.SessionStarted(Protocol, Role);
        var session = new RtmpServerSession(options.Session, buffers, Random.Shared, startedAt);
        using var loop = new RtmpReceiveLoop(connection.Transport.Input, session, streams, clock, time, ticket);
        Viewer viewer = workers.Add(loop, socket.SafeHandle);
        SessionEndReason reason = SessionEndReason.InternalError;
        try
        {
            using CancellationTokenRegistration shutdown = WhenAskedToClose(connection, loop);
            reason = await loop.RunAsync(viewer);
        }
        catch (Exception exception)
        {
            logger.SessionFailed(exception, connection.ConnectionId);
        }
        finally
        {
            // The worker must let go of the socket before Kestrel closes it.
            viewer.AskToLeave();
            await viewer.WhenLeft;
            viewer.DiscardCommands();
        }

        CloseHardIfStuck(connection, socket, reason);
        Report(connection.ConnectionId, loop, viewer, reason, clock.Now - startedAt);
    }

    private static CancellationTokenRegistration WhenAskedToClose(ConnectionContext connection, RtmpReceiveLoop loop) =>
        connection.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime
            ? lifetime.ConnectionClosedRequested.UnsafeRegister(static state => ((RtmpReceiveLoop)state!).AskToShutDown(), loop)
            : default;

    /// <summary>A peer that takes nothing any more would keep what is unsent in the kernel for minutes: reset instead of closing.</summary>
    private static void CloseHardIfStuck(ConnectionContext connection, Socket socket, SessionEndReason reason)
    {
        if (reason is not (SessionEndReason.SlowConsumer or SessionEndReason.Timeout or SessionEndReason.InternalError))
        {
            return;
        }

        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (SocketException)
        {
            // The connection went away by itself meanwhile.
        }
        catch (ObjectDisposedException)
        {
            // Kestrel has closed it meanwhile.
        }

        connection.Abort();
    }

    private void Report(string sessionId, RtmpReceiveLoop loop, Viewer viewer, SessionEndReason reason, TimeSpan duration)
    {
        metrics.SessionEnded(Protocol, Role, reason, duration);
        if (loop.Fault is { } fault)
        {
            logger.ProtocolFault(sessionId, fault.Message);
        }

        if (!loop.HasConnected)
        {
            logger.ConnectionUnused(sessionId, reason, loop.Fault?.Message ?? "");
            return;
        }

        logger.SessionEnded(
            sessionId,
            loop.Stream,
            reason,
            duration.TotalSeconds,
            viewer.SentBytes,
            viewer.Cursor.SentFrames,
            viewer.Cursor.DroppedFrames);
    }
}
