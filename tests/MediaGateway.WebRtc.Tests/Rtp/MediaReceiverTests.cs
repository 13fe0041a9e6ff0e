using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

public sealed class MediaReceiverTests
{
    private static readonly byte[] Opus = [0x78, 1, 2];
    private static readonly byte[] Keyframe =
        [0x78, 0, 22, .. Convert.FromHexString("6742C01FDA014016E84000000300400000F023C60CA8"), 0, 4, 0x68, 0xCE, 0x3C, 0x80, 0, 4, 0x65, 0x88, 0x84, 1];

    private static readonly byte[] Picture = [0x41, 0x9A, 0x24, 7];

    [Fact]
    public void FirstOpusPacket_LeavesAtOnceAtTheEpoch()
    {
        using var bench = new ReceiverBench();

        bench.SendAudio(5, 1000, Opus);

        RecordedFrame frame = Assert.Single(bench.Frames);
        Assert.Equal(new MediaTime(48_000, 48_000), frame.Presentation);
        Assert.Equal(Opus, frame.Payload);
        Assert.Equal(new OpusFormat(2), frame.Format);
        Assert.Equal((bench.Now, bench.Now), (frame.ReceivedAt, frame.LeftAt));
    }

    [Fact]
    public void PacketsInOrder_NeverWait()
    {
        using var bench = new ReceiverBench();
        for (int i = 0; i < 1000; i++)
        {
            bench.SendAudio(65_000 + i, 0xFFFF_0000L + (i * 960L), Opus);
            bench.Advance(20);
        }

        Assert.Equal(1000, bench.Frames.Count);
        Assert.All(bench.Frames, frame => Assert.Equal(frame.ReceivedAt, frame.LeftAt));
        Assert.All(bench.Frames.Zip(bench.Frames.Skip(1)), pair => Assert.Equal(960, pair.Second.Presentation.Value - pair.First.Presentation.Value));
    }

    [Fact]
    public void EmptyOpusPayload_IsIgnored()
    {
        using var bench = new ReceiverBench();
        bench.SendAudio(0, 0, Opus);
        bench.Advance(40);
        bench.SendAudio(1, 960, []);
        bench.SendAudio(2, 1920, Opus);

        Assert.Equal([0, 1920], bench.Frames.Select(frame => frame.Presentation.Value - 48_000));
        Assert.Equal(0, bench.Statistics(TrackKind.Audio).MalformedPackets);
    }

    [Fact]
    public void SwappedOpusPackets_LeaveInOrder()
    {
        using var bench = new ReceiverBench();
        bench.SendAudio(0, 0, Opus);
        bench.Advance(40);
        bench.SendAudio(2, 1920, Opus);
        Assert.Single(bench.Frames);

        bench.Advance(10);
        bench.SendAudio(1, 960, Opus);

        Assert.Equal([0, 960, 1920], bench.Frames.Select(frame => frame.Presentation.Value - 48_000));
        Assert.Equal(0, bench.Statistics(TrackKind.Audio).LostPackets);
    }

    [Fact]
    public void MissingOpusPacket_IsWaitedForFortyMilliseconds()
    {
        using var bench = new ReceiverBench();
        bench.SendAudio(0, 0, Opus);
        bench.Advance(40);
        bench.SendAudio(2, 1920, Opus);

        bench.Advance(39);
        Assert.Single(bench.Frames);
        bench.Advance(1);

        Assert.Equal([0, 1920], bench.Frames.Select(frame => frame.Presentation.Value - 48_000));
        bench.SendAudio(1, 960, Opus);
        Assert.Equal(2, bench.Frames.Count);
        Assert.Equal((1, 1), (bench.Statistics(TrackKind.Audio).LostPackets, bench.Statistics(TrackKind.Audio).LatePackets));
        Assert.Equal(0, bench.Count("NACK"));
    }

