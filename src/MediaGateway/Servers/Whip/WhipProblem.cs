using MediaGateway.Api;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MediaGateway.Servers.Whip;

/// <summary>What went wrong with a request, in words for a person, as RFC 9457 has it. Nothing of the request is repeated.</summary>
internal static class WhipProblem
{
    /// <summary>400: the request cannot be understood.</summary>
    public static JsonHttpResult<ProblemReport> BadRequest(string detail) => Answer(StatusCodes.Status400BadRequest, detail);

    /// <summary>404: there is no such session.</summary>
    public static JsonHttpResult<ProblemReport> NoSession() =>
        Answer(StatusCodes.Status404NotFound, "There is no such session; it may have ended already.");

    /// <summary>503, to be tried again.</summary>
    public static JsonHttpResult<ProblemReport> Full(HttpResponse response)
    {
        response.Headers.RetryAfter = WhipHeaders.RetrySeconds;
        return Answer(StatusCodes.Status503ServiceUnavailable, "The gateway carries as many WebRTC sessions as it is set to take; try again later.");
    }

    /// <summary>An answer with any other status.</summary>
    public static JsonHttpResult<ProblemReport> Answer(int status, string detail) => ProblemReport.Answer(status, detail);
}
