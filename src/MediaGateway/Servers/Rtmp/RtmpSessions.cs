using System.Net;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Servers.Rtmp.Transport;

namespace MediaGateway.Servers.Rtmp;

/// <summary>Serves RTMP connections, each from its admission to its report, whatever transport they run on. Any thread.</summary>
internal sealed class RtmpSessions(
    RtmpServices services,
    FanOutWorkers workers,
    RtmpConnectionLimiter limiter,
    BufferPool buffers,
    RefusalReport refusals,
    ILogger<RtmpSessions> logger)
{
    /// <summary>Admits a connection, or returns null, counted and reported, when there are too many. The caller disposes the ticket.</summary>
    public RtmpConnectionLimiter.Ticket? TryAdmit(IPAddress address)
    {
        RtmpConnectionLimiter.Ticket? ticket = limiter.TryAdmit(address);
        if (ticket is null)
        {
            refusals.Count(limiter.Count);
        }

        return ticket;
    }

    /// <summary>Serves one connection until it is to be closed. Never throws.</summary>
    /// <param name="transport">What it runs on; stays the caller's, who ends it afterwards.</param>
    /// <param name="ticket">Its admission; stays the caller's.</param>
    public async Task ServeAsync(IRtmpTransport transport, RtmpConnectionLimiter.Ticket ticket)
    {
        using IDisposable held = services.Metrics.Resources.Hold(ResourceKind.RtmpConnection);
        TimeSpan startedAt = services.Clock.Now;
        var hello = new RtmpHello(transport.Input);
        if (!await WaitAsync(hello, transport.CloseRequested) && !transport.CloseRequested.IsCancellationRequested)
        {
            transport.Close(isStuck: true);
            logger.ConnectionUnused(transport.Id, SessionEndReason.Timeout, "no handshake");
            return;
        }

        await ServeAsync(transport, ticket, hello.Bytes, startedAt);
    }

    private async Task<bool> WaitAsync(RtmpHello hello, CancellationToken closeRequested)
    {
        await using ITimer timer = services.Time.CreateTimer(
            static state => ((RtmpHello)state!).Stop(), hello, services.Options.Session.HandshakeTimeout, Timeout.InfiniteTimeSpan);
        using CancellationTokenRegistration shutdown = closeRequested.UnsafeRegister(static state => ((RtmpHello)state!).Stop(), hello);
        return await hello.WaitAsync();
    }

    private async Task ServeAsync(IRtmpTransport transport, RtmpConnectionLimiter.Ticket ticket, ReadOnlyMemory<byte> hello, TimeSpan startedAt)
    {
        var session = new RtmpServerSession(services.Options.Session, buffers, Random.Shared, startedAt);
        using var loop = new RtmpReceiveLoop(transport, session, services, ticket);
        Viewer viewer = transport.AddTo(workers, loop);
        SessionEndReason reason = SessionEndReason.InternalError;
        try
        {
            using CancellationTokenRegistration shutdown = transport.CloseRequested.UnsafeRegister(
                static state => ((RtmpReceiveLoop)state!).AskToShutDown(), loop);
            reason = await loop.RunAsync(viewer, hello);
        }
        catch (Exception exception)
        {
            logger.SessionFailed(exception, transport.Id);
        }
        finally
        {
            // The worker must let go of the transport before it is closed.
            viewer.AskToLeave();
            await viewer.WhenLeft;
            viewer.DiscardCommands();
        }

        transport.Close(isStuck: reason is SessionEndReason.SlowConsumer or SessionEndReason.Timeout or SessionEndReason.InternalError);
        Report(transport, loop, viewer, reason, services.Clock.Now - startedAt);
    }

    private void Report(IRtmpTransport transport, RtmpReceiveLoop loop, Viewer viewer, SessionEndReason reason, TimeSpan duration)
    {
        if (loop.Fault is { } fault)
        {
            logger.ProtocolFault(transport.Id, fault.Message);
        }

        RtmpDialogue dialogue = loop.Dialogue;
        if (dialogue.Connection is null)
        {
            logger.ConnectionUnused(transport.Id, reason, loop.Fault?.Message ?? "");
            return;
        }

        if (dialogue.Publisher is { } publisher)
        {
            logger.PublisherEnded(
                transport.Id, dialogue.Stream, reason, duration.TotalSeconds, publisher.Bytes, publisher.Frames, publisher.ClockJumps);
            if (dialogue.Session.UnreadableMessages > 0)
            {
                logger.UnreadableMedia(transport.Id, dialogue.Stream, dialogue.Session.UnreadableMessages, dialogue.Session.LastUnreadable ?? "");
            }

            return;
        }

        logger.SessionEnded(
            transport.Id,
            dialogue.Stream,
            reason,
            duration.TotalSeconds,
            viewer.SentBytes,
            viewer.SentFrames,
            viewer.Cursor.DroppedFrames);
    }
}
