using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

public sealed class ClockTests
{
    private const long Second = TimeSpan.TicksPerSecond;
    private const long Millisecond = TimeSpan.TicksPerMillisecond;

    [Fact]
    public void ArrivalClock_ForgetsAfterTwentySeconds()
    {
        var clock = new ArrivalClock();
        Assert.False(clock.HasValue);
        clock.Observe(100, TimeSpan.FromSeconds(1000.5));
        for (int second = 1001; second < 1020; second++)
        {
            clock.Observe(500 + second, TimeSpan.FromSeconds(second));
        }

        Assert.Equal(100, clock.Value);
        clock.Observe(9000, TimeSpan.FromSeconds(1020));
        Assert.Equal(500 + 1001, clock.Value);
    }

    [Fact]
    public void ArrivalClockAfterALongSilence_StartsAnew()
    {
        var clock = new ArrivalClock();
        clock.Observe(100, TimeSpan.FromSeconds(10));

        clock.Observe(5000, TimeSpan.FromSeconds(100));

        Assert.Equal(5000, clock.Value);
    }

    [Fact]
    public void SenderClock_ReadsADriftingLineAtItsEnd()
    {
        var clock = new SenderClock();
        for (int i = 0; i <= 30; i++)
        {
            clock.Observe(i * Second, (i * Second) - (long)(i * Second * 0.0002));
        }

        Assert.Equal(30 * Second * 0.0002, clock.Value, 0.05 * Millisecond);
    }

    [Fact]
    public void SenderClock_AveragesNoise()
    {
        var clock = new SenderClock();
        var random = new Random(1);
        for (int i = 0; i <= 30; i++)
        {
            clock.Observe(i * Second, (i * Second) - 7 - (long)((random.NextDouble() - 0.5) * 20 * Millisecond));
        }

        Assert.InRange(Math.Abs(clock.Value - 7), 0, 8 * Millisecond);
    }

    [Fact]
    public void SenderClock_BelievesThreeStrangersThatAgree()
    {
        var clock = new SenderClock();
        clock.Observe(0, 0);
        clock.Observe(11 * Second, 1 * Second);
        clock.Observe(12 * Second, 2 * Second);
        Assert.Equal(0, clock.Value);

        clock.Observe(13 * Second, 3 * Second);

        Assert.Equal(10 * Second, clock.Value);
    }

    [Fact]
    public void SenderClock_DoesNotBelieveStrangersThatDisagree()
    {
        var clock = new SenderClock();
        clock.Observe(0, 0);
        for (int i = 1; i < 50; i++)
        {
            clock.Observe((i * Second) + (i % 2 == 0 ? 10 : -10) * Second, i * Second);
        }

        Assert.Equal(0, clock.Value);
    }

    // RFC 3550 6.4.1: a packet 5 ms late after one in time moves the estimate by a sixteenth of the difference, and the next by as much.
    [Fact]
    public void Jitter_IsSmoothedBySixteenths()
    {
        var source = new ReceiveSource(1, 48_000);
        double[] arrivals = [0, 20, 45, 60];
        for (int i = 0; i < arrivals.Length; i++)
        {
            Assert.True(RtpPacket.TryParse(RtpBytes.Packet(111, i, i * 960, 1, false, [1]), out RtpPacket packet));
            source.Receive(packet, TimeSpan.FromMilliseconds(arrivals[i]), out _, out _);
        }

        Assert.Equal((5 / 16.0 * 15 / 16.0) + (5 / 16.0), source.Jitter.TotalMilliseconds, 0.001);
    }
}
