using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtp;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sessions;

public class PeerSessionSendingTests
{
    private static readonly TimeSpan PictureInterval = TimeSpan.FromTicks(TimeSpan.TicksPerSecond / 30);
    private static readonly TimeSpan SoundInterval = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void Frames_ArriveAsTheyWere()
    {
        using var pool = new TrackingBufferPool();
        using var pair = new ViewerPair(pool: pool);
        pair.Connect();
        List<byte[]> expected = [];
        Stream(pair, seconds: 4, expected);
        pair.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(expected, pair.Viewer.Pictures.Select(picture => picture.Payload));
        Assert.Equal(200, pair.Viewer.Frames.Count(frame => frame.Kind == TrackKind.Audio));
        Assert.Equal(0, pair.Session.Statistics.Sender!.DroppedPictures);
        Assert.All(pair.SentTo, path => Assert.Equal(pair.Viewer.Path, path));
    }

    [Fact]
    public void ArrivalsAreOffered_PicturesAreNumberedOneByOne()
    {
        using var pair = new ViewerPair(offer: TestViewer.Offer(offersArrivals: true));
        pair.Connect();
        Stream(pair, seconds: 2, []);
        pair.Run(TimeSpan.FromSeconds(3));
        int[] numbers = [.. pair.Viewer.Packets.Where(packet => packet.Ssrc == pair.Viewer.Ssrcs[0]).Select(TransportSequenceOf)];
        Assert.Equal(Enumerable.Range(0, numbers.Length), numbers.Select(number => (number - numbers[0]) & 0xFFFF));
    }

    [Fact]
    public void Reports_PutBothTracksOnOneClock()
    {
        using var pair = new ViewerPair();
        pair.Connect();
        Stream(pair, seconds: 4, []);
        pair.Run(TimeSpan.FromSeconds(5));
        uint video = pair.Viewer.Ssrcs[0];
        uint audio = pair.Viewer.Ssrcs[2];

        // The reports of one instant, as a player reads them: the same stream time for both tracks.
        ViewedPacket firstPicture = pair.Viewer.Packets.First(packet => packet.Ssrc == video);
        ViewedPacket firstSound = pair.Viewer.Packets.First(packet => packet.Ssrc == audio);
        foreach (IGrouping<ulong, ViewedReport> instant in pair.Viewer.Reports.GroupBy(report => report.NtpTime).Where(group => group.Count() == 2))
        {
            double picture = unchecked((int)(instant.Single(report => report.Ssrc == video).RtpTime - firstPicture.Timestamp)) / 90_000.0;
            double sound = unchecked((int)(instant.Single(report => report.Ssrc == audio).RtpTime - firstSound.Timestamp)) / 48_000.0;
            Assert.Equal(picture, sound, 0.0005);
        }

        Assert.InRange(pair.Viewer.Reports.Count(report => report.Ssrc == video), 4, 7);
        Assert.InRange(pair.Viewer.Statistics!.AudioVideoError!.Value.TotalMilliseconds, -1, 1);
    }

    [Theory]
    [InlineData(0.05, true)]
    [InlineData(0.10, true)]
    [InlineData(0.05, false)]
    public void LostPackets_AreRepaired(double loss, bool hasRepair)
    {
        using var pair = new ViewerPair(seed: 11, hasRepair: hasRepair);
        pair.Connect();
        pair.SetNetwork(new LinkConditions { Loss = loss, Delay = TimeSpan.FromMilliseconds(20) });
        Stream(pair, seconds: 10, []);
        pair.Run(TimeSpan.FromSeconds(12));

        double shown = pair.Viewer.Pictures.Count / 300.0;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{shown:P1} of the pictures, {pair.Session.Statistics.Sender!.RetransmittedPackets} packets again");
        Assert.InRange(pair.Session.Statistics.Sender!.RetransmittedPackets, 20, 2000);
        Assert.InRange(shown, 0.9, 1);
    }

    [Fact]
    public void Media_NeverLeavesTheSelectedPairThoughOthersSendFromElsewhere()
    {
        using var pair = new ViewerPair();
        pair.Connect();
        var attacker = new TransportPath(PeerPair.Address("203.0.113.66:6666"), PeerPair.GatewayAddress);
        Stream(pair, seconds: 2, []);
        for (int i = 0; i < 20; i++)
        {
            pair.At(pair.Now + (PictureInterval * i), () =>
            {
                pair.Inject(attacker, [0x80, 0xC9, 0, 1, 0, 0, 0, 77, .. new byte[20]]);
                pair.Inject(attacker, [0x80, 102, 0, 1, .. new byte[40]]);
                pair.Inject(attacker, [0x16, 0xFE, 0xFD, .. new byte[40]]);
            });
        }

        pair.Run(TimeSpan.FromSeconds(2));
        Assert.NotEmpty(pair.Viewer.Pictures);
        Assert.DoesNotContain(attacker, pair.SentTo);
    }