    [Fact]
    public void DuplicatedPackets_HaveNoEffect()
    {
        using var bench = new ReceiverBench();
        for (int i = 0; i < 20; i++)
        {
            bench.SendAudio(i, i * 960, Opus);
            bench.SendAudio(i, i * 960, Opus);
            bench.SendAudio(i - 1, (i - 1) * 960, Opus);
            bench.Advance(20);
        }

        Assert.Equal(20, bench.Frames.Count);
        Assert.Equal(40, bench.Statistics(TrackKind.Audio).LatePackets);
    }

    [Fact]
    public void MissingVideoPacket_IsRequestedSoonAndAgainUntilItComes()
    {
        using var bench = new ReceiverBench();
        bench.SendVideo(0, 0, true, Keyframe);
        bench.SendVideo(2, 3000, true, Picture);
        TimeSpan gap = bench.Now;
        Assert.Equal(0, bench.Count("NACK"));

        bench.Advance(5);
        RecordedFeedback first = Assert.Single(bench.Feedback, feedback => feedback.Name == "NACK");
        Assert.Equal((1, ReceiverBench.VideoSsrc, gap + TimeSpan.FromMilliseconds(5)), (first.Value, first.Ssrc, first.At));

        bench.Advance(109);
        Assert.Equal(1, bench.Count("NACK"));
        bench.Advance(1);
        Assert.Equal(2, bench.Count("NACK"));

        bench.SendVideo(1, 1500, true, Picture);
        Assert.Equal(3, bench.Frames.Count);
        bench.Advance(2000);
        Assert.Equal((2, 0), (bench.Count("NACK"), bench.Count("PLI")));
        Assert.Equal(1, bench.Statistics(TrackKind.Video).RepairedPackets);
    }

    [Fact]
    public void GapThreePacketsBehind_IsRequestedAtOnce()
    {
        using var bench = new ReceiverBench();
        bench.SendVideo(0, 0, true, Keyframe);
        bench.SendVideo(2, 3000, false, Picture);
        bench.SendVideo(3, 3000, false, Picture);
        Assert.Equal(0, bench.Count("NACK"));

        bench.SendVideo(4, 3000, true, Picture);

        Assert.Equal(1, bench.Count("NACK"));
    }

    [Fact]
    public void SlightReordering_IsNotLoss()
    {
        using var bench = new ReceiverBench();
        bench.SendVideo(0, 0, true, Keyframe);
        for (int i = 1; i < 100; i += 3)
        {
            bench.SendVideo(i + 1, i * 3000, true, Picture);
            bench.SendVideo(i + 2, (i * 3000) + 1500, true, Picture);
            bench.Advance(2);
            bench.SendVideo(i, (i * 3000) - 1500, true, Picture);
            bench.Advance(31);
        }

        Assert.Equal(100, bench.Frames.Count);
        Assert.Equal((0, 0), (bench.Count("NACK"), bench.Count("PLI")));
    }

    [Fact]
    public void PacketThatNeverComes_IsGivenUpAndAKeyframeAskedFor()
    {
        using var bench = new ReceiverBench();
        bench.SendVideo(0, 0, true, Keyframe);
        bench.SendVideo(2, 6000, true, Picture);

        bench.Advance(774);
        Assert.Equal(0, bench.Count("PLI"));
        bench.Advance(1);

        Assert.Equal(1, bench.Count("PLI"));
        Assert.Single(bench.Frames);
        bench.Advance(299);
        Assert.Equal(1, bench.Count("PLI"));
        bench.Advance(1);
        Assert.Equal(2, bench.Count("PLI"));

        bench.SendVideo(3, 60_000, true, Keyframe);
        Assert.Equal(2, bench.Frames.Count);
        bench.Advance(5000);
        Assert.Equal(2, bench.Count("PLI"));
    }

    [Fact]
    public void KeyframeBehindAGapThatNobodyNeeds_LeavesAtOnce()
    {
        using var bench = new ReceiverBench();
        bench.SendVideo(0, 0, true, Keyframe);
        bench.SendVideo(2, 6000, true, Picture);
        bench.Advance(775);
        bench.SendVideo(4, 12_000, true, Picture);

        bench.SendVideo(6, 18_000, true, Keyframe);

        Assert.Equal(2, bench.Frames.Count);
        Assert.Equal(bench.Now, bench.Frames[1].LeftAt);
    }

