using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

/// <summary>Whole minutes of media over bad links, in virtual time; what comes out is compared byte for byte.</summary>
public sealed class LossTests
{
    private const int Minute = 1800;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void TwoPercentLossAndFivePercentReordering_IsRepairedCompletely(int seed)
    {
        using var publisher = new LossyPublisher(seed, retransmits: true) { Loss = 0.02, Reordering = 0.05 };

        publisher.Run(Minute);

        Assert.InRange(publisher.PacketsLost, 150, 1000);
        Assert.Equal(Minute, publisher.Received.Count);
        Assert.Equal(publisher.Sent.OrderBy(pair => pair.Key).Select(pair => pair.Value), publisher.Received.Select(frame => frame.Payload));
        Assert.Equal(0, publisher.KeyframesAsked);
        TrackStatistics statistics = publisher.Receiver.Statistics.Tracks[0];
        Assert.Equal((0, 0), (statistics.LostPackets, statistics.DroppedFrames));
        Assert.InRange(statistics.RepairedPackets, 100, 1000);
        Assert.InRange(statistics.NackedPackets, publisher.PacketsLost / 2, publisher.PacketsLost * 3 / 2);
        Assert.InRange(statistics.RoundTripTime!.Value.TotalMilliseconds, 30, 70);
    }

    [Theory]
    [InlineData(4, 0.02)]
    [InlineData(5, 0.05)]
    public void LossWithoutRetransmission_DropsToTheNextKeyframe(int seed, double loss)
    {
        using var publisher = new LossyPublisher(seed, retransmits: false) { Loss = loss, Reordering = 0.05 };

        publisher.Run(Minute);

        CheckDecodable(publisher);
        Assert.InRange(publisher.Received.Count, Minute / 20, Minute - 1);
        Assert.InRange(publisher.KeyframesAsked, 10, Minute / 5);
    }

    // RELIABILITY 3.1: loss 5 % at a round trip of 100 ms, 10 % at 200 ms.
    [Theory]
    [InlineData(6, 0.05, 100, 0.97)]
    [InlineData(7, 0.10, 200, 0.80)]
    public void HeavyLoss_IsMostlyRepaired(int seed, double loss, int roundTrip, double delivered)
    {
        using var publisher = new LossyPublisher(seed, retransmits: true, roundTrip) { Loss = loss, Reordering = 0.05 };

        publisher.Run(Minute);

        CheckDecodable(publisher);
        Assert.InRange(publisher.Received.Count, (int)(delivered * Minute), Minute);
    }

    [Fact]
    public void HalfOfAllPacketsLost_NeverGivesACorruptPicture()
    {
        using var publisher = new LossyPublisher(8, retransmits: true) { Loss = 0.5, Reordering = 0.1 };

        publisher.Run(Minute);

        CheckDecodable(publisher);
    }

    /// <summary>Each picture is one that was sent, and its reference, the picture before, came too unless it is a keyframe.</summary>
    private static void CheckDecodable(LossyPublisher publisher)
    {
        Dictionary<string, int> order = publisher.Sent.OrderBy(pair => pair.Key)
            .Select((pair, index) => (Key: Convert.ToHexString(pair.Value), index))
            .ToDictionary(pair => pair.Key, pair => pair.index);
        int last = -2;
        long lastStamp = -1;
        foreach ((MediaGateway.Media.Frames.MediaTime time, bool isKeyframe, byte[] payload, _) in publisher.Received)
        {
            Assert.True(order.TryGetValue(Convert.ToHexString(payload), out int index), "a picture that was never sent");
            Assert.True(isKeyframe || index == last + 1, "a picture whose reference is missing");
            Assert.True(time.Value > lastStamp);
            (last, lastStamp) = (index, time.Value);
        }
    }
}
