using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

/// <summary>Retransmissions that come apart (RTX, RFC 4588).</summary>
public sealed class RepairTests
{
    private const int RepairType = 103;
    private const uint RepairSsrc = 0x3333;

    private static readonly byte[] Keyframe = Convert.FromHexString(
        "78" + "0016" + "6742C01FDA014016E84000000300400000F023C60CA8" + "0004" + "68CE3C80" + "0003" + "658884");

    private static readonly byte[] Picture = [0x41, 0x9A, 0x24];

    private static ReceiveTrack Video(params RepairSource[] sources) => ReceiverBench.Video() with
    {
        RepairPayloadTypes = [new RepairPayloadType(RepairType, ReceiverBench.VideoType)],
        RepairSources = sources,
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Retransmission_FillsTheGapWithItsOwnSequenceNumber(bool isAnnounced)
    {
        RepairSource[] sources = isAnnounced ? [new RepairSource(ReceiverBench.VideoSsrc, RepairSsrc)] : [];
        using var bench = new ReceiverBench(null, Video(sources));
        bench.SendVideo(65_534, 0, true, Keyframe);
        bench.Advance(TimeSpan.FromSeconds(6000 / 90_000.0));
        bench.SendVideo(65_536, 6000, true, Picture);
        bench.Advance(50);
        Assert.Equal(65_535, Assert.Single(bench.Feedback, feedback => feedback.Name == "NACK").Value);

        SendRepair(bench, 7, 3000, 65_535, Picture);

        Assert.Equal([0, 3000, 6000], bench.Frames.Select(frame => frame.Presentation.Value - 90_000));
        TrackStatistics statistics = bench.Statistics(TrackKind.Video);
        Assert.Equal((1, 1, 0, 0), (statistics.RepairedPackets, statistics.RepairPackets, statistics.LostPackets, statistics.NeedlessRequests));
        bench.Advance(2000);
        Assert.Equal((1, 0), (bench.Count("NACK"), bench.Count("PLI")));
    }

    [Fact]
    public void LostRetransmissions_AreNoLoss()
    {
        using var bench = new ReceiverBench(null, Video());
        bench.SendVideo(0, 0, true, Keyframe);
        for (int i = 0; i < 100; i++)
        {
            SendRepair(bench, i * 50, 0, 0, Picture);
            bench.Advance(10);
        }

        Assert.Equal((0, 0), (bench.Count("NACK"), bench.Count("PLI")));
        Assert.Equal(0, bench.Statistics(TrackKind.Video).LatePackets);
        Assert.Equal(100, bench.Statistics(TrackKind.Video).RepairPackets);
    }

    [Fact]
    public void EmptyAndOneByteRetransmissions_AreLeftOut()
    {
        using var bench = new ReceiverBench(null, Video());
        bench.SendVideo(0, 0, true, Keyframe);
        bench.SendVideo(2, 6000, true, Picture);
        for (int i = 0; i < 10; i++)
        {
            bench.Send(RtpBytes.Padding(RepairType, i, 3000, RepairSsrc, 224));
        }

        bench.Send(RtpBytes.Packet(RepairType, 11, 3000, RepairSsrc, false, [0]));
        Assert.Single(bench.Frames);
        Assert.Equal(1, bench.Statistics(TrackKind.Video).MalformedPackets);

        // A padding packet that was lost comes again with nothing but its number.
        bench.Send(RtpBytes.Packet(RepairType, 12, 3000, RepairSsrc, false, [0, 1]));
        Assert.Equal(2, bench.Frames.Count);
    }

    [Fact]
    public void RetransmissionOfNobody_IsDroppedAndCounted()
    {
        using var bench = new ReceiverBench(null, Video(new RepairSource(0x7777, RepairSsrc)), ReceiverBench.Audio());
        SendRepair(bench, 1, 0, 1, Picture);
        bench.SendVideo(0, 0, true, Keyframe);
        bench.SendVideo(2, 6000, true, Picture);
        SendRepair(bench, 2, 3000, 1, Picture);

        Assert.Single(bench.Frames);
        Assert.Equal(2, bench.Statistics(TrackKind.Video).UnknownRepairPackets);
    }

    [Fact]
    public void OvertakenPacketThatWasRequested_IsNoRepair()
    {
        using var bench = new ReceiverBench(null, Video());
        bench.SendVideo(0, 0, true, Keyframe);
        bench.SendVideo(2, 6000, true, Picture);
        bench.Advance(100);
        SendRepair(bench, 1, 3000, 1, Picture);
        TimeSpan? roundTrip = null;
        for (int i = 3; i < 60; i += 2)
        {
            bench.SendVideo(i + 1, (i + 1) * 3000, true, Picture);
            bench.Advance(30);
            bench.SendVideo(i, i * 3000, true, Picture);
            bench.Advance(40);
        }

        bench.Advance(1000);
        TrackStatistics statistics = bench.Statistics(TrackKind.Video);
        roundTrip = statistics.RoundTripTime;
        Assert.Equal(61, bench.Frames.Count);
        Assert.Equal((1, 0), (statistics.RepairedPackets, bench.Count("PLI")));
        Assert.InRange(statistics.NeedlessRequests, 1, 2);
        Assert.InRange(roundTrip!.Value.TotalMilliseconds, 90, 100);
    }

    [Fact]
    public void PeerThatRepeatsThePacketItself_IsUnderstoodToo()
    {
        using var bench = new ReceiverBench(null, Video());
        bench.SendVideo(0, 0, true, Keyframe);
        bench.SendVideo(2, 6000, true, Picture);
        bench.Advance(90);
        bench.SendVideo(1, 3000, true, Picture);
        bench.Advance(1000);

        TrackStatistics statistics = bench.Statistics(TrackKind.Video);
        Assert.Equal((1, 0), (statistics.RepairedPackets, statistics.NeedlessRequests));
        Assert.InRange(statistics.RoundTripTime!.Value.TotalMilliseconds, 80, 90);
    }

    [Fact]
    public void ProbingPadding_LooksLikeNoLossAmongLossesAndAtTheWrap()
    {
        using var bench = new ReceiverBench(null, Video());
        long sequence = 65_400;
        long timestamp = 0;
        bench.SendVideo(sequence++, timestamp, true, Keyframe);
        for (int i = 0; i < 100; i++)
        {
            timestamp += 3000;
            bool isLost = i % 7 == 0;
            if (!isLost)
            {
                bench.SendVideo(sequence, timestamp, true, Picture);
            }

            long lost = sequence++;
            bench.Send(RtpBytes.Padding(ReceiverBench.VideoType, sequence++, timestamp, ReceiverBench.VideoSsrc, 255));
            bench.Send(RtpBytes.Padding(ReceiverBench.VideoType, sequence++, timestamp, ReceiverBench.VideoSsrc, 1));
            bench.Advance(33);
            if (isLost)
            {
                SendRepair(bench, i, timestamp, lost, Picture);
            }
        }

        Assert.Equal(101, bench.Frames.Count);
        TrackStatistics statistics = bench.Statistics(TrackKind.Video);
        Assert.Equal((15, 15, 0, 0), (bench.Count("NACK"), statistics.RepairedPackets, statistics.LostPackets, bench.Count("PLI")));
    }

    [Fact]
    public void PaddingThatCountsNothing_IsDroppedAndTheStreamGoesOn()
    {
        using var bench = new ReceiverBench(null, Video());
        bench.SendVideo(0, 0, true, Keyframe);
        byte[] bad = RtpBytes.Padding(ReceiverBench.VideoType, 1, 0, ReceiverBench.VideoSsrc, 10);
        bad[^1] = 0;
        bench.Send(bad);
        bad[^1] = 11;
        bench.Send(bad);
        Assert.Equal(2, bench.Receiver.Statistics.UnclaimedPackets);

        bench.SendVideo(1, 3000, true, Picture);
        Assert.Equal(2, bench.Frames.Count);
    }

    [Fact]
    public void PublisherThatNeverRetransmits_IsNotWaitedForAnyLonger()
    {
        using var bench = new ReceiverBench(null, Video());
        long sequence = 0;
        List<TimeSpan> waits = [];
        for (int i = 0; i < 20; i++)
        {
            bench.SendVideo(sequence, i * 90_000, true, Keyframe);
            sequence += 2;
            bench.SendVideo(sequence++, (i * 90_000) + 3000, true, Picture);
            waits.Add(bench.Statistics(TrackKind.Video).Wait);
            bench.Advance(1000);
        }

        Assert.InRange(waits[0].TotalMilliseconds, 300, 800);
        Assert.InRange(waits[^1].TotalMilliseconds, 40, 120);
    }

    [Fact]
    public void ShortRoundTrip_IsWaitedForShortly()
    {
        using var bench = new ReceiverBench(ReceiverBench.Options() with { InitialRoundTripTime = TimeSpan.FromMilliseconds(2) }, Video());
        bench.SendVideo(0, 0, true, Keyframe);
        bench.SendVideo(2, 6000, true, Picture);
        bench.Advance(200);

        RecordedFeedback request = Assert.Single(bench.Feedback, feedback => feedback.Name == "PLI");
        Assert.Equal(7, bench.Count("NACK"));
        Assert.InRange((request.At - bench.Feedback[0].At).TotalMilliseconds, 60, 170);
    }

    private static void SendRepair(ReceiverBench bench, long sequence, long timestamp, long original, byte[] payload) =>
        bench.Send(RtpBytes.Packet(
            RepairType, sequence, timestamp, RepairSsrc, true, [(byte)((original >> 8) & 0xFF), (byte)(original & 0xFF), .. payload]));
}
