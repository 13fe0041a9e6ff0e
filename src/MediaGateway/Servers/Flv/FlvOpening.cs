using System.Net.WebSockets;
using MediaGateway.Api;
using MediaGateway.Diagnostics;
using MediaGateway.Http;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using Microsoft.AspNetCore.Http.Features;

namespace MediaGateway.Servers.Flv;

/// <summary>Takes a request for a stream as FLV: asks whether the client may, finds the stream, plays it. Any thread.</summary>
internal sealed class FlvOpening(
    HttpViewers viewers,
    StreamFinder finder,
    StreamRegistry registry,
    FlvServices services,
    IHostApplicationLifetime lifetime,
    ILogger<FlvOpening> logger)
{
    /// <summary>The media type of FLV, as players have it.</summary>
    public const string MediaType = "video/x-flv";

    private const string HttpProtocol = "http-flv";
    private const string WebSocketProtocol = "ws-flv";

    /// <summary>How long a WebSocket that is over waits for its last bytes to be taken.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Answers a request, for as long as the stream and the viewer stay.</summary>
    public async Task<IResult> OpenAsync(HttpContext context, string application, string name)
    {
        MediaCors.Apply(context.Response);
        context.Response.Headers.CacheControl = "no-store";
        if (!StreamKey.TryCreate(application, name, out StreamKey key, out string? refusal))
        {
            return ProblemReport.BadRequest(refusal);
        }

        string protocol = context.WebSockets.IsWebSocketRequest ? WebSocketProtocol : HttpProtocol;
        (HttpViewer? viewer, IResult? refused) = await viewers.AdmitAsync(context, key, protocol);
        if (viewer is null)
        {
            return refused!; // one of both is there
        }

        using (viewer)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(
                context.RequestAborted, viewer.Ending, lifetime.ApplicationStopping);
            return await OpenAsync(context, viewer, stop);
        }
    }

    private async Task<IResult> OpenAsync(HttpContext context, HttpViewer viewer, CancellationTokenSource stop)
    {
        if (!FlvWishes.TryRead(viewer.Session, out AudioPreference audio, out string? wrong))
        {
            viewer.End(MediaSessionStatus.Failed, wrong);
            return ProblemReport.BadRequest(wrong);
        }

        (LiveStream? stream, string? refusal) = await finder.FindAsync(
            registry, new StreamQuery(viewer.Session.Key), services.Time, stop.Token);
        if (stream is null)
        {
            viewer.End(MediaSessionStatus.Failed, "Stream not found");
            return HttpRefusal.NoStream(context.Response, refusal);
        }

        viewer.Begin();
        var playback = new FlvPlayback(stream, audio, services);
        string protocol = viewer.Session.Connection.Protocol;
        services.Metrics.SessionStarted(protocol, "play");
        using IDisposable held = services.Metrics.Resources.Hold(ResourceKind.FlvPlayback);
        SessionEndReason reason = SessionEndReason.InternalError;
        try
        {
            reason = context.WebSockets.IsWebSocketRequest
                ? await PlayAsync(playback, await context.WebSockets.AcceptWebSocketAsync(), stop)
                : await PlayAsync(playback, context, stop);
            reason = viewer.EndRequest?.Reason ?? reason;
        }
        finally
        {
            TimeSpan duration = services.Clock.Now - viewer.Session.StartedAt;
            services.Metrics.SessionEnded(protocol, "play", reason, duration);
            logger.FlvSessionEnded(
                protocol, viewer.Session.Connection.Remote, stream.Key, reason, duration.TotalSeconds, playback.Bytes, playback.Frames, playback.DroppedFrames);
            (MediaSessionStatus status, string words) = WordsFor(reason, viewer);
            viewer.End(status, words);
        }

        if (reason is SessionEndReason.SlowConsumer)
        {
            context.Abort();
        }

        return Results.Empty;
    }

    private static async Task<SessionEndReason> PlayAsync(FlvPlayback playback, HttpContext context, CancellationTokenSource stop)
    {
        context.Response.ContentType = MediaType;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await context.Response.StartAsync(stop.Token);
        return await playback.PlayAsync(new ResponseTarget(context.Response.BodyWriter), stop.Token);
    }

    private async Task<SessionEndReason> PlayAsync(FlvPlayback playback, WebSocket socket, CancellationTokenSource stop)
    {
        Task watching = WatchAsync(socket, stop);
        SessionEndReason reason = await playback.PlayAsync(new WebSocketTarget(socket), stop.Token);
        using var patience = new CancellationTokenSource(FarewellTimeout, services.Time);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived && reason != SessionEndReason.SlowConsumer)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "The stream has ended.", patience.Token);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            // Whoever has gone needs no farewell.
        }

        socket.Abort();
        await watching;
        return reason;
    }

    /// <summary>Reads what the viewer says, which means nothing but its end.</summary>
    private static async Task WatchAsync(WebSocket socket, CancellationTokenSource stop)
    {
        byte[] ignored = new byte[128];
        try
        {
            while ((await socket.ReceiveAsync(ignored.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            // It is gone, which is what is waited for.
        }

        await stop.CancelAsync();
    }

    private static (MediaSessionStatus Status, string Words) WordsFor(SessionEndReason reason, HttpViewer viewer) => reason switch
    {
        SessionEndReason.Completed => (MediaSessionStatus.Stopped, "Stopped by publisher stop"),
        SessionEndReason.SlowConsumer or SessionEndReason.TransportError => (MediaSessionStatus.Failed, "Failed by HTTP writer error"),
        SessionEndReason.InternalError => (MediaSessionStatus.Failed, "Failed by error"),
        _ => (MediaSessionStatus.Stopped, viewer.EndRequest?.Words ?? "Stopped by user"),
    };
}
