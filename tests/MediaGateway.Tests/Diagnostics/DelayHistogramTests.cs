using MediaGateway.Diagnostics;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Diagnostics;

public class DelayHistogramTests
{
    private readonly DelayHistogram _histogram = new();

    [Fact]
    public void Nothing_IsZero() => Assert.Equal(new DelaySummary(0, 0, 0, 0, 0), _histogram.Summarize());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(1_000)]
    [InlineData(4_999)]
    [InlineData(1L << 39)]
    public void OneDelay_IsEveryFigureExactly(long microseconds)
    {
        _histogram.Record(TimeSpan.FromMicroseconds(microseconds));
        double milliseconds = microseconds / 1000.0;
        Assert.Equal(new DelaySummary(1, milliseconds, milliseconds, milliseconds, milliseconds), _histogram.Summarize());
    }

    [Fact]
    public void ManyDelays_PercentilesAreWithinSixPercent()
    {
        for (int value = 1; value <= 100_000; value++)
        {
            _histogram.Record(TimeSpan.FromMicroseconds(value));
        }

        DelaySummary summary = _histogram.Summarize();
        Assert.Equal(100_000, summary.Count);
        Assert.InRange(summary.P50Milliseconds, 50, 50 * 1.0625);
        Assert.InRange(summary.P95Milliseconds, 95, 100);
        Assert.InRange(summary.P99Milliseconds, 99, 100);
        Assert.Equal(100, summary.MaximumMilliseconds);
    }

    [Fact]
    public void NegativeAndEndlessDelays_CountAsTheEnds()
    {
        _histogram.Record(TimeSpan.FromSeconds(-1));
        Assert.Equal(0, _histogram.Summarize().MaximumMilliseconds);
        _histogram.Record(TimeSpan.MaxValue);
        Assert.Equal(2, _histogram.Summarize().Count);
    }

    [Fact]
    public void Recording_AllocatesNothing()
    {
        int value = 0;
        Assert.Equal(0, Allocation.Of(10_000, () => _histogram.Record(TimeSpan.FromMicroseconds(value++))));
    }
}
