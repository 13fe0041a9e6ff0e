using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>Figures for Prometheus and OpenTelemetry: section <c>Metrics</c>.</summary>
internal sealed class MetricsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Metrics";

    /// <summary>Whether operators and their programs read the figures at <c>/metrics</c>; switched off, nothing is counted for it.</summary>
    public bool PrometheusEnabled { get; set; } = true;

    /// <summary>
    /// The most streams that have figures under their own name, those published first; all others together are one series. Prometheus keeps
    /// every name for weeks. 0: none, which keeps names secret as well.
    /// </summary>
    [Range(0, 2000)]
    public int LabelledStreams { get; set; } = 200;

    /// <summary>
    /// Where an OpenTelemetry collector takes OTLP, such as <c>http://127.0.0.1:4317</c>; empty: the figures are not sent anywhere. Headers,
    /// for instance for a key, come from the variable <c>OTEL_EXPORTER_OTLP_HEADERS</c>.
    /// </summary>
    public string OtlpEndpoint { get; set; } = "";

    /// <summary>How the collector is spoken to.</summary>
    [AllowedValues(OtlpTransport.Grpc, OtlpTransport.Http, ErrorMessage = "The field {0} must be Grpc or Http.")]
    public OtlpTransport OtlpTransport { get; set; } = OtlpTransport.Grpc;

    /// <summary>How often the figures are sent.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan OtlpInterval { get; set; } = TimeSpan.FromSeconds(15);
}
