using System.Diagnostics.Metrics;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics.Export;
using MediaGateway.Testing;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Diagnostics.Export;

public sealed class MetricTableTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void CountersGaugesAndHistograms_AreWrittenAsPrometheusReadsThem()
    {
        using MetricTable table = Table();
        Meter meter = Meters.Create("MediaGateway");
        Counter<long> bytes = meter.CreateCounter<long>("test.io", "By", "Bytes \\ of\nboth.");
        bytes.Add(5, new KeyValuePair<string, object?>("direction", "in"));
        bytes.Add(7, new KeyValuePair<string, object?>("direction", "in"));
        bytes.Add(1, new KeyValuePair<string, object?>("direction", "o\"u\\t\n"));
        UpDownCounter<long> open = meter.CreateUpDownCounter<long>("test.open", "{session}", "Open.");
        open.Add(3);
        open.Add(-2);
        Histogram<double> delay = meter.CreateHistogram("test.delay", "s", "Delay.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        delay.Record(0.05, new KeyValuePair<string, object?>("error.type", "A"));
        delay.Record(0.1, new KeyValuePair<string, object?>("error.type", "A"));
        delay.Record(7.5, new KeyValuePair<string, object?>("error.type", "A"));

        Assert.Equal(
            """
            # HELP test_delay_seconds Delay.
            # TYPE test_delay_seconds histogram
            test_delay_seconds_bucket{error_type="A",le="0.1"} 2
            test_delay_seconds_bucket{error_type="A",le="1"} 2
            test_delay_seconds_bucket{error_type="A",le="+Inf"} 3
            test_delay_seconds_sum{error_type="A"} 7.65
            test_delay_seconds_count{error_type="A"} 3
            # HELP test_io_bytes_total Bytes \\ of\nboth.
            # TYPE test_io_bytes_total counter
            test_io_bytes_total{direction="in"} 12
            test_io_bytes_total{direction="o\"u\\t\n"} 1
            # HELP test_open Open.
            # TYPE test_open gauge
            test_open 1
            """,
            OwnLines(table));
    }

    [Fact]
    public void WhatIsAskedFor_IsForgottenOnceItIsNoMore()
    {
        using MetricTable table = Table();
        string[] names = ["a", "b"];
        Meters.Create("MediaGateway.Streams").CreateObservableGauge(
            "test.viewers", () => names.Select(name => new Measurement<int>(2, new KeyValuePair<string, object?>("stream", name))), null, "Viewers.");
        Assert.Contains("test_viewers{stream=\"a\"} 2\ntest_viewers{stream=\"b\"} 2", OwnLines(table), StringComparison.Ordinal);
        names = ["b"];
        string later = OwnLines(table);
        Assert.DoesNotContain("\"a\"", later, StringComparison.Ordinal);
        Assert.Contains("test_viewers{stream=\"b\"} 2", later, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherGatewayInTheProcess_CountsForItself()
    {
        using MetricTable table = Table();
        using ServiceProvider other = new ServiceCollection().AddMetrics().BuildServiceProvider();
        other.GetRequiredService<IMeterFactory>().Create("MediaGateway").CreateCounter<long>("test.foreign").Add(1);
        Assert.DoesNotContain("test_foreign", table.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void SeriesBeyondTheBound_BecomeOne()
    {
        using MetricTable table = Table();
        Counter<long> counter = Meters.Create("MediaGateway").CreateCounter<long>("test.many");
        for (int index = 0; index < MetricFamily.MaximumSeries + 3; index++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("index", index));
        }

        string text = OwnLines(table);
        Assert.Contains("test_many_total{overflow=\"true\"} 3", text, StringComparison.Ordinal);
        Assert.Equal(MetricFamily.MaximumSeries + 1, text.Split('\n').Count(line => line.StartsWith("test_many", StringComparison.Ordinal)));
    }

    [Fact]
    public void KnownSeries_CostNoMemory()
    {
        using MetricTable table = Table();
        Counter<long> frames = Meters.Create("MediaGateway").CreateCounter<long>("test.frames");
        Histogram<double> delay = Meters.Create("MediaGateway").CreateHistogram<double>("test.delay", "s");
        var video = new KeyValuePair<string, object?>("kind", "video");
        void Count()
        {
            frames.Add(1, video);
            delay.Record(0.02, video);
        }

        Assert.Equal(0, Allocation.Of(1000, Count));
    }

    [Fact]
    public void SwitchedOff_NothingIsCounted()
    {
        using MetricTable table = Table(isEnabled: false);
        Counter<long> counter = Meters.Create("MediaGateway").CreateCounter<long>("test.frames");
        Assert.False(counter.Enabled);
        Assert.Empty(table.Write());
    }

    [Fact]
    public void Runtime_TellsOfItself()
    {
        using MetricTable table = Table();
        string text = table.Write();
        Assert.Contains("\ndotnet_process_memory_working_set_bytes ", text, StringComparison.Ordinal);
        Assert.Contains("\ndotnet_gc_collections_total{gc_heap_generation=\"gen0\"} ", text, StringComparison.Ordinal);
        Assert.Contains("\ndotnet_process_cpu_time_seconds_total{", text, StringComparison.Ordinal);
    }

    private static string OwnLines(MetricTable table) => string.Join(
        '\n',
        table.Write().Split('\n').Where(line =>
            line.StartsWith("test_", StringComparison.Ordinal) || line.StartsWith("# HELP test_", StringComparison.Ordinal) || line.StartsWith("# TYPE test_", StringComparison.Ordinal)));

    private MetricTable Table(bool isEnabled = true) => new(Meters, Options.Create(new MetricsOptions { PrometheusEnabled = isEnabled }));
}