    [Fact]
    public void ViewerThatMoves_IsFollowedByItsAuthenticatedCheckOnly()
    {
        using var pair = new ViewerPair();
        pair.Connect();
        Stream(pair, seconds: 4, []);
        pair.Run(TimeSpan.FromSeconds(1));
        pair.Viewer.Move(PeerPair.Address("192.0.2.99:50000"), pair.Now);
        pair.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(pair.Viewer.Path, pair.SentTo[^1]);
        Assert.InRange(pair.Viewer.Pictures.Count, 110, 120);
    }

    [Fact]
    public void SilentViewer_IsSentNothingAfterItsConsentHasExpired()
    {
        using var pair = new ViewerPair();
        pair.Connect();
        Stream(pair, seconds: 40, []);
        pair.Viewer.SendsChecks = false;
        pair.Viewer.SendsRtcp = false;
        pair.Run(TimeSpan.FromSeconds(31));
        Assert.Equal(PeerState.Closed, pair.Session.State);
        Assert.Equal(PeerEndReason.ConsentExpired, pair.Events.OfType<PeerEvent.Closed>().Single().Reason);
        int sent = pair.SentTo.Count;
        pair.Run(TimeSpan.FromSeconds(8));
        Assert.Equal(sent, pair.SentTo.Count);
    }

    [Fact]
    public void Close_SaysGoodbye()
    {
        using var pair = new ViewerPair();
        pair.Connect();
        Stream(pair, seconds: 1, []);
        pair.Run(TimeSpan.FromSeconds(1));
        pair.Session.Close(pair.Now);
        pair.Drain();
        pair.Run(TimeSpan.FromMilliseconds(100));
        Assert.True(pair.Viewer.HasGoodbye);
    }

    [Fact]
    public void RequestOfTheViewer_ReachesTheStream()
    {
        using var pair = new ViewerPair();
        pair.Connect();
        Stream(pair, seconds: 1, []);
        pair.Run(TimeSpan.FromMilliseconds(500));
        Assert.Equal(0, pair.KeyframesWanted);
        pair.Viewer.RequestKeyframe(pair.Now);
        pair.Drain();
        pair.Run(TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, pair.KeyframesWanted);
    }

    [Fact]
    public void FramesBeforeTheConnection_HaveNoEffect()
    {
        using var pair = new ViewerPair();
        pair.Send(pair.Picture(1, TimeSpan.FromSeconds(1), isKeyframe: true, 100, pair.Now));
        Assert.Empty(pair.SentTo);
        pair.Connect();
        Assert.Empty(pair.Viewer.Packets);
    }

    private static int TransportSequenceOf(ViewedPacket packet)
    {
        Assert.True(RtpPacket.TryParse(packet.Bytes, out RtpPacket parsed));
        Assert.True(parsed.Extensions.TryFind(3, out ReadOnlySpan<byte> value));
        return BinaryPrimitives.ReadUInt16BigEndian(value);
    }

    /// <summary>Has a stream with a keyframe each second sent, from now on.</summary>
    private static void Stream(ViewerPair pair, int seconds, List<byte[]> expected)
    {
        TimeSpan start = pair.Now + TimeSpan.FromMilliseconds(1);
        TimeSpan epoch = TimeSpan.FromSeconds(100);
        for (int i = 0; i < seconds * 30; i++)
        {
            int number = i;
            bool isKeyframe = i % 30 == 0;
            int bytes = isKeyframe ? 20_000 : 5_000;
            expected.Add(TestMedia.AccessUnit(TestMedia.Slice(number, isKeyframe, bytes), isKeyframe));
            TimeSpan at = PictureInterval * i;
            pair.At(start + at, () => pair.Send(pair.Picture(number, epoch + at, isKeyframe, bytes, pair.Now)));
        }

        for (int i = 0; i < seconds * 50; i++)
        {
            TimeSpan at = SoundInterval * i;
            pair.At(start + at, () => pair.Send(pair.Frame(ViewerPair.AudioFormat, epoch + at, true, [0xFC, 1, 2, 3, 4], pair.Now)));
        }
    }
}
