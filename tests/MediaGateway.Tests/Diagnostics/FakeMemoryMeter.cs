using MediaGateway.Diagnostics;

namespace MediaGateway.Tests.Diagnostics;

/// <summary>Memory of which as much is in use as a test says: of 100 bytes none, until then.</summary>
internal sealed class FakeMemoryMeter : IMemoryMeter
{
    private long _percent;
    private int _readings;

    public long Percent
    {
        get => Volatile.Read(ref _percent);
        set => Volatile.Write(ref _percent, value);
    }

    public int Readings => Volatile.Read(ref _readings);

    public MemoryUse Read()
    {
        Interlocked.Increment(ref _readings);
        return new MemoryUse(Percent, 100);
    }
}
