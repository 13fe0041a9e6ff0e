using MediaGateway.Configuration;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace MediaGateway.Diagnostics.Export;

/// <summary>
/// Sends the figures to an OpenTelemetry collector, if <see cref="MetricsOptions.OtlpEndpoint"/> names one. A collector that does not answer
/// costs nothing but its own figures. What is told of single streams goes out as differences: a series then ends with its stream.
/// </summary>
internal sealed class OtlpExport(IOptions<MetricsOptions> options) : IHostedService, IDisposable
{
    private const string SignalPath = "/v1/metrics";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly string _instance = Guid.NewGuid().ToString("N");
    private MeterProvider? _whole;
    private MeterProvider? _streams;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.OtlpEndpoint.Length > 0)
        {
            _whole = Build(MetricReaderTemporalityPreference.Cumulative, GatewayMetrics.MeterName, MetricTable.RuntimeMeter);
            _streams = Build(MetricReaderTemporalityPreference.Delta, GatewayMetrics.StreamMeterName);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Sends what is left, for a moment at most.</summary>
    public void Dispose()
    {
        MeterProvider?[] providers = [_whole, _streams];
        (_whole, _streams) = (null, null);
        foreach (MeterProvider? provider in providers)
        {
            provider?.Shutdown((int)Patience.TotalMilliseconds);
            provider?.Dispose();
        }
    }

    private MeterProvider Build(MetricReaderTemporalityPreference temporality, params string[] meters) =>
        Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService("mediagateway", serviceVersion: GatewayVersion.Current, serviceInstanceId: _instance))
            .AddMeter(meters)
            .AddOtlpExporter((exporter, reader) =>
            {
                exporter.Endpoint = Address();
                exporter.Protocol = options.Value.OtlpTransport == OtlpTransport.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
                exporter.TimeoutMilliseconds = (int)Patience.TotalMilliseconds;
                reader.TemporalityPreference = temporality;
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.Value.OtlpInterval.TotalMilliseconds;
            })
            .Build();

    private Uri Address()
    {
        var address = new Uri(options.Value.OtlpEndpoint);
        return options.Value.OtlpTransport == OtlpTransport.Http && address.AbsolutePath == "/" ? new Uri(address, SignalPath) : address;
    }
}
