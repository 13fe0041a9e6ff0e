using MediaGateway.WebRtc.Congestion;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Congestion;

public sealed class RateMeterTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(500);

    [Fact]
    public void BytesOfBeforeTheTimeBegan_CountAsItsFirst()
    {
        var meter = new RateMeter();
        meter.Add(TimeSpan.FromMilliseconds(-1500), 1000);
        meter.Add(TimeSpan.FromMilliseconds(-20), 1000);
        meter.Add(Window, 5000);

        Assert.Equal(2000 * 8 / Window.TotalSeconds, meter.BitsPerSecond(Window));
    }

    [Fact]
    public void SteadyBytes_GiveTheirRate()
    {
        var meter = new RateMeter();
        for (int millisecond = 0; millisecond <= 2000; millisecond += 5)
        {
            meter.Add(TimeSpan.FromMilliseconds(millisecond), 625);
        }

        Assert.Equal(1_000_000, meter.BitsPerSecond(Window));
    }
}
