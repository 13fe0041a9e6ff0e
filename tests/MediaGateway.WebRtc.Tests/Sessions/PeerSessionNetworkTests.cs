using MediaGateway.Media.Frames;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtp;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sessions;

public class PeerSessionNetworkTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void TwoPercentLossAndFivePercentReordering_AreRepaired(int seed)
    {
        using PeerPair pair = Run(seed, 60 * Second, new LinkConditions
        {
            Loss = 0.02,
            Reordering = 0.05,
            Delay = TimeSpan.FromMilliseconds(25),
        });
        AssertNoCorruptPicture(pair);
        TrackStatistics video = pair.Session.Statistics.Receiver!.Tracks[0];
        long lost = video.RepairedPackets + video.LostPackets;
        Assert.True(lost > 80, "something was lost");
        Assert.True(video.RepairedPackets >= 0.995 * lost, $"{video.RepairedPackets} of {lost} were repaired");
        Assert.InRange(pair.Pictures.Count, pair.Publisher.AccessUnits.Count * 0.995, pair.Publisher.AccessUnits.Count);
        TimeSpan roundTrip = pair.Session.Statistics.RoundTripTime!.Value;
        Assert.InRange(roundTrip, TimeSpan.FromMilliseconds(45), TimeSpan.FromMilliseconds(75));
    }

    [Theory]
    [InlineData(0.05, 50, 0.97)]
    [InlineData(0.10, 100, 0.80)]
    public void HeavyLoss_NeverLetsACorruptPictureThrough(double loss, int delay, double share)
    {
        using PeerPair pair = Run(5, 60 * Second, new LinkConditions { Loss = loss, Delay = TimeSpan.FromMilliseconds(delay) });
        AssertNoCorruptPicture(pair);
        Assert.True(
            pair.Pictures.Count >= share * pair.Publisher.AccessUnits.Count,
            $"{pair.Pictures.Count} of {pair.Publisher.AccessUnits.Count}");
        Assert.Null(pair.Closed);
    }

    [Fact]
    public void Duplicates_HaveNoEffect()
    {
        using PeerPair pair = Run(6, 20 * Second, new LinkConditions { Duplication = 0.05 });
        Assert.Equal(pair.Publisher.AccessUnits.Take(pair.Pictures.Count), pair.Pictures.Select(frame => frame.Payload));
        Assert.InRange(pair.Pictures.Count, pair.Publisher.AccessUnits.Count - 1, pair.Publisher.AccessUnits.Count);
        Assert.True(pair.Session.Statistics.PacketsReplayed > 50);
        Assert.Equal(0, pair.Publisher.KeyframeRequests);
    }

    [Fact]
    public void FlippedBits_AreLikeLoss()
    {
        using PeerPair pair = Run(7, 30 * Second, new LinkConditions { Corruption = 0.01 });
        AssertNoCorruptPicture(pair);
        Assert.Null(pair.Closed);
        Assert.True(pair.Session.Statistics.PacketsNotAuthentic > 20);
        Assert.True(pair.Pictures.Count >= 0.98 * pair.Publisher.AccessUnits.Count);
    }

    [Fact]
    public void Reordering_LosesNothingAndAsksForNoKeyframe()
    {
        using PeerPair pair = Run(8, 30 * Second, new LinkConditions { Reordering = 0.05, ReorderingDelay = TimeSpan.FromMilliseconds(5) });
        Assert.Equal(pair.Publisher.AccessUnits.Take(pair.Pictures.Count), pair.Pictures.Select(frame => frame.Payload));
        Assert.InRange(pair.Pictures.Count, pair.Publisher.AccessUnits.Count - 2, pair.Publisher.AccessUnits.Count);
        Assert.Equal(0, pair.Publisher.KeyframeRequests);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(10)]
    public void Outage_IsFollowedByACleanPictureWithinASecond(double seconds)
    {
        using PeerPair pair = Run(9, 5 * Second, new LinkConditions());
        pair.SetNetwork(new LinkConditions { Loss = 1 });
        pair.Run(seconds * Second);
        pair.SetNetwork(new LinkConditions());
        TimeSpan end = pair.Now;
        int before = pair.Pictures.Count;
        Assert.True(pair.RunUntil(() => pair.Pictures.Skip(before).Any(frame => frame.At > end), Second));
        pair.Run(5 * Second);
        AssertNoCorruptPicture(pair);
        Assert.True(pair.Pictures.Zip(pair.Pictures.Skip(1)).All(two => two.First.Presentation.Value < two.Second.Presentation.Value));
    }

    [Fact]
    public void MovedPeer_GoesOnOverItsNewAddress()
    {
        using PeerPair pair = Run(10, 5 * Second, new LinkConditions());
        TransportPath old = pair.Publisher.Path;
        pair.Publisher.Move(PeerPair.Address("192.0.2.77:51000"), pair.Now);
        TimeSpan movedAt = pair.Now;
        pair.Run(5 * Second);

        Assert.Equal(pair.Publisher.Path, pair.Session.Statistics.SelectedPath);
        Assert.Contains(new PeerEvent.PathAdded(pair.Publisher.Path), pair.Events);
        TimeSpan gap = pair.Pictures.First(frame => frame.At > movedAt + (0.05 * Second)).At - pair.Pictures.Last(frame => frame.At <= movedAt).At;
        Assert.InRange(gap, TimeSpan.Zero, 0.5 * Second);
        AssertNoCorruptPicture(pair);
        pair.Run(31 * Second);
        Assert.Contains(new PeerEvent.PathRemoved(old), pair.Events);
        Assert.Null(pair.Closed);
    }

    [Fact]
    public void NatThatRebindsEveryThirtySeconds_IsFollowed()
    {
        using PeerPair pair = Run(11, 5 * Second, new LinkConditions());
        for (int move = 0; move < 20; move++)
        {
            pair.Publisher.Move(PeerPair.Address($"192.0.2.77:{51000 + move}"), pair.Now);
            pair.Run(30 * Second);
            Assert.Equal(pair.Publisher.Path, pair.Session.Statistics.SelectedPath);
        }

        Assert.Null(pair.Closed);
        AssertNoCorruptPicture(pair);
        Assert.True(pair.Pictures.Count >= 0.98 * pair.Publisher.AccessUnits.Count);
    }

    [Fact]
    public void RequestedKeyframe_Comes()
    {
        using PeerPair pair = Run(12, 5 * Second, new LinkConditions());
        int keyframes = pair.Pictures.Count(frame => frame.IsKeyframe);
        pair.Session.RequestKeyframe(pair.Now);
        pair.Drain();
        pair.Run(Second);
        Assert.Equal(keyframes + 1, pair.Pictures.Count(frame => frame.IsKeyframe));
    }

    private static PeerPair Run(int seed, TimeSpan duration, LinkConditions conditions)
    {
        var pair = new PeerPair(seed);
        pair.SetNetwork(conditions);
        Assert.True(pair.Connect(10 * Second));
        pair.Run(duration);
        return pair;
    }

    /// <summary>Every picture is one that was sent, in order; and after one that is missing the next is a keyframe.</summary>
    private static void AssertNoCorruptPicture(PeerPair pair)
    {
        int next = 0;
        foreach (TakenFrame picture in pair.Frames.Where(frame => frame.Kind == TrackKind.Video))
        {
            int index = next;
            while (index < pair.Publisher.AccessUnits.Count && !pair.Publisher.AccessUnits[index].AsSpan().SequenceEqual(picture.Payload))
            {
                index++;
            }

            Assert.True(index < pair.Publisher.AccessUnits.Count, "a picture that was never sent, or out of order");
            Assert.True(index == next || picture.IsKeyframe, $"picture {index} came without {next}");
            next = index + 1;
        }
    }
}
