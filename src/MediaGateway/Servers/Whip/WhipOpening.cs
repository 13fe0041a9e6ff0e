using System.Diagnostics.CodeAnalysis;
using System.Net;
using MediaGateway.Api;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using MediaGateway.Diagnostics;
using MediaGateway.Http;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using MediaGateway.Vod;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Whip;

/// <summary>Takes an offer (RFC 9725 4.2): asks whether the client may, and only then makes anything of it. Any thread.</summary>
internal sealed class WhipOpening(
    IPeerSessions peers,
    IAccessControl access,
    VodStreams files,
    SessionDirectory directory,
    WhipSessions sessions,
    WhipBody body,
    HttpClients clients,
    GatewayClock clock,
    IceServers iceServers,
    IOptions<StreamOptions> streamOptions,
    IOptions<TokenOptions> tokens,
    IOptions<WhipOptions> options,
    ILogger<WhipOpening> logger)
{
    /// <summary>Answers an offer to publish or to play.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isPublisher">Whether it publishes.</param>
    /// <param name="application">The application; null for the default one.</param>
    /// <param name="name">The stream's name.</param>
    public async Task<IResult> OpenAsync(HttpContext context, bool isPublisher, string? application, string? name)
    {
        if (!TryCreateKey(isPublisher, application ?? streamOptions.Value.DefaultApplication, name, out StreamKey key, out string? refusal))
        {
            return WhipProblem.BadRequest(refusal);
        }

        if (Unsuitable(context) is { } unsuitable)
        {
            return unsuitable;
        }

        if (HttpCredentials.Read(context.Request, tokens.Value.Parameter) is not { } credentials)
        {
            return WhipProblem.BadRequest("There are too many parameters, or they are too long.");
        }

        (string? offer, IResult? badBody) = await body.ReadAsync(context);
        if (offer is null)
        {
            return badBody!; // one of both is there
        }

        if (!offer.StartsWith("v=0", StringComparison.Ordinal))
        {
            return WhipProblem.BadRequest("The body is not a session description: it does not begin with v=0.");
        }

        MediaSession session = Describe(context, key, isPublisher, credentials, offer);
        AccessVerdict verdict = await access.ConnectAsync(session.Connection, context.RequestAborted);
        return verdict.IsAllowed
            ? await OpenAsync(context, session, key, credentials)
            : Refuse(context, verdict, session, credentials);
    }

    // Only what is played can be a file.
    private bool TryCreateKey(bool isPublisher, string? application, string? name, out StreamKey key, [NotNullWhen(false)] out string? refusal) =>
        isPublisher ? StreamKey.TryCreate(application, name, out key, out refusal) : files.TryCreateKey(application, name, out key, out refusal);

    private JsonHttpResult<ProblemReport>? Unsuitable(HttpContext context)
    {
        if (!WhipHeaders.IsOfType(context.Request, WhipHeaders.Sdp))
        {
            context.Response.Headers["Accept-Post"] = WhipHeaders.Sdp;
            return WhipProblem.Answer(StatusCodes.Status415UnsupportedMediaType, "The body must be application/sdp.");
        }

        if (!WhipHeaders.TakesSdp(context.Request))
        {
            return WhipProblem.Answer(StatusCodes.Status406NotAcceptable, "The answer is application/sdp, which the request does not accept.");
        }

        return peers.HasRoom ? null : WhipProblem.Full(context.Response);
    }

    private async Task<IResult> OpenAsync(HttpContext context, MediaSession session, StreamKey requested, HttpCredentials credentials)
    {
        directory.Open(session.Connection);
        bool isOpen = false;
        try
        {
            AccessVerdict verdict = session.IsPublisher
                ? await access.PublishAsync(session, context.RequestAborted)
                : await access.PlayAsync(session, context.RequestAborted);
            context.RequestAborted.ThrowIfCancellationRequested();
            if (!verdict.IsAllowed)
            {
                return Refuse(context, verdict, session, credentials);
            }

            if (verdict.StreamName is { } renamed)
            {
                session.Key = TryCreateKey(session.IsPublisher, session.Key.Application, renamed, out StreamKey key, out string? wrongName)
                    ? key
                    : throw new InvalidOperationException(wrongName);
            }

            if (!session.IsPublisher && await files.IsMissingAsync(session.Key))
            {
                return HttpRefusal.NoStream(context.Response);
            }

            (isOpen, IResult result) = Open(context, new WhipSession(session, requested, credentials.HeaderHash, sessions, directory));
            return result;
        }
        finally
        {
            if (!isOpen)
            {
                directory.Close(session.Connection);
            }
        }
    }

    private (bool IsOpen, IResult Result) Open(HttpContext context, WhipSession its)
    {
        MediaSession session = its.Session;
        sessions.Add(its);
        its.Begin();
        IPAddress? local = context.Connection.LocalIpAddress;
        string offer = session.Sdp!; // Describe has set it
        bool isTaken = session.IsPublisher
            ? peers.TryPublish(new PeerPublishRequest(session.Id, session.Key, offer, local, its), out string? answer, out string? refusal)
            : peers.TryPlay(new PeerPlayRequest(session.Id, session.Key, offer, local, its, HttpViewers.IsSilent(session), HttpViewers.Parameter(session, QualityWish.Parameter)), out answer, out refusal);
        if (!isTaken)
        {
            its.End(SessionEndReason.ProtocolError, refusal ?? "Refused");
            logger.WhipRefused(session.Connection.Protocol, session.Key, session.Connection.Remote, refusal ?? "");
            return (false, Refuse(context.Response, refusal));
        }

        IHeaderDictionary headers = context.Response.Headers;
        headers.Location =
            $"{options.Value.PublicUrl.TrimEnd('/')}{WhipEndpoints.PrefixOf(session.IsPublisher)}/{its.Requested}/{its.Id}";
        headers.ETag = its.Tag;
        headers["Accept-Patch"] = WhipHeaders.Fragment;
        WhipHeaders.AddIceServers(context.Response, iceServers.For(session.Connection.Protocol));
        logger.WhipOpened(session.Connection.Protocol, session.Key, session.Connection.Remote);
        return (true, TypedResults.Text(answer!, WhipHeaders.Sdp, statusCode: StatusCodes.Status201Created));
    }

    private static JsonHttpResult<ProblemReport> Refuse(HttpResponse response, string? refusal)
    {
        if (refusal == IPeerSessions.StreamNotFound)
        {
            return HttpRefusal.NoStream(response);
        }

        int status = refusal == StreamRegistry.NameInUse ? StatusCodes.Status409Conflict : StatusCodes.Status422UnprocessableEntity;
        return WhipProblem.Answer(status, refusal ?? "Refused.");
    }

    private JsonHttpResult<ProblemReport> Refuse(HttpContext context, AccessVerdict verdict, MediaSession session, HttpCredentials credentials)
    {
        logger.WhipRefused(session.Connection.Protocol, session.Key, session.Connection.Remote, verdict.Reason ?? "");
        return HttpRefusal.Answer(context.Response, verdict, credentials.HasAny(tokens.Value.Parameter));
    }

    private MediaSession Describe(HttpContext context, StreamKey key, bool isPublisher, HttpCredentials credentials, string offer)
    {
        string id = Guid.NewGuid().ToString();
        void End(SessionEndReason reason, string detail) => peers.TryEnd(id, reason, detail);
        ClientConnection client = clients.Describe(context, isPublisher ? "whip" : "whep", credentials, End);
        return new MediaSession
        {
            Id = id,
            Connection = client,
            Key = key,
            IsPublisher = isPublisher,
            Parameters = credentials.Parameters, // one address names the connection and the stream
            Sdp = offer,
            HasAudio = offer.Contains("m=audio ", StringComparison.Ordinal),
            HasVideo = offer.Contains("m=video ", StringComparison.Ordinal),
            StartedAt = clock.Now,
            End = End,
            Status = MediaSessionStatus.Pending,
        };
    }
}
