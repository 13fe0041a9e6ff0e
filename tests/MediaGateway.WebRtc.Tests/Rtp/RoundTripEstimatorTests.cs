using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

public class RoundTripEstimatorTests
{
    private static readonly TimeSpan Initial = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void NothingMeasured_IsTheInitialValue()
    {
        var estimator = new RoundTripEstimator(Initial);
        Assert.Equal(Initial, estimator.Value);
        Assert.Null(estimator.Measured);
    }

    [Fact]
    public void Measurements_AreSmoothed()
    {
        var estimator = new RoundTripEstimator(Initial);
        estimator.Add(TimeSpan.FromMilliseconds(40));
        estimator.Add(TimeSpan.FromMilliseconds(48));
        Assert.Equal(TimeSpan.FromMilliseconds(41), estimator.Value);
    }

    [Fact]
    public void ReorderedPackets_DoNotCount()
    {
        var estimator = new RoundTripEstimator(Initial, minimum: TimeSpan.FromMilliseconds(25));
        for (int i = 0; i < 1000; i++)
        {
            estimator.Add(TimeSpan.FromMilliseconds(i % 10 == 0 ? 50 : 10));
        }

        Assert.Equal(TimeSpan.FromMilliseconds(50), estimator.Value);
    }

    [Fact]
    public void MinimumThatWasTooHigh_GivesWay()
    {
        var estimator = new RoundTripEstimator(Initial, minimum: TimeSpan.FromMilliseconds(50));
        for (int i = 0; i < 6 * RoundTripEstimator.ConvincingRun; i++)
        {
            estimator.Add(TimeSpan.FromMilliseconds(3));
        }

        Assert.Equal(TimeSpan.FromMilliseconds(3), estimator.Value);
    }

    [Fact]
    public void RepairThatCameTooLate_TheRoundTripIsAtLeastTheTimeSinceTheLastRequest()
    {
        var estimator = new RoundTripEstimator(TimeSpan.FromMilliseconds(2));
        estimator.AddLate(TimeSpan.FromMilliseconds(80), TimeSpan.FromMilliseconds(200));
        Assert.Equal(TimeSpan.FromMilliseconds(80), estimator.Value);
    }

    [Fact]
    public void RepairsAfterManyRequests_TheSmallestTimeSinceTheFirstIsTheRoundTrip()
    {
        var estimator = new RoundTripEstimator(TimeSpan.FromMilliseconds(2));
        foreach (int sinceFirst in (int[])[220, 240, 200, 400, 220, 240, 260, 220])
        {
            estimator.Add(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(sinceFirst));
        }

        Assert.Equal(TimeSpan.FromMilliseconds(200), estimator.Value);
    }

    [Fact]
    public void RepairThatWasHeldUp_DoesNotRaiseTheEstimateWithoutBound()
    {
        var estimator = new RoundTripEstimator(TimeSpan.FromMilliseconds(20));
        estimator.AddLate(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6));
        Assert.Equal(TimeSpan.FromSeconds(1), estimator.Value);
        for (int i = 0; i < 30; i++)
        {
            estimator.Add(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20));
        }

        Assert.InRange(estimator.Value.TotalMilliseconds, 20, 40);
    }
}
