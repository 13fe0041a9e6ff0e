using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sessions;

/// <summary>A publisher who was let in and then sends far more than anybody needs.</summary>
public class PeerSessionFloodTests
{
    private const int Limit = 4_000_000;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void TwentyTimesItsRate_EndsThatPublisherInWords()
    {
        using var pair = new PeerPair(options: PeerPair.Options() with { ReceiveLimit = Limit });
        Assert.True(pair.Connect(Second));
        pair.Run(10 * Second);
        Assert.Null(pair.Closed);

        long before = pair.Session.Statistics.BytesReceived;
        pair.Publisher.PictureBytes *= 20;
        Assert.True(pair.RunUntil(() => pair.Closed is not null, 10 * Second));

        Assert.Equal(PeerEndReason.TooMuch, pair.Closed!.Reason);
        Assert.Equal("The publisher sends more than 4 Mbit/s.", pair.Closed.Detail);
        Assert.InRange(pair.Session.Statistics.BytesReceived - before, Limit / 8, 2 * Limit / 8 * 3);
        Assert.True(pair.RunUntil(() => pair.Publisher.IsClosedByPeer, Second), "the publisher is told");
    }

    [Fact]
    public void KeyframesFarAboveTheRate_PassWhenTheAverageIsBelow()
    {
        using var pair = new PeerPair(options: PeerPair.Options() with { ReceiveLimit = Limit });
        Assert.True(pair.Connect(Second));
        for (int keyframe = 0; keyframe < 20; keyframe++)
        {
            pair.Publisher.PictureBytes = 40_000; // A keyframe has four times as many: a third of a second of the limit.
            pair.Session.RequestKeyframe(pair.Now);
            pair.Drain();
            pair.Run(0.1 * Second);
            pair.Publisher.PictureBytes = 2500;
            pair.Run(1.9 * Second);
        }

        Assert.Null(pair.Closed);
    }

    [Fact]
    public void ForgedFloodFromItsAddress_CountsForNothing()
    {
        using var pair = new PeerPair(options: PeerPair.Options() with { ReceiveLimit = Limit });
        Assert.True(pair.Connect(Second));
        byte[] forged = [0x80, 102, .. new byte[1200]];
        for (int i = 0; i < 5000; i++)
        {
            pair.Inject(pair.Publisher.Path, [.. forged]);
        }

        pair.Run(Second);
        Assert.Null(pair.Closed);
        Assert.Equal(pair.Publisher.AccessUnits.Take(pair.Pictures.Count), pair.Pictures.Select(frame => frame.Payload));
        Assert.InRange(pair.Pictures.Count, pair.Publisher.AccessUnits.Count - 2, pair.Publisher.AccessUnits.Count);
    }
}
