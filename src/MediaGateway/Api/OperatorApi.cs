using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Push;
using MediaGateway.Rtmp;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using Microsoft.Extensions.Options;

namespace MediaGateway.Api;

/// <summary>What the calls of the API stand on, and what they do to it. Any thread.</summary>
internal sealed class OperatorApi(
    SessionDirectory sessions,
    StreamRegistry registry,
    PushService pushes,
    PushDialer dialer,
    GatewayIdentity identity,
    GatewayClock clock,
    IOptions<StreamOptions> streamOptions,
    ILogger<OperatorApi> logger)
{
    /// <summary>Connections and media sessions.</summary>
    public SessionDirectory Sessions => sessions;

    /// <summary>Published streams.</summary>
    public StreamRegistry Registry => registry;

    /// <summary>Pushes.</summary>
    public PushService Pushes => pushes;

    /// <summary>This gateway.</summary>
    public GatewayIdentity Identity => identity;

    /// <summary>Gateway time now.</summary>
    public TimeSpan Now => clock.Now;

    /// <summary>Ends a media session, soon.</summary>
    public void End(MediaSession session)
    {
        logger.ApiTerminated("session", session.Id);
        session.End(SessionEndReason.Terminated, WcsEndpoints.TerminationWords);
    }

    /// <summary>Ends a connection with everything on it, soon.</summary>
    public void End(ClientConnection connection)
    {
        logger.ApiTerminated("connection", connection.Id);
        connection.End(SessionEndReason.Terminated, WcsEndpoints.TerminationWords);
    }

    /// <summary>Ends a stream's publisher, soon.</summary>
    public void End(LiveStream stream)
    {
        logger.ApiTerminated("stream", stream.Key.ToString());
        stream.EndPublisher(SessionEndReason.Terminated, WcsEndpoints.TerminationWords);
    }

    /// <summary>Ends a push.</summary>
    public void End(StreamPush push)
    {
        logger.ApiTerminated("push", push.Id);
        pushes.Stop(push);
    }

    /// <summary>Reads the name of a stream, <c>application/name</c> or a name of the default application; says in words why it is none.</summary>
    public bool TryReadStream(string? text, out StreamKey key, out string? refusal) => text?.Contains('/', StringComparison.Ordinal) == true
        ? StreamKey.TryParse(text, out key, out refusal)
        : StreamKey.TryCreate(streamOptions.Value.DefaultApplication, text, out key, out refusal);

    /// <summary>Begins a push, or gives the answer that says why not: 400 for a target that cannot be, 409 for one that is there already.</summary>
    public async Task<(StreamPush? Push, IResult? Refusal)> StartPushAsync(
        string? streamName, string? url, bool isFullUrl, CancellationToken cancellationToken)
    {
        if (!TryReadStream(streamName, out StreamKey key, out string? refusal) || PushTarget.Create(key, url, isFullUrl, out refusal) is not { } target)
        {
            return (null, ProblemReport.BadRequest(refusal!)); // said where either failed
        }

        if (await UnreachableAsync(target.Url, cancellationToken) is { } words)
        {
            return (null, ProblemReport.BadRequest(words));
        }

        return pushes.Start(target, out StreamPush? push) switch
        {
            PushStart.Started => (push, null),
            PushStart.Duplicate => (null, ProblemReport.Answer(StatusCodes.Status409Conflict, "The stream is pushed to that address already.")),
            _ => (null, ProblemReport.Answer(StatusCodes.Status503ServiceUnavailable, "There are as many pushes as Push:MaximumPushes allows.")),
        };
    }

    private async Task<string?> UnreachableAsync(RtmpTargetUrl url, CancellationToken cancellationToken)
    {
        try
        {
            await dialer.ResolveAsync(url, cancellationToken);
            return null;
        }
        catch (PushTargetException exception)
        {
            return exception.Message;
        }
    }
}
