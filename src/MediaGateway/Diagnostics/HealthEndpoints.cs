using MediaGateway.Authorization;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MediaGateway.Diagnostics;

/// <summary>What the gateway tells about itself over HTTP, as JSON that is never cached.</summary>
internal static class HealthEndpoints
{
    // Some load balancers ask with HEAD.
    private static readonly string[] ProbeMethods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Maps <c>/healthz</c> (503 when only a restart helps), <c>/readyz</c> (503 while new clients had better go elsewhere),
    /// <c>GET /health</c> (200 while the process serves), <c>GET /api/streams</c> (one entry per published stream) and
    /// <c>GET /api/statistics</c> (delays added by the gateway and buffers in use, since the start).
    /// </summary>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/healthz", ProbeMethods, Alive).AddEndpointFilter(NeverCached);
        endpoints.MapMethods("/readyz", ProbeMethods, Ready).AddEndpointFilter(NeverCached);
        endpoints.MapGet("/health", Health).AddEndpointFilter(NeverCached);
        endpoints.MapGet("/api/streams", ListStreams).AddEndpointFilter(NeverCached).WithMetadata(OperatorOnly.Instance);
        endpoints.MapGet("/api/statistics", Statistics).AddEndpointFilter(NeverCached).WithMetadata(OperatorOnly.Instance);
        return endpoints;
    }

    private static JsonHttpResult<ProbeReport> Alive(Readiness readiness) => Probe(readiness.Ailments());

    private static JsonHttpResult<ProbeReport> Ready(Readiness readiness) => Probe(readiness.Obstacles());

    private static JsonHttpResult<ProbeReport> Probe(IReadOnlyList<string> problems)
    {
        bool isWell = problems.Count == 0;
        return TypedResults.Json(
            new ProbeReport(isWell ? "ok" : "failing", problems),
            GatewayJsonContext.Default.ProbeReport,
            statusCode: isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
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
