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

    /// <summary>Milliseconds between two timestamps.</summary>
    public double Milliseconds(long from, long to) => (to - from) * 1000.0 / Time.TimestampFrequency;
}
