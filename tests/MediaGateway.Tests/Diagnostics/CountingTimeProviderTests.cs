using MediaGateway.Diagnostics;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Diagnostics;

public sealed class CountingTimeProviderTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly ResourceLedger _ledger = new();
    private readonly CountingTimeProvider _counting;

    public CountingTimeProviderTests() => _counting = new CountingTimeProvider(_time, _ledger);

    private long Timers => _ledger.Count(ResourceKind.Timer) + _ledger.Count(ResourceKind.PeriodicTimer);

    [Fact]
    public async Task Timer_CountsUntilItIsDisposedOfOnceOrMoreOften()
    {
        int fired = 0;
        ITimer first = _counting.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        ITimer second = _counting.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Assert.Equal((1L, 1L), (_ledger.Count(ResourceKind.Timer), _ledger.Count(ResourceKind.PeriodicTimer)));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal((3, 2L), (fired, Timers));
        first.Dispose();
        first.Dispose();
        await first.DisposeAsync();
        Assert.Equal(1, Timers);
        await second.DisposeAsync();
        Assert.Equal(0, Timers);
    }

    [Fact]
    public async Task WaitsWithALimit_CountForAsLongAsTheyLast()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(1), _counting);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), _counting);
        using var period = new PeriodicTimer(TimeSpan.FromSeconds(1), _counting);
        Assert.Equal(3, Timers);
        _time.Advance(TimeSpan.FromSeconds(2));
        await delay;
        limit.Dispose();
        period.Dispose();
        Assert.Equal(0, Timers);
    }

    [Fact]
    public void Time_IsTheOtherProviders()
    {
        _time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(_time.GetUtcNow(), _counting.GetUtcNow());
        Assert.Equal((_time.GetTimestamp(), _time.TimestampFrequency), (_counting.GetTimestamp(), _counting.TimestampFrequency));
        Assert.Equal(_time.LocalTimeZone, _counting.LocalTimeZone);
    }

    [Fact]
    public void TimerThatNobodyDisposes_IsNamed()
    {
        using var buffers = new TrackingBufferPool();
        var held = new HeldResources(_ledger, buffers);
        Assert.Empty(held.Differences);
        ITimer forgotten = _counting.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Assert.Equal(["timer 0 -> 1"], held.Differences);
        forgotten.Dispose();
    }

    [Fact]
    public void EveryKind_HasAName()
    {
        string[] names = [.. _ledger.Snapshot().Select(pair => pair.Key)];
        Assert.Equal(names.Length, names.Distinct(StringComparer.Ordinal).Count());
        Assert.Contains("rtmp_connection", names);
        Assert.Contains("native.opus_decoder", names);
        Assert.Contains("native.ssl", names);
    }
}
