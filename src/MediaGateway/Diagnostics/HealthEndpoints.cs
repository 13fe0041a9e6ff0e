using MediaGateway.Authorization;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MediaGateway.Diagnostics;

/// <summary>What the gateway tells about itself over HTTP, as JSON that is never cached.</summary>
internal static class HealthEndpoints
{
    /// <summary>
    /// Maps <c>GET /health</c> (200 while the process serves), <c>GET /api/streams</c> (one entry per published stream) and
    /// <c>GET /api/statistics</c> (delays added by the gateway and buffers in use, since the start).
    /// </summary>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health", Health).AddEndpointFilter(NeverCached);
        endpoints.MapGet("/api/streams", ListStreams).AddEndpointFilter(NeverCached).WithMetadata(OperatorOnly.Instance);
        endpoints.MapGet("/api/statistics", Statistics).AddEndpointFilter(NeverCached).WithMetadata(OperatorOnly.Instance);
        return endpoints;
    }

    private static JsonHttpResult<HealthReport> Health(GatewayClock clock, StreamRegistry streams) =>
        TypedResults.Json(new HealthReport("healthy", clock.Now.TotalSeconds, streams.Streams.Count), GatewayJsonContext.Default.HealthReport);

    private static JsonHttpResult<StreamReport[]> ListStreams(StreamRegistry streams)
    {
        StreamReport[] reports = [.. streams.Streams.Select(stream => StreamReport.From(stream.Snapshot()))];
        Array.Sort(reports, (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return TypedResults.Json(reports, GatewayJsonContext.Default.StreamReportArray);
    }

    private static JsonHttpResult<StatisticsReport> Statistics(GatewayClock clock, GatewayMetrics metrics, BufferPool pool, SelfTestResult selfTest)
    {
        Dictionary<string, long> buffers = Enum.GetValues<BufferOwner>().ToDictionary(owner => owner.ToString(), pool.Outstanding);
        var report = new StatisticsReport(
            clock.Now.TotalSeconds, metrics.VideoDelay.Summarize(), metrics.AudioDelay.Summarize(), buffers, selfTest.Sentence);
        return TypedResults.Json(report, GatewayJsonContext.Default.StatisticsReport);
    }

    private static ValueTask<object?> NeverCached(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        return next(context);
    }
}
