using System.Diagnostics.Metrics;
using System.Text;
using MediaGateway.Configuration;
using Microsoft.Extensions.Options;

namespace MediaGateway.Diagnostics.Export;

/// <summary>
/// Adds up what the gateway's and the runtime's instruments tell, for <c>/metrics</c>. It listens from its making on, and only if
/// <see cref="MetricsOptions.PrometheusEnabled"/>. Any thread.
/// </summary>
internal sealed class MetricTable : IHostedService, IDisposable
{
    /// <summary>The meter of .NET itself: memory, collections, processor time, thread pool.</summary>
    public const string RuntimeMeter = "System.Runtime";

    private readonly MeterListener _listener = new();
    private readonly Lock _scrape = new();
    private readonly List<MetricFamily> _families = [];
    private readonly IMeterFactory _meters;

    /// <summary>Begins to listen.</summary>
    /// <param name="meters">Whose meters: another gateway in the same process counts for itself.</param>
    /// <param name="options">Whether at all.</param>
    public MetricTable(IMeterFactory meters, IOptions<MetricsOptions> options)
    {
        _meters = meters;
        IsEnabled = options.Value.PrometheusEnabled;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsListenedTo(instrument))
            {
                listener.EnableMeasurementEvents(instrument, Add(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((MetricFamily)state!).Record((long)value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        if (IsEnabled)
        {
            _listener.Start();
        }
    }

    /// <summary>Whether anything is counted.</summary>
    public bool IsEnabled { get; }

    /// <summary>All metrics by name, in Prometheus's text format.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        lock (_scrape)
        {
            MetricFamily[] families = Families();
            foreach (MetricFamily family in families)
            {
                if (family.IsObserved)
                {
                    family.Forget();
                }
            }

            _listener.RecordObservableInstruments();
            foreach (MetricFamily family in families)
            {
                PrometheusText.Write(text, family);
            }
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private bool IsListenedTo(Instrument instrument) =>
        instrument.Meter.Name == RuntimeMeter
        || (instrument.Meter.Name.StartsWith(GatewayMetrics.MeterName, StringComparison.Ordinal) && ReferenceEquals(instrument.Meter.Scope, _meters));

    private MetricFamily Add(Instrument instrument)
    {
        var family = new MetricFamily(instrument);
        lock (_families)
        {
            _families.Add(family);
        }

        return family;
    }

    private MetricFamily[] Families()
    {
        lock (_families)
        {
            return [.. _families.OrderBy(family => family.Name, StringComparer.Ordinal)];
        }
    }
}
