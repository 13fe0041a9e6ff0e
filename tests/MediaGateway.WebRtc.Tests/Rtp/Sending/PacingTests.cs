using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp.Sending;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp.Sending;

public sealed class PacingTests
{
    private static readonly TimeSpan Stream = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(40);

    [Fact]
    public void Keyframe_LeavesAtFiveTimesTheEstimateAndDeltasAtTwoAndAHalf()
    {
        using var bench = new SenderBench(startBitrate: 2_000_000);
        TimeSpan start = bench.Now;
        bench.Picture(Stream, isKeyframe: true, bytes: 125_000);
        bench.RunTo(start + TimeSpan.FromSeconds(1));
        bench.Picture(Stream + TimeSpan.FromSeconds(1), isKeyframe: false, bytes: 62_500);
        bench.RunTo(start + TimeSpan.FromSeconds(2));

        // 1 Mbit at 10 Mbit/s, then 0.5 Mbit at 5 Mbit/s; nothing in one burst.
        uint keyframe = bench.Pictures[0].Timestamp;
        Assert.InRange(Duration(bench.Pictures.Where(packet => packet.Timestamp == keyframe)).TotalMilliseconds, 90, 115);
        Assert.InRange(Duration(bench.Pictures.Where(packet => packet.Timestamp != keyframe)).TotalMilliseconds, 90, 115);
        Assert.InRange(bench.Pictures.GroupBy(packet => packet.At).Max(group => group.Count()), 1, 8);
    }

    [Fact]
    public void SmallPicture_LeavesAtOnce()
    {
        using var bench = new SenderBench();
        bench.Picture(Stream, isKeyframe: true, bytes: 3000);
        Assert.Equal(4, bench.Pictures.Count);
        bench.Run(TimeSpan.FromSeconds(1));
        bench.Picture(Stream + TimeSpan.FromSeconds(1), isKeyframe: false, bytes: 3000);
        Assert.Equal(7, bench.Pictures.Count);
    }

    [Fact]
    public void TooMuch_IsDroppedWholeUpToAKeyframe()
    {
        using var bench = new SenderBench(startBitrate: 500_000);
        TimeSpan start = bench.Now;
        bench.Picture(Stream, isKeyframe: true, bytes: 2000);
        bench.MaximumBitrate(500_000);
        for (int i = 1; i < 60; i++)
        {
            // 25 pictures a second of 20 kB are 4 Mbit/s, over three times the pace.
            bench.RunTo(start + (Frame * i));
            bench.Picture(Stream + (Frame * i), isKeyframe: i == 40, bytes: 20_000, number: i);
        }

        bench.Run(TimeSpan.FromSeconds(2));
        SenderStatistics sent = bench.Sender.Statistics;
        Assert.InRange(sent.DroppedPictures, 30, 58);
        Assert.True(sent.CrowdedOutPictures > 0);
        Assert.Equal(sent.DroppedPictures, sent.CrowdedOutPictures + sent.ThinnedOutPictures + sent.UndecodablePictures);
        Assert.True(bench.KeyframesWanted > 0);
        // Whole pictures only, in order, without a gap in the numbers.
        IReadOnlyList<SentBytes> packets = bench.Pictures;
        for (int i = 1; i < packets.Count; i++)
        {
            Assert.Equal(1, unchecked((ushort)(packets[i].Sequence - packets[i - 1].Sequence)));
            Assert.Equal(packets[i - 1].Marker, packets[i].Timestamp != packets[i - 1].Timestamp);
        }

        Assert.True(packets[^1].Marker);
    }

    [Fact]
    public void GiantKeyframe_IsSentThoughItTakesLong()
    {
        using var bench = new SenderBench(startBitrate: 300_000);
        bench.Picture(Stream, isKeyframe: true, bytes: 500_000);
        bench.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(1, bench.Sender.Statistics.Tracks[0].Frames);
    }