    [Fact]
    public void ViewersRequest_IsNotRepeatedSoonerThanThreeHundredMilliseconds()
    {
        using var bench = new ReceiverBench();
        bench.SendVideo(0, 0, true, Keyframe);
        for (int i = 0; i < 89; i++)
        {
            bench.Receiver.RequestKeyframe(bench.Now);
            bench.Advance(10);
        }

        Assert.Equal(3, bench.Count("PLI"));
        Assert.Equal(3, bench.Statistics(TrackKind.Video).KeyframeRequests);
    }

    [Fact]
    public void LossJustAfterAViewersRequest_IsNotDelayed()
    {
        using var bench = new ReceiverBench(null, ReceiverBench.Video(RtcpFeedback.PictureLossIndication));
        bench.SendVideo(0, 0, true, Keyframe);
        bench.SendVideo(2, 3000, true, Picture);
        bench.Advance(15);
        bench.Receiver.RequestKeyframe(bench.Now);
        bench.Advance(0);
        Assert.Equal(1, bench.Count("PLI"));

        bench.Advance(5);

        Assert.Equal(2, bench.Count("PLI"));
    }

    [Fact]
    public void OnlyFirAgreedOn_SendsItWithOneNumberPerRequest()
    {
        using var bench = new ReceiverBench(null, ReceiverBench.Video(RtcpFeedback.FullIntraRequest));
        bench.SendVideo(0, 0, true, Keyframe);
        bench.Receiver.RequestKeyframe(bench.Now);
        bench.Advance(500);
        bench.SendVideo(1, 45_000, true, Keyframe);
        bench.Receiver.RequestKeyframe(bench.Now);
        bench.Advance(500);

        Assert.Equal([1, 1, 2, 2], bench.Feedback.Where(feedback => feedback.Name == "FIR").Select(feedback => feedback.Value));
    }

