using MediaGateway.Relay;
using MediaGateway.Streams;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MediaGateway.Api;

/// <summary>One entry of <c>GET /api/v1/pulls</c>.</summary>
/// <param name="Stream"><c>application/name</c>.</param>
/// <param name="Url">Where from, without user, password and key.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Reason">Why nothing comes; empty when there is nothing to say.</param>
/// <param name="AgeSeconds">Time since it was begun.</param>
/// <param name="Attempts">How often the origin was connected to.</param>
/// <param name="Bytes">Bytes received.</param>
/// <param name="Frames">Frames received.</param>
/// <param name="Viewers">Who watches the stream here.</param>
internal sealed record PullReport(
    string Stream, string Url, string State, string Reason, double AgeSeconds, int Attempts, long Bytes, long Frames, int Viewers)
{
    /// <summary>Lists the pulls of this moment.</summary>
    public static JsonHttpResult<PullReport[]> List(OriginPulls pulls, OperatorApi api) => TypedResults.Json<PullReport[]>(
        [.. pulls.Pulls.OrderBy(pull => pull.StartedAt).Select(pull => From(pull, api.Registry.Find(pull.Key), api.Now))],
        ApiJsonContext.Default.PullReportArray);

    private static PullReport From(OriginPull pull, LiveStream? stream, TimeSpan now) => new(
        pull.Key.ToString(),
        pull.ShownUrl,
        NameOf(pull.State),
        pull.Reason,
        (now - pull.StartedAt).TotalSeconds,
        pull.Attempts,
        pull.Bytes,
        pull.Frames,
        stream?.Viewers ?? 0);

    private static string NameOf(PullState state) => state switch
    {
        PullState.Connecting => "connecting",
        PullState.Pulling => "pulling",
        PullState.WaitingToRetry => "waiting",
        PullState.Failed => "failed",
        _ => "ended",
    };
}
