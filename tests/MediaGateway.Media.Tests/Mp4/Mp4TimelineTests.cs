using MediaGateway.Media.Frames;
using MediaGateway.Media.Mp4;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Mp4;

public sealed class Mp4TimelineTests
{
    private static readonly MediaTime Epoch = new(1000, 1000);

    [Fact]
    public void Pictures_LastUntilTheNextOne()
    {
        using var pool = new TrackingBufferPool();
        var frames = new Mp4Frames(pool);
        var timeline = new Mp4Timeline(Mp4Track.Of(Mp4Frames.Video)!, Epoch);

        Assert.False(timeline.TryAdd(frames.Picture(1000, key: true, shownLater: 66), out _));
        Assert.True(timeline.TryAdd(frames.Picture(1033, shownLater: 99), out Mp4Sample first));
        Assert.True(timeline.TryAdd(frames.Picture(1067), out Mp4Sample second));
        Assert.True(timeline.TryFlush(out Mp4Sample third));

        Assert.Equal((0, 2970, 5940), (first.Decoding, first.Duration, first.CompositionOffset));
        Assert.Equal((2970, 3060, 8910), (second.Decoding, second.Duration, second.CompositionOffset));
        Assert.Equal((6030, 3060), (third.Decoding, third.Duration));
        foreach (Mp4Sample sample in new[] { first, second, third })
        {
            sample.Frame.Release();
        }
    }

    [Fact]
    public void SoundStampedInMilliseconds_IsCountedInSamplesForAnHour()
    {
        using var pool = new TrackingBufferPool();
        var frames = new Mp4Frames(pool);
        var timeline = new Mp4Timeline(Mp4Track.Of(Mp4Frames.Aac44)!, default(MediaTime) with { Rate = 1000 });
        long expected = 0;
        for (int index = 0; index < 3600 * 44_100 / 1024 / 20; index++)
        {
            double stamp = Math.Floor(index * 1024_000.0 / 44_100);
            if (timeline.TryAdd(frames.Sound(stamp, Mp4Frames.Aac44), out Mp4Sample sample))
            {
                Assert.Equal((expected, 1024), (sample.Decoding, sample.Duration));
                expected += 1024;
                sample.Frame.Release();
            }
        }

        timeline.Clear();
    }

    [Fact]
    public void SoundWithAGap_GoesOnWhereItIs()
    {
        using var pool = new TrackingBufferPool();
        var frames = new Mp4Frames(pool);
        var timeline = new Mp4Timeline(Mp4Track.Of(Mp4Frames.Aac)!, Epoch);
        timeline.TryAdd(frames.Sound(1000), out _);

        Assert.True(timeline.TryAdd(frames.Sound(1500), out Mp4Sample first));

        Assert.Equal(24_000, first.Duration);
        Assert.Equal(24_000, timeline.Position);
        first.Frame.Release();
        timeline.Clear();
    }

    [Fact]
    public void TimesThatDoNotAdvance_StillAdvanceInTheFile()
    {
        using var pool = new TrackingBufferPool();
        var frames = new Mp4Frames(pool);
        var timeline = new Mp4Timeline(Mp4Track.Of(Mp4Frames.Video)!, Epoch);
        timeline.TryAdd(frames.Picture(1000, key: true), out _);

        Assert.True(timeline.TryAdd(frames.Picture(1000), out Mp4Sample first));

        Assert.Equal(1, first.Duration);
        first.Frame.Release();
        timeline.Clear();
    }

    [Theory]
    [InlineData(1087, 1087 - 1033)]
    [InlineData(2033, 1000)]
    [InlineData(2034, 33)] // not shown so long: as long as the one before it
    [InlineData(1033, 33)]
    [InlineData(500, 33)]
    public void LastPictureBeforeAnotherFormat_LastsUntilTheNext(int next, int milliseconds)
    {
        using var pool = new TrackingBufferPool();
        var frames = new Mp4Frames(pool);
        var timeline = new Mp4Timeline(Mp4Track.Of(Mp4Frames.Video)!, Epoch);
        timeline.TryAdd(frames.Picture(1000, key: true), out _);
        Assert.True(timeline.TryAdd(frames.Picture(1033), out Mp4Sample first));

        Assert.True(timeline.TryFlush(out Mp4Sample last, new MediaTime(next, 1000)));

        Assert.Equal(milliseconds * 90, last.Duration);
        Assert.Equal(last.End, timeline.Position);
        first.Frame.Release();
        last.Frame.Release();
    }
}
