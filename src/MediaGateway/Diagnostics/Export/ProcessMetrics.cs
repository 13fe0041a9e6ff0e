using System.Diagnostics.Metrics;
using System.Globalization;

namespace MediaGateway.Diagnostics.Export;

/// <summary>What the kernel and the gateway's own threads say of the process; read when somebody asks.</summary>
internal sealed class ProcessMetrics(IMeterFactory meters, GatewayMetrics metrics, GatewayClock clock, MemoryPressure memory) : IHostedService
{
    private const string StatusFile = "/proc/self/status";
    private const string DescriptorFolder = "/proc/self/fd";
    private const int BytesPerKilobyte = 1024;

    private static readonly KeyValuePair<string, object?> VersionTag = new("version", GatewayVersion.Current);

    /// <summary>Makes the instruments.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Meter meter = meters.Create(GatewayMetrics.MeterName);
        meter.CreateObservableGauge("mediagateway.uptime", () => clock.Now.TotalSeconds, "s", "Since the start of the process.");
        meter.CreateObservableGauge(
            "mediagateway.build.info", static () => new Measurement<long>(1, VersionTag), null, "Always 1; its label is the version.");
        meter.CreateObservableGauge(
            "mediagateway.process.memory.anonymous", static () => Status("RssAnon:") * BytesPerKilobyte, "By", "Memory of the process's own, in RAM.");
        meter.CreateObservableGauge("mediagateway.memory.used", () => memory.Use.UsedBytes, "By", "Memory in use of the nearest limit.");
        meter.CreateObservableGauge("mediagateway.memory.limit", () => memory.Use.LimitBytes, "By", "That limit.");
        meter.CreateObservableGauge("mediagateway.process.threads", static () => Status("Threads:"), "{thread}", "Threads of the process.");
        meter.CreateObservableGauge("mediagateway.process.open_files", OpenFiles, "{file}", "Open sockets and files.");
        meter.CreateObservableGauge("mediagateway.thread.busy", Busy, "s", "How long a thread has been at its present round of work.");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static long OpenFiles() =>
        Directory.Exists(DescriptorFolder) ? Directory.EnumerateFileSystemEntries(DescriptorFolder).LongCount() : 0;

    private static long Status(string key)
    {
        string? line = File.Exists(StatusFile)
            ? File.ReadLines(StatusFile).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))
            : null;
        return line is null ? 0 : long.Parse(line.AsSpan(key.Length).TrimEnd(" kB"), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }

    private IEnumerable<Measurement<double>> Busy()
    {
        TimeSpan now = clock.Now;
        return metrics.Threads.All.Select(thread =>
            new Measurement<double>(thread.BusyFor(now).TotalSeconds, new KeyValuePair<string, object?>("thread", thread.Name)));
    }
}
