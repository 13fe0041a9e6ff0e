using MediaGateway.Api;
using MediaGateway.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MediaGateway.Http;

/// <summary>What a client is answered that may not do what it asks for, in words for a person, as RFC 9457 has it.</summary>
internal static class HttpRefusal
{
    private const string Challenge = "Bearer realm=\"MediaGateway\"";
    private const string RetrySeconds = "2";

    /// <summary>401 for a client that has shown nothing, 403 for one whose credentials are not enough, 503 when it is no only for now.</summary>
    /// <param name="response">Gets the headers.</param>
    /// <param name="verdict">The answer of access control, which is no.</param>
    /// <param name="hasCredentials">Whether the client has shown any.</param>
    public static JsonHttpResult<ProblemReport> Answer(HttpResponse response, AccessVerdict verdict, bool hasCredentials)
    {
        string reason = verdict.Reason ?? "Refused.";
        if (verdict.MayRetry)
        {
            response.Headers.RetryAfter = RetrySeconds;
            return ProblemReport.Answer(StatusCodes.Status503ServiceUnavailable, reason);
        }

        if (hasCredentials)
        {
            return ProblemReport.Answer(StatusCodes.Status403Forbidden, reason);
        }

        response.Headers.WWWAuthenticate = Challenge;
        return ProblemReport.Answer(StatusCodes.Status401Unauthorized, reason);
    }

    /// <summary>404, to be tried again: nobody publishes that stream.</summary>
    public static JsonHttpResult<ProblemReport> NoStream(HttpResponse response, string? reason = null)
    {
        response.Headers.RetryAfter = RetrySeconds;
        return ProblemReport.Answer(StatusCodes.Status404NotFound, reason ?? "Nobody publishes that stream.");
    }
}
