using MediaGateway.Configuration;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams.Ladders;

/// <summary>Which levels a stream has: names, order, sizes and rates, where they come from.</summary>
public sealed class LiveLadderTests
{
    [Theory]
    [InlineData("a_720p", "a", "720p")]
    [InlineData("a_b_360p", "a_b", "360p")]
    [InlineData("a_source", null, null)]
    [InlineData("_720p", null, null)]
    [InlineData("a_", null, null)]
    [InlineData("a720p", null, null)]
    [InlineData("a_7-0", null, null)]
    [InlineData("a_12345678901234567", null, null)]
    public void NameOfALevel_IsTakenApartAtTheLastUnderscore(string name, string? stream, string? level)
    {
        bool isLevel = LevelName.TrySplit(TestHub.Key(name), out StreamKey found, out string? foundLevel) && found != default;
        Assert.Equal(stream is not null, isLevel);
        if (isLevel)
        {
            Assert.Equal((stream, level), (found.Name, foundLevel));
            Assert.Equal(TestHub.Key(name), LevelName.KeyOf(found, foundLevel!));
        }
    }

    [Fact]
    public void SeveralEncoders_AreTheLevelsThatTheLadderNames()
    {
        using var pool = new TrackingBufferPool();
        using var run = new LadderHub(pool);
        (TestHub hub, LiveLadder ladder) = (run.Hub, run.Ladder);
        using PublishLease high = Publish(hub, pool, "c_720p");
        using PublishLease low = Publish(hub, pool, "c_360p");
        using PublishLease other = Publish(hub, pool, "c_240p");

        LadderLevel[] levels = [.. ladder.LevelsOf(TestHub.Key("c"))];
        Assert.Equal(["720p", "360p"], levels.Select(level => level.Name));
        Assert.Equal([TestHub.Key("c_720p"), TestHub.Key("c_360p")], levels.Select(level => level.Key));
        Assert.All(levels, level => Assert.Equal((640, 360, LevelOrigin.Published), (level.Width, level.Height, level.Origin)));
        Assert.Equal(2_500_000 + LiveLadder.SoundRate, levels[0].BitsPerSecond);
    }

    [Fact]
    public void StreamItself_IsALevelWhateverTheLadder()
    {
        using var pool = new TrackingBufferPool();
        using var run = new LadderHub(pool, new LadderOptions());
        (TestHub hub, LiveLadder ladder) = (run.Hub, run.Ladder);
        Assert.Empty(ladder.LevelsOf(TestHub.Key("c")));
        using PublishLease lease = Publish(hub, pool, "c");
        LadderLevel level = Assert.Single(ladder.LevelsOf(TestHub.Key("c")));
        Assert.Equal((LevelName.Source, TestHub.Key("c"), LevelOrigin.Source), (level.Name, level.Key, level.Origin));
        Assert.Null(ladder.StreamOf(TestHub.Key("c_720p")));
    }

    [Fact]
    public void LevelOfAStream_LeadsBackToIt()
    {
        using var pool = new TrackingBufferPool();
        using var run = new LadderHub(pool);
        (TestHub hub, LiveLadder ladder) = (run.Hub, run.Ladder);
        Assert.Equal(TestHub.Key("a_b"), ladder.StreamOf(TestHub.Key("a_b_720p")));
        Assert.Null(ladder.StreamOf(TestHub.Key("a_b_240p")));
    }

    private static PublishLease Publish(TestHub hub, TrackingBufferPool pool, string name)
    {
        PublishLease lease = hub.Publish(name, new FakePublisher());
        lease.Publish(new TestFrames(pool).Sound(0));
        lease.Publish(new TestFrames(pool).Key(0));
        return lease;
    }
}
