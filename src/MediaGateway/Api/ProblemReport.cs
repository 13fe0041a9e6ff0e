using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace MediaGateway.Api;

/// <summary>What went wrong with a call, as RFC 9457 has it.</summary>
/// <param name="Type">Always <c>about:blank</c>: the status says what kind it is (RFC 9457 4.2.1).</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What to do about it, for a person.</param>
internal sealed record ProblemReport(string Type, string Title, int Status, string Detail)
{
    private const string ContentType = "application/problem+json";

    /// <summary>The answer that says so.</summary>
    public static JsonHttpResult<ProblemReport> Answer(int status, string detail) => TypedResults.Json(
        new ProblemReport("about:blank", ReasonPhrases.GetReasonPhrase(status), status, detail),
        ApiJsonContext.Default.ProblemReport,
        ContentType,
        status);

    /// <summary>400: the call cannot be understood.</summary>
    public static JsonHttpResult<ProblemReport> BadRequest(string detail) => Answer(StatusCodes.Status400BadRequest, detail);

    /// <summary>404: there is no such thing.</summary>
    public static JsonHttpResult<ProblemReport> NotFound(string detail) => Answer(StatusCodes.Status404NotFound, detail);
}