    [Fact]
    public void SlowViewer_GetsKeyframesAndComesBack()
    {
        using var bench = new SenderBench(startBitrate: 2_000_000);
        TimeSpan start = bench.Now;
        int frame = 0;
        bool wasLimited = false;
        // 25 pictures a second of 10 kB: 2 Mbit/s, a keyframe each two seconds.
        void Play(double seconds, long? estimate)
        {
            for (int end = frame + (int)(seconds * 25); frame < end; frame++)
            {
                bench.RunTo(start + (Frame * frame));
                bench.Picture(Stream + (Frame * frame), isKeyframe: frame % 50 == 0, bytes: 10_000, number: frame);
                bench.Sound(Stream + (Frame * frame));
                wasLimited |= bench.Sender.Statistics.IsKeyframesOnly;
                if (frame % 25 == 0 && estimate is { } bits)
                {
                    bench.MaximumBitrate(bits);
                }
            }
        }

        Play(4, 6_000_000);
        Assert.False(bench.Sender.Statistics.IsKeyframesOnly);
        long before = bench.Sender.Statistics.Tracks[0].Frames;
        Assert.InRange(before, 98, 100);

        Play(10, 800_000);
        // 250 pictures came. Trials every 5 s and more send all for a second or two at a time; the rest are keyframes.
        Assert.InRange(bench.Sender.Statistics.Tracks[0].Frames - before, 5, 150);
        Assert.True(wasLimited);
        Assert.True(bench.Sender.Statistics.ThinnedOutPictures > 0);
        int sounds = bench.Sounds.Count;
        Assert.Equal(14 * 25, sounds);

        Play(10, 6_000_000);
        Assert.False(bench.Sender.Statistics.IsKeyframesOnly);
        long atEnd = bench.Sender.Statistics.Tracks[0].Frames;
        Play(4, 6_000_000);
        Assert.InRange(bench.Sender.Statistics.Tracks[0].Frames - atEnd, 98, 101);
    }

    [Fact]
    public void Gate_NeedsPatienceBothWaysAndTriesEverMoreRarely()
    {
        var gate = new PictureGate();
        TimeSpan now = TimeSpan.FromSeconds(1);
        Update(gate, 500, ref now, seconds: 0.9);
        Assert.Equal(PictureGateState.All, gate.State);
        Update(gate, 700, ref now, seconds: 5);
        Assert.Equal(PictureGateState.All, gate.State);
        Update(gate, 690, ref now, seconds: 1.1);
        Assert.Equal(PictureGateState.KeyframesOnly, gate.State);
        Assert.False(gate.Admits(isKeyframe: false, now));
        Assert.True(gate.Admits(isKeyframe: true, now));
        Update(gate, 690, ref now, seconds: 4.5);
        Assert.Equal(PictureGateState.KeyframesOnly, gate.State);

        // Nothing was lost for five seconds: all pictures are tried, from the next keyframe on.
        Update(gate, 690, ref now, seconds: 0.6);
        Assert.Equal(PictureGateState.Returning, gate.State);
        Assert.False(gate.Admits(isKeyframe: false, now));
        Assert.True(gate.Admits(isKeyframe: true, now));
        Assert.Equal(PictureGateState.All, gate.State);

        // It failed: the next trial waits ten.
        Update(gate, 690, ref now, seconds: 1.1);
        Update(gate, 690, ref now, seconds: 9);
        Assert.Equal(PictureGateState.KeyframesOnly, gate.State);
        Update(gate, 690, ref now, seconds: 1.5);
        Assert.Equal(PictureGateState.Returning, gate.State);
        gate.Admits(isKeyframe: true, now);
        Update(gate, 690, ref now, seconds: 1.1);

        // An estimate that suffices ends it at once.
        Update(gate, 1000, ref now, seconds: 2.1);
        Assert.Equal(PictureGateState.Returning, gate.State);
    }

    [Fact]
    public void Trial_WaitsWhileThereIsLoss()
    {
        var gate = new PictureGate();
        TimeSpan now = TimeSpan.FromSeconds(1);
        Update(gate, 100, ref now, seconds: 1.2);
        Update(gate, 100, ref now, seconds: 20, hasLoss: true);
        Assert.Equal(PictureGateState.KeyframesOnly, gate.State);
    }

    [Fact]
    public void Report_WithHeavyLoss_LowersTheEstimate()
    {
        using var bench = new SenderBench(startBitrate: 2_000_000);
        TimeSpan start = bench.Now;
        for (int i = 0; i < 26; i++)
        {
            bench.RunTo(start + (Frame * i));
            bench.Picture(Stream + (Frame * i), isKeyframe: i == 0, bytes: 8000, number: i);
            if (i % 25 == 24)
            {
                bench.Report(new ReportBlock(SenderBench.VideoSsrc, 128, 10, 0, 0, 0, 0));
            }
        }

        Assert.Equal(0.5, bench.Sender.Statistics.LostRatio);

        Assert.InRange(bench.Sender.Statistics.EstimateBitsPerSecond, 50_000, 1_500_000);
    }

    private static TimeSpan Duration(IEnumerable<SentBytes> packets) => packets.Max(packet => packet.At) - packets.Min(packet => packet.At);

    private static void Update(PictureGate gate, long estimate, ref TimeSpan now, double seconds, bool hasLoss = false)
    {
        for (TimeSpan end = now + TimeSpan.FromSeconds(seconds); now < end; now += TimeSpan.FromMilliseconds(50))
        {
            gate.Update(estimate, 1000, hasLoss, now);
        }
    }
}
