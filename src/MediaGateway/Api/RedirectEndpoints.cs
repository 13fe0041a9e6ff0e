using MediaGateway.Configuration;
using MediaGateway.Servers.Rtmp;
using MediaGateway.Streams;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MediaGateway.Api;

/// <summary>What <c>PUT /api/v1/redirects/{application}</c> takes, and one entry of the list.</summary>
/// <param name="Application">The application, or <c>*</c> for every one.</param>
/// <param name="Address">Where its RTMP clients are sent.</param>
internal sealed record RedirectReport(string? Application, string? Address);

/// <summary>
/// Sends RTMP clients elsewhere while the gateway runs: how a load balancer empties a node. What is set here goes before the settings and
/// is forgotten when the gateway ends.
/// </summary>
internal static class RedirectEndpoints
{
    private const string EveryApplication = "*";

    /// <summary>Maps the calls below the group's prefix.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/redirects", List);
        group.MapPut("/redirects/{application}", SetAsync);
        group.MapDelete("/redirects/{application}", Remove);
    }

    private static JsonHttpResult<RedirectReport[]> List(RtmpRedirects redirects) => TypedResults.Json<RedirectReport[]>(
        [
            .. redirects.Current.OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => new RedirectReport(entry.Key == RtmpRedirects.EveryApplication ? EveryApplication : entry.Key, entry.Value)),
        ],
        ApiJsonContext.Default.RedirectReportArray);

    private static async Task<IResult> SetAsync(string application, HttpRequest request, RtmpRedirects redirects)
    {
        (RedirectReport? body, IResult? refusal) = await ApiRequest.ReadAsync(request, ApiJsonContext.Default.RedirectReport);
        if (refusal is not null)
        {
            return refusal;
        }

        if (KeyOf(application) is not { } key)
        {
            return ProblemReport.BadRequest("There can be no such application.");
        }

        if (body!.Address is not { } address || !RedirectAddress.IsValid(address)) // one of both is there
        {
            return ProblemReport.BadRequest($"address: {RedirectAddress.Rule}");
        }

        redirects.Set(key, address);
        return TypedResults.NoContent();
    }

    private static IResult Remove(string application, RtmpRedirects redirects)
    {
        if (KeyOf(application) is not { } key || !redirects.Current.ContainsKey(key))
        {
            return ProblemReport.NotFound("No such redirect was set.");
        }

        redirects.Set(key, null);
        return TypedResults.NoContent();
    }

    private static string? KeyOf(string application) => application == EveryApplication
        ? RtmpRedirects.EveryApplication
        : StreamKey.TryCreate(application, "any", out _, out _) ? application : null;
}
