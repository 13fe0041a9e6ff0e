using MediaGateway.Diagnostics;
using MediaGateway.Http;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Whip;

/// <summary>What a client does with its session: it trickles, restarts ICE and ends it (RFC 9725 4.3, 4.4). Any thread.</summary>
internal sealed class WhipResource(IPeerSessions peers, WhipSessions sessions, WhipBody body)
{
    private const string Challenge = "Bearer realm=\"MediaGateway\"";

    /// <summary>Takes a trickle fragment.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isPublisher">Whether the address is one of WHIP.</param>
    /// <param name="application">The application in the address.</param>
    /// <param name="name">The stream's name in the address.</param>
    /// <param name="id">The session's id in the address.</param>
    public async Task<IResult> PatchAsync(HttpContext context, bool isPublisher, string application, string name, string id)
    {
        if (!TryFind(context, isPublisher, application, name, id, out WhipSession? its, out IResult? refusal))
        {
            return refusal!; // one of both is there
        }

        if (!WhipHeaders.IsOfType(context.Request, WhipHeaders.Fragment))
        {
            context.Response.Headers["Accept-Patch"] = WhipHeaders.Fragment;
            return WhipProblem.Answer(StatusCodes.Status415UnsupportedMediaType, "The body must be application/trickle-ice-sdpfrag.");
        }

        string ifMatch = context.Request.Headers.IfMatch.ToString();
        if (ifMatch.Length == 0)
        {
            return WhipProblem.Answer(
                StatusCodes.Status428PreconditionRequired, "The request lacks If-Match: the ETag of the answer, or * to restart ICE.");
        }

        (string? text, IResult? badBody) = await body.ReadAsync(context);
        return text is null ? badBody! : its!.Patch(peers, ifMatch, text, context.Response); // one of both is there
    }

    /// <summary>Ends a session.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isPublisher">Whether the address is one of WHIP.</param>
    /// <param name="application">The application in the address.</param>
    /// <param name="name">The stream's name in the address.</param>
    /// <param name="id">The session's id in the address.</param>
    public IResult Delete(HttpContext context, bool isPublisher, string application, string name, string id)
    {
        if (!TryFind(context, isPublisher, application, name, id, out WhipSession? its, out IResult? refusal))
        {
            return refusal!; // one of both is there
        }

        sessions.Remove(its!); // from now on it is not found, however long the media takes to end
        string words = isPublisher ? WhipSessions.StoppedByPublisher : WhipSessions.StoppedByUser;
        return peers.TryEnd(its!.Session.Id, SessionEndReason.Completed, words) ? TypedResults.Ok() : WhipProblem.NoSession();
    }

    private bool TryFind(
        HttpContext context, bool isPublisher, string application, string name, string id, out WhipSession? its, out IResult? refusal)
    {
        its = sessions.Find(isPublisher, application, name, id);
        refusal = null;
        if (its is null)
        {
            refusal = WhipProblem.NoSession();
        }
        else if (!HttpCredentials.Matches(its.HeaderHash, context.Request))
        {
            context.Response.Headers.WWWAuthenticate = Challenge;
            refusal = WhipProblem.Answer(
                StatusCodes.Status401Unauthorized, "The session was opened with an Authorization header; this request must carry the same.");
        }

        return refusal is null;
    }
}