    [Fact]
    public void MaximumBitrate_LeavesWithTheFirstPacketAndThenTwiceASecond()
    {
        using var bench = new ReceiverBench();
        bench.SendVideo(0, 0, true, Keyframe);

        RecordedFeedback first = Assert.Single(bench.Feedback, feedback => feedback.Name == "REMB");
        Assert.Equal((4_000_000, bench.Now), (first.Value, first.At));
        bench.Advance(5000);
        Assert.Equal(11, bench.Count("REMB"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Compound_BeginsWithAReportUnlessReducedSizeWasAgreedOn(bool reduced)
    {
        using var bench = new ReceiverBench(ReceiverBench.Options() with { ReducedSizeRtcp = reduced });
        bench.SendVideo(0, 0, true, Keyframe);

        Assert.Equal(reduced ? ["REMB"] : ["RR", "SDES", "REMB"], bench.Feedback.Select(feedback => feedback.Name));
    }

    [Fact]
    public void ReceiverReport_CountsLossAndPassesTheSenderReportBack()
    {
        using var bench = new ReceiverBench(null, ReceiverBench.Audio());
        for (int i = 0; i < 50; i++)
        {
            if (i % 5 != 0 || i == 0)
            {
                bench.SendAudio(65_530 + i, i * 960, Opus);
            }

            if (i == 24)
            {
                bench.SendReport(ReceiverBench.AudioSsrc, 0x1122_3344_5566_7788, 24 * 960);
            }

            bench.Advance(20);
        }

        RecordedFeedback report = bench.Feedback.Last(feedback => feedback.Name == "RR");
        ReportBlock block = Assert.Single(report.Blocks);
        Assert.Equal(ReceiverBench.AudioSsrc, block.Ssrc);
        Assert.Equal(65_530u + 49, block.HighestSequence);
        Assert.Equal(9, block.CumulativeLost);
        Assert.Equal(9 * 256 / 50, block.FractionLost);
        Assert.Equal(0x3344_5566u, block.LastSenderReport);
        Assert.Equal(0.52 * 65_536, block.DelaySinceLastSenderReport, 1.0);
        Assert.Equal(0u, block.Jitter);
        Assert.Equal(0.17, bench.Statistics(TrackKind.Audio).FractionLost, 0.01);
        Assert.Equal(41 * 15 * 8, bench.Statistics(TrackKind.Audio).Bitrate);

        for (int i = 50; i < 100; i++)
        {
            if (i % 10 != 5)
            {
                bench.SendAudio(65_530 + i, i * 960, Opus);
            }

            bench.Advance(20);
        }

        block = Assert.Single(bench.Feedback.Last(feedback => feedback.Name == "RR").Blocks);
        Assert.Equal((5 * 256 / 50, 14), (block.FractionLost, block.CumulativeLost));
    }

    [Fact]
    public void UnknownPayloadTypesAndGarbage_AreCountedOnly()
    {
        using var bench = new ReceiverBench();
        bench.Send(RtpBytes.Packet(99, 0, 0, 5, false, Opus));
        bench.Send([0x80, 1, 2]);
        bench.Send([]);
        bench.SendAudio(0, 0, Opus, ssrc: 5);
        bench.Send(RtpBytes.Packet(ReceiverBench.VideoType, 1, 0, 5, false, Opus));

        Assert.Single(bench.Frames);
        Assert.Equal(4, bench.Receiver.Statistics.UnclaimedPackets);
    }

    [Fact]
    public void Mid_DecidesBetweenTracksOfTheSamePayloadType()
    {
        ReceiveTrack other = ReceiverBench.Audio() with { Mid = "cam2" };
        using var bench = new ReceiverBench(null, ReceiverBench.Audio(), other);
        bench.Send(RtpBytes.PacketWithMid(ReceiverBench.AudioType, 0, 0, 50, 4, "cam2", Opus));
        bench.Send(RtpBytes.PacketWithMid(ReceiverBench.AudioType, 0, 0, 60, 4, "0", Opus));
        bench.Send(RtpBytes.PacketWithMid(ReceiverBench.AudioType, 0, 0, 70, 4, "none", Opus));
        bench.SendAudio(1, 960, Opus, ssrc: 50);

        Assert.Equal([1, 2], bench.Receiver.Statistics.Tracks.Select(track => track.Frames));
        Assert.Equal(1, bench.Receiver.Statistics.UnclaimedPackets);
    }

    [Fact]
    public void AnnouncedSsrc_DecidesWhereThereIsNoMid()
    {
        ReceiveTrack one = ReceiverBench.Audio() with { AnnouncedSsrcs = [70] };
        ReceiveTrack two = ReceiverBench.Audio() with { Mid = "b", AnnouncedSsrcs = [71, 72] };
        using var bench = new ReceiverBench(null, one, two);

        bench.SendAudio(0, 0, Opus, ssrc: 72);

        Assert.Equal([0, 1], bench.Receiver.Statistics.Tracks.Select(track => track.Packets));
    }

    [Fact]
    public void SecondClaimantOfATrack_WaitsUntilTheFirstIsQuiet()
    {
        using var bench = new ReceiverBench();
        for (int i = 0; i < 10; i++)
        {
            bench.SendAudio(i, i * 960, Opus);
            bench.SendAudio(i, i * 960, Opus, ssrc: 77);
            bench.Advance(20);
        }

        Assert.Equal((10, 10), (bench.Frames.Count, bench.Statistics(TrackKind.Audio).RefusedPackets));
        bench.Advance(480);
        bench.SendAudio(500, 1_000_000, Opus, ssrc: 77);

        Assert.Equal(11, bench.Frames.Count);
        TimeSpan gap = bench.Frames[10].Presentation.ToTimeSpan() - bench.Frames[9].Presentation.ToTimeSpan();
        Assert.Equal(500, gap.TotalMilliseconds, 1.0);
        bench.SendAudio(10, 9600, Opus);
        Assert.Equal(11, bench.Frames.Count);
    }

    [Fact]
    public void NextSourceWithANearbyRtpClock_IsPlacedByArrival()
    {
        using var bench = new ReceiverBench();
        bench.SendAudio(10, 96_000, Opus);
        bench.Advance(600);

        bench.SendAudio(700, 96_000 + 28_800 + (2 * 48_000), Opus, ssrc: 77);

        Assert.Equal(28_800, bench.Frames[1].Presentation.Value - bench.Frames[0].Presentation.Value, 48.0);
    }

    [Fact]
    public void Goodbye_LetsTheNextSourceInAtOnce()
    {
        using var bench = new ReceiverBench();
        bench.SendVideo(10, 0, true, Keyframe);
        byte[] goodbye = [0x81, 203, 0, 1, 0, 0, 0x11, 0x11];
        bench.Receiver.ReceiveRtcp(goodbye, bench.Now);
        bench.Advance(33);

        bench.SendVideo(40_000, 777_777, true, Keyframe, ssrc: 78);

        Assert.Equal(2, bench.Frames.Count);
        Assert.InRange(bench.Frames[1].Presentation.Value - bench.Frames[0].Presentation.Value, 2900, 3100);
    }

    [Fact]
    public void OutageOfTenSeconds_ContinuesInWallTimeWithTheNextKeyframe()
    {
        using var bench = new ReceiverBench();
        bench.SendVideo(0, 0, true, Keyframe);
        bench.Advance(10_000);

        bench.SendVideo(5000, 900_000, true, Picture);
        bench.Advance(33);
        Assert.Equal(1, bench.Count("PLI"));
        Assert.Equal(0, bench.Count("NACK"));
        bench.SendVideo(5001, 902_970, true, Keyframe);

        Assert.Equal(2, bench.Frames.Count);
        Assert.InRange(bench.Frames[1].Presentation.Value - bench.Frames[0].Presentation.Value, 902_900, 903_000);
    }

    [Fact]
    public void BadReports_AreCountedAndTheRestOfTheCompoundLeftOut()
    {
        using var bench = new ReceiverBench();
        bench.SendVideo(0, 0, true, Keyframe);

        bench.Receiver.ReceiveRtcp([0x81, 200, 0, 1, 0, 0, 0x11, 0x11], bench.Now);
        bench.Receiver.ReceiveRtcp([0x80, 207, 0, 1, 0, 0, 0, 1, 0x40], bench.Now);
        bench.Receiver.ReceiveRtcp([], bench.Now);

        Assert.Equal(2, bench.Receiver.Statistics.MalformedRtcp);
    }

    [Fact]
    public void AfterDispose_EverythingIsANoOp()
    {
        var bench = new ReceiverBench();
        bench.SendVideo(0, 0, true, Keyframe);
        bench.SendVideo(2, 0, true, Picture);
        bench.Receiver.Dispose();

        bench.SendVideo(3, 0, true, Picture);
        bench.Advance(1000);
        bench.Receiver.RequestKeyframe(bench.Now);

        Assert.Equal(TimeSpan.MaxValue, bench.Receiver.NextDeadline);
        bench.Dispose();
    }

    [Fact]
    public void MutatedPackets_NeverThrowAndNeverLeak()
    {
        using var bench = new ReceiverBench();
        var random = new Random(11);
        List<byte[]> seeds =
        [
            RtpBytes.Packet(ReceiverBench.VideoType, 1, 3000, ReceiverBench.VideoSsrc, true, Keyframe),
            RtpBytes.PacketWithMid(ReceiverBench.AudioType, 1, 960, ReceiverBench.AudioSsrc, 4, "0", Opus),
            RtpBytes.Padding(ReceiverBench.VideoType, 2, 3000, ReceiverBench.VideoSsrc, 20),
        ];
        byte[] report = [0x80, 200, 0, 6, 0, 0, 0x11, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0x11, 0x11];
        foreach (byte[] mutant in MediaGateway.Testing.Mutations.Of(seeds, 30_000, seed: 12))
        {
            bench.Send(mutant);
            bench.Advance(random.Next(3));
            bench.Receiver.ReceiveRtcp(report.AsSpan(0, random.Next(report.Length + 1)), bench.Now);
        }

        Assert.InRange(bench.Frames.Count, 1, 40_000);
    }
}
