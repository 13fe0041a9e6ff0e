using MediaGateway.Api;
using MediaGateway.Authorization;

namespace MediaGateway.Diagnostics.Export;

/// <summary>The figures for Prometheus and whatever reads its format.</summary>
internal static class MetricsEndpoints
{
    /// <summary>Where they are.</summary>
    public const string Path = "/metrics";

    /// <summary>Maps <c>GET /metrics</c>, for operators: names of streams are nobody else's business.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder endpoints) => endpoints.MapGet(Path, Metrics).WithMetadata(OperatorOnly.Instance);

    private static IResult Metrics(MetricTable table) => table.IsEnabled
        ? TypedResults.Text(table.Write(), PrometheusText.MediaType)
        : ProblemReport.Answer(StatusCodes.Status404NotFound, "Metrics:PrometheusEnabled is off.");
}
