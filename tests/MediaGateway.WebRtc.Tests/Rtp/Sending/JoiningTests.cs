using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp.Sending;

public sealed class JoiningTests
{
    private const int TicksPerMillisecond = 90;

    private static readonly TimeSpan Stream = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(40);

    /// <summary>A group of ten seconds, of which eight have gone by: the picture is there at once and the live edge as well.</summary>
    [Fact]
    public void CachedGroup_IsSqueezedBeforeTheFirstLivePicture()
    {
        using var bench = new SenderBench();
        TimeSpan start = bench.Now;
        Group(bench, pictures: 200);
        for (int i = 200; i < 230; i++)
        {
            bench.RunTo(start + (Frame * (i - 199)));
            bench.Sound(Stream + (Frame * i));
            bench.Picture(Stream + (Frame * i), isKeyframe: false, bytes: 2000, number: i);
        }

        bench.Run(TimeSpan.FromMilliseconds(500));
        uint[] stamps = [.. bench.Pictures.Select(packet => packet.Timestamp).Distinct()];
        Assert.Equal(230, stamps.Length);
        for (int i = 1; i < 200; i++)
        {
            Assert.InRange(unchecked((int)(stamps[i] - stamps[i - 1])), 1, 2 * TicksPerMillisecond);
        }

        // The last cached picture stands where the viewer joined, one interval before the first live one.
        Assert.InRange(unchecked((int)(stamps[200] - stamps[199])), 35 * TicksPerMillisecond, 45 * TicksPerMillisecond);
        for (int i = 201; i < 230; i++)
        {
            Assert.Equal(40 * TicksPerMillisecond, unchecked((int)(stamps[i] - stamps[i - 1])));
        }

        Assert.Equal(30, bench.Sounds.Count);
        Assert.Equal(0, bench.Sender.Statistics.DroppedPictures);
    }

    [Fact]
    public void CachedGroup_LeavesFastButNotAtOnce()
    {
        using var bench = new SenderBench();
        TimeSpan start = bench.Now;
        Group(bench, pictures: 200);
        Assert.InRange(bench.Pictures.Count, 1, 30);
        bench.Run(TimeSpan.FromSeconds(1));
        // 200 pictures of 2 kB are 3.2 Mbit; at five times 4 Mbit/s they take 160 ms.
        Assert.InRange((bench.Pictures[^1].At - start).TotalMilliseconds, 100, 250);
    }

    [Fact]
    public void CachedSound_IsLeftOut()
    {
        using var bench = new SenderBench();
        for (int i = 0; i < 10; i++)
        {
            bench.Picture(Stream + (Frame * i), isKeyframe: i == 0, bytes: 100, receivedAt: bench.Now - (Frame * (10 - i)));
            bench.Sound(Stream + (Frame * i), receivedAt: bench.Now - (Frame * (10 - i)));
        }

        Assert.Empty(bench.Sounds);
        bench.Sound(Stream + (Frame * 10));
        Assert.Single(bench.Sounds);
    }

    [Fact]
    public void FreshKeyframe_IsHardlyMoved()
    {
        using var bench = new SenderBench();
        bench.Picture(Stream, isKeyframe: true, bytes: 100, receivedAt: bench.Now - TimeSpan.FromMilliseconds(3));
        bench.Run(Frame);
        bench.Picture(Stream + Frame, isKeyframe: false, bytes: 100, receivedAt: bench.Now - TimeSpan.FromMilliseconds(3));
        Assert.InRange(
            unchecked((int)(bench.Pictures[^1].Timestamp - bench.Pictures[0].Timestamp)),
            36 * TicksPerMillisecond, 40 * TicksPerMillisecond);
    }

    [Fact]
    public void GroupThatTakesTooLong_IsCutDownToAKeyframe()
    {
        using var bench = new SenderBench(startBitrate: 300_000);
        // 10 s of 4 Mbit/s: 5 MB, which would take 27 s.
        for (int i = 0; i < 250; i++)
        {
            bench.Picture(Stream + (Frame * i), isKeyframe: i == 0, bytes: 20_000, receivedAt: bench.Now - (Frame * (250 - i)), number: i);
        }

        bench.Run(TimeSpan.FromSeconds(3));
        Assert.InRange(bench.Sender.Statistics.DroppedPictures, 100, 249);
        Assert.True(bench.KeyframesWanted > 0);
        Assert.True(bench.Pictures[^1].Marker);
        Assert.True(bench.Sender.Statistics.Tracks[0].Keyframes > 0);
    }

    /// <summary>The publisher cannot be asked for a keyframe: the stream is shown again from its newest one on.</summary>
    [Fact]
    public void Replay_GoesOnAtTheLiveEdgeWithGrowingStamps()
    {
        using var bench = new SenderBench();
        TimeSpan start = bench.Now;
        for (int i = 0; i < 100; i++)
        {
            bench.RunTo(start + (Frame * i));
            bench.Picture(Stream + (Frame * i), isKeyframe: i == 0, bytes: 1000, number: i);
            bench.Sound(Stream + (Frame * i));
        }

        int sounds = bench.Sounds.Count;
        int before = bench.Pictures.Count;
        bench.Run(TimeSpan.FromMilliseconds(20));
        for (int i = 0; i < 100; i++)
        {
            bench.Picture(Stream + (Frame * i), isKeyframe: i == 0, bytes: 1000, receivedAt: start + (Frame * i), number: i);
            bench.Sound(Stream + (Frame * i), receivedAt: start + (Frame * i));
        }

        for (int i = 100; i < 110; i++)
        {
            bench.RunTo(start + (Frame * i));
            bench.Picture(Stream + (Frame * i), isKeyframe: false, bytes: 1000, number: i);
            bench.Sound(Stream + (Frame * i));
        }

        bench.Run(TimeSpan.FromMilliseconds(500));
        IReadOnlyList<SentBytes> pictures = bench.Pictures;
        Assert.Equal(before + 1 + 110, pictures.Count);
        for (int i = 2; i < pictures.Count; i++)
        {
            // Parameter sets share the stamp of their keyframe.
            bool isKeyframe = i == before + 1;
            Assert.True(unchecked((int)(pictures[i].Timestamp - pictures[i - 1].Timestamp)) > (isKeyframe ? -1 : 0), $"packet {i}");
        }

        Assert.Equal(sounds + 10, bench.Sounds.Count);
        Assert.Equal(40 * TicksPerMillisecond, unchecked((int)(pictures[^1].Timestamp - pictures[^2].Timestamp)));
        Assert.Equal(
            (109 - 99) * 40 * TicksPerMillisecond,
            unchecked((int)(pictures[^1].Timestamp - pictures[before - 1].Timestamp)));
    }

    private static void Group(SenderBench bench, int pictures)
    {
        for (int i = 0; i < pictures; i++)
        {
            bench.Picture(
                Stream + (Frame * i), isKeyframe: i == 0, bytes: 2000, receivedAt: bench.Now - (Frame * (pictures - 1 - i)) - TimeSpan.FromTicks(1), number: i);
        }
    }
}
