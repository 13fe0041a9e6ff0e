using MediaGateway.Api;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace MediaGateway.Http;

/// <summary>Lets viewers in that play by plain HTTP: asks whether they may, and enters them among the sessions. Any thread.</summary>
internal sealed class HttpViewers(
    IAccessControl access, SessionDirectory directory, HttpClients clients, GatewayClock clock, IOptions<TokenOptions> tokens)
{
    /// <summary>The parameter that is <c>true</c> for a player that is to hear nothing, as WCS names it.</summary>
    public const string SilenceParameter = "suppress_sound";

    /// <summary>Asks whether the client behind a request may play a stream.</summary>
    /// <param name="context">The request.</param>
    /// <param name="key">The stream; the session's has another name when a hook has given one.</param>
    /// <param name="protocol">The word of <see cref="ClientConnection.Protocol"/>.</param>
    /// <returns>The viewer, whose owner disposes it; or the answer that says why there is none.</returns>
    public async Task<(HttpViewer? Viewer, IResult? Refusal)> AdmitAsync(HttpContext context, StreamKey key, string protocol)
    {
        if (HttpCredentials.Read(context.Request, tokens.Value.Parameter) is not { } credentials)
        {
            return (null, ProblemReport.BadRequest("There are too many parameters, or they are too long."));
        }

        var ending = new HttpViewerEnding();
        MediaSession session = Describe(context, key, protocol, credentials, ending);
        AccessVerdict verdict = await access.ConnectAsync(session.Connection, context.RequestAborted);
        if (!verdict.IsAllowed)
        {
            ending.Dispose();
            return (null, HttpRefusal.Answer(context.Response, verdict, credentials.HasAny(tokens.Value.Parameter)));
        }

        directory.Open(session.Connection);
        var viewer = new HttpViewer(session, directory, ending);
        IResult? refusal = null;
        try
        {
            verdict = await access.PlayAsync(session, context.RequestAborted);
            refusal = Take(context, session, verdict, credentials);
        }
        catch (OperationCanceledException)
        {
            viewer.Dispose();
            throw;
        }

        if (refusal is not null)
        {
            viewer.Dispose();
        }

        return refusal is null ? (viewer, null) : (null, refusal);
    }

    /// <summary>A parameter of the address; null when it is not there.</summary>
    public static string? Parameter(MediaSession session, string name) =>
        session.Parameters.LastOrDefault(pair => pair.Key == name) is { Key: not null } found ? found.Value : null;

    /// <summary>Whether the address asks for no sound.</summary>
    public static bool IsSilent(MediaSession session) =>
        string.Equals(Parameter(session, SilenceParameter), "true", StringComparison.OrdinalIgnoreCase);

    private JsonHttpResult<ProblemReport>? Take(HttpContext context, MediaSession session, AccessVerdict verdict, HttpCredentials credentials)
    {
        if (!verdict.IsAllowed)
        {
            return HttpRefusal.Answer(context.Response, verdict, credentials.HasAny(tokens.Value.Parameter));
        }

        if (verdict.StreamName is { } renamed)
        {
            if (!StreamKey.TryCreate(session.Key.Application, renamed, out StreamKey key, out string? refusal))
            {
                return ProblemReport.NotFound(refusal);
            }

            session.Key = key;
        }

        return null;
    }

    private MediaSession Describe(HttpContext context, StreamKey key, string protocol, HttpCredentials credentials, HttpViewerEnding ending)
    {
        ClientConnection connection = clients.Describe(context, protocol, credentials, ending.Ask);
        return new MediaSession
        {
            Id = Guid.NewGuid().ToString(),
            Connection = connection,
            Key = key,
            IsPublisher = false,
            Parameters = credentials.Parameters, // one address names the connection and the stream
            StartedAt = clock.Now,
            End = ending.Ask,
            Status = MediaSessionStatus.Pending,
        };
    }
}
