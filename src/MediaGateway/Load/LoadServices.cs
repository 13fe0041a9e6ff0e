using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;

namespace MediaGateway.Load;

/// <summary>What every session of a load shares.</summary>
/// <param name="Time">The machine's time: stamps of one process are read by another.</param>
internal sealed record LoadServices(TimeProvider Time)
{
    /// <summary>Time since the program began with it.</summary>
    public GatewayClock Clock { get; } = new(Time);

    /// <summary>Where messages and frames are kept.</summary>
    public BufferPool Pool { get; } = new();

    /// <summary>The time in ticks of <see cref="TimeProvider.TimestampFrequency"/>, the same for all processes of the machine.</summary>
    public long Timestamp => Time.GetTimestamp();

    /// <summary>Waits while figures are taken. Ctrl-C or SIGTERM ends it early, so that there is a report of what there was until then.</summary>
    public Task MeasureAsync(TimeSpan length, CancellationToken cancellation) =>
        Task.Delay(length, Time, cancellation).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>Milliseconds between two timestamps.</summary>
    public double Milliseconds(long from, long to) => (to - from) * 1000.0 / Time.TimestampFrequency;
}
