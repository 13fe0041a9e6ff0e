using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

public class PublishTimelineTests
{
    private const long WrapsAt = 1L << 32;

    private readonly PublishTimeline _timeline = new();
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(0)]
    [InlineData(16_777_000)]
    [InlineData(WrapsAt - 100)]
    public void OrdinaryTimes_PassUnchanged(long start)
    {
        for (long time = 0; time < 2000; time += 20)
        {
            Assert.Equal(start + time, Picture(start + time));
            Assert.Equal(start + time + 5, Sound(start + time + 5));
        }

        Assert.Equal(0, _timeline.Jumps);
        Assert.Equal(0, _timeline.Corrections);
    }

    [Fact]
    public void EncoderThatStartsAgain_GoesOnWhereItWas()
    {
        Picture(5000);
        Sound(5010);

        Assert.Equal(5030, Picture(0)); // 20 ms have passed since the last frame.
        Assert.Equal(5037, Sound(7));
        Assert.Equal(5070, Picture(40));
        Assert.Equal(1, _timeline.Jumps);
    }

    [Fact]
    public void TracksThatJumpOneAfterTheOther_AreTogetherAgain()
    {
        Picture(50_000);
        Sound(50_010);
        long jumped = Picture(0);

        Assert.Equal(50_030, Sound(50_030)); // Still on the old clock.
        Assert.Equal(jumped + 12, Sound(12));
        Assert.Equal(jumped + 40, Picture(40));
        Assert.Equal(1, _timeline.Jumps);
    }

    [Fact]
    public void JumpFarAhead_GoesOnWhereItWas()
    {
        Picture(1000);
        Sound(1005);

        Assert.Equal(1025, Picture(3_601_000));
        Assert.Equal(1030, Sound(3_601_005));
        Assert.Equal(1, _timeline.Jumps);
    }

    [Fact]
    public void Gap_ThatWasReallyThatLong_IsKept()
    {
        Picture(1000);
        _now += TimeSpan.FromMinutes(1);

        Assert.Equal(61_000, Picture(61_000));
        Assert.Equal(0, _timeline.Jumps);
    }

    [Fact]
    public void Gap_OfLessThanTenSeconds_IsKept()
    {
        Picture(1000);

        Assert.Equal(10_900, Picture(10_900));
        Assert.Equal(0, _timeline.Jumps);
    }

    [Fact]
    public void Jitter_IsHeldWithinItsTrack()
    {
        Assert.Equal(1000, Picture(1000));
        Assert.Equal(1040, Picture(1040));
        Assert.Equal(1040, Picture(1020));
        Assert.Equal(1010, Sound(1010)); // The other track has its own order.
        Assert.Equal(1080, Picture(1080));
        Assert.Equal(0, _timeline.Jumps);
        Assert.Equal(1, _timeline.Corrections);
    }

    [Fact]
    public void TracksOnDifferentClocks_AreBroughtTogether()
    {
        Assert.Equal(0, Picture(0));

        Assert.Equal(20, Sound(90_000_000));
        Assert.Equal(40, Picture(40));
        Assert.Equal(41, Sound(90_000_021));
        Assert.Equal(1, _timeline.Jumps);
    }

    [Fact]
    public void Data_FollowsTheTracks()
    {
        Picture(5000);
        Assert.Equal(5100, _timeline.Follow(5100));
        long jumped = Picture(0);

        Assert.Equal(jumped + 100, _timeline.Follow(100));
    }

    [Fact]
    public void Placing_AllocatesNothing()
    {
        long time = 0;

        Assert.Equal(0, Allocation.Of(10_000, () => Sound(Picture(time += 20))));
    }

    [Fact]
    public void RandomTimes_NeverGoBackWithinATrack()
    {
        var random = new Random(1);
        (long video, long audio) = (0, 0);
        for (int frame = 0; frame < 100_000; frame++)
        {
            long time = random.Next(4) == 0 ? random.NextInt64(WrapsAt * 2) : frame * 20;
            if (random.Next(2) == 0)
            {
                long placed = Picture(time);
                Assert.InRange(placed, video, long.MaxValue);
                video = placed;
            }
            else
            {
                long placed = Sound(time);
                Assert.InRange(placed, audio, long.MaxValue);
                audio = placed;
            }
        }
    }

    private long Picture(long time) => Place(TrackKind.Video, time);

    private long Sound(long time) => Place(TrackKind.Audio, time);

    private long Place(TrackKind kind, long time)
    {
        _now += TimeSpan.FromMilliseconds(20);
        return _timeline.Place(kind, time, _now);
    }
}
