using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MediaGateway.Api;

/// <summary>Reads the bodies of calls.</summary>
internal static class ApiRequest
{
    /// <summary>The body as JSON, or the answer that says in words what is wrong with it.</summary>
    public static async Task<(T? Body, IResult? Refusal)> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type)
        where T : class
    {
        if (!request.HasJsonContentType())
        {
            return (null, ProblemReport.Answer(StatusCodes.Status415UnsupportedMediaType, "The body must be application/json."));
        }

        try
        {
            T? body = await JsonSerializer.DeserializeAsync(request.Body, type, request.HttpContext.RequestAborted);
            return body is null ? (null, ProblemReport.BadRequest("The body must be a JSON object.")) : (body, null);
        }
        catch (JsonException)
        {
            return (null, ProblemReport.BadRequest("The body is not the JSON that this call takes."));
        }
    }
}
