using MediaGateway.Configuration;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams.Ladders;

/// <summary>Levels that the gateway makes: from the first viewer to the last, keyframes, what is refused and when, falling behind.</summary>
public sealed class ConvertedLevelsTests
{
    private static readonly string[] Names = ["a_720p", "a_480p", "a_360p"];

    [Fact]
    public void Levels_AreMadeOfOneDecodingWithTheSourcesKeyframes()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new LadderHub(pool);
        Assert.Equal(0, hub.Ladders.Created);
        RecordingOutlet large = hub.Watch("a_480p");
        RecordingOutlet small = hub.Watch("a_360p");
        hub.Sound(20);
        hub.Picture(33);
        hub.Picture(66);
        hub.Sound(80);
        hub.Picture(99, isKeyframe: true);
        Assert.Equal("K33 D66 K99", Pictures(large));
        Assert.Equal("K33 D66 K99", Pictures(small));
        Assert.Contains("S80", large.Frames);
        Assert.Equal(1, hub.Ladders.Created);
        Assert.Same(hub.Find("a_480p").Stream, hub.Find("a_480p").Stream);
        Assert.Null(hub.Hub.Registry.Find(TestHub.Key("a_480p")));
    }

    [Fact]
    public void LevelThatJoins_GivesTheOthersItsFirstKeyframe()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new LadderHub(pool);
        RecordingOutlet first = hub.Watch("a_480p");
        hub.Picture(33);
        hub.Picture(66);
        RecordingOutlet second = hub.Watch("a_360p");
        hub.Sound(80);
        hub.Picture(99);
        hub.Sound(100);
        hub.Run();
        Assert.Equal("K33 D66 K99", Pictures(first));
        Assert.Equal("K99", Pictures(second));
    }

    [Fact]
    public void LastViewerHasLeft_TheLevelEndsAfterItsLingerAndTheCodecsWithTheLastLevel()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new LadderHub(pool);
        RecordingOutlet outlet = hub.Watch("a_480p");
        LiveStream level = hub.Find("a_480p").Stream!;
        hub.Picture(33);
        hub.Hub.Time.Advance(TimeSpan.FromMinutes(1));
        hub.Picture(66);
        Assert.True(hub.Budget.Planned > 0);
        level.Detach(outlet);
        hub.Hub.Time.Advance(TimeSpan.FromSeconds(9));
        hub.Picture(99);
        Assert.Equal(StreamState.Published, level.State);
        hub.Hub.Time.Advance(TimeSpan.FromSeconds(2));
        hub.Picture(132);
        Assert.Equal(StreamState.Ended, level.State);
        Assert.Equal((0, 0.0), (hub.Ladders.Alive, hub.Budget.Planned));
        hub.Watch("a_480p");
        hub.Picture(165);
        Assert.Equal(1, hub.Ladders.Alive);
    }

    [Fact]
    public void SourceEnds_ItsLevelsEndWithIt()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new LadderHub(pool);
        RecordingOutlet outlet = hub.Watch("a_480p");
        hub.Picture(33);
        hub.Lease.Dispose();
        hub.Run();
        Assert.Equal([StreamEndReason.Unpublished], outlet.Ends);
        Assert.Equal((0, 0.0), (hub.Ladders.Alive, hub.Budget.Planned));
        Assert.Equal(default, hub.Find("a_480p"));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void KeyframeForAViewer_IsAskedOfTheSourceWhereItCanBeAsked(bool answers, int asked)
    {
        using var pool = new TrackingBufferPool();
        using var hub = new LadderHub(pool, answersKeyframeRequests: answers);
        hub.Watch("a_480p");
        hub.Picture(33);
        int before = hub.Publisher.KeyframeRequests;
        hub.Hub.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(answers, hub.Find("a_480p").Stream!.RequestKeyframe());
        Assert.Equal(asked, hub.Publisher.KeyframeRequests - before);
    }

    [Fact]
    public void Levels_AreOfferedAsLongAsThereIsRoom()
    {
        using var pool = new TrackingBufferPool();
        var options = new LadderOptions { Default = LadderOptions.StandardName, MaximumConvertedPixelsPerSecond = 25_000_000 };
        using var hub = new LadderHub(pool, options);
        // Decoding 6.9, 480p 12.3, 360p 6.9 million; 720p 27.6 million never fits.
        Assert.Equal(["480p", "360p", LevelName.Source], NamesOf(hub));
        hub.Watch("a_480p");
        Assert.Equal(["480p", LevelName.Source], NamesOf(hub));
        string refusal = "The gateway already converts as many pictures as it is set to (Ladder:MaximumConvertedPixelsPerSecond).";
        Assert.Equal(refusal, hub.Find("a_360p").Refusal);
        Assert.Equal(refusal, hub.Find("a_720p").Refusal);
    }

    [Fact]
    public void Budget_FollowsWhatTheMachineIsMeasuredToTake()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new LadderHub(pool);
        Assert.Null(hub.Find("a_360p").Refusal);
        for (int second = 0; second < 100; second++)
        {
            hub.Budget.Note(20_000_000, TimeSpan.FromSeconds(1));
        }

        Assert.InRange(hub.Budget.Speed, 19_000_000, 21_000_000);
        Assert.Equal("This level takes more than one core of the gateway can convert in time.", hub.Find("a_720p").Refusal);
    }

    [Fact]
    public void WithoutAFreeThread_AnotherStreamsLevelsAreRefused()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new LadderHub(pool, workers: 1);
        using PublishLease other = hub.Hub.Publish("b", new FakePublisher());
        other.Publish(new TestFrames(pool).Key(0, format: LadderHub.Picture720));
        hub.Watch("a_360p");
        hub.Watch("a_480p");
        Assert.Contains("already converts the pictures of 1 streams", hub.Find("b_360p").Refusal, StringComparison.Ordinal);
        Assert.DoesNotContain(hub.Ladder.LevelsOf(TestHub.Key("b")), level => level.Origin == LevelOrigin.Converted);
    }

    [Fact]
    public void ConversionFallsBehind_TheCostliestLevelEndsAndIsRefusedForAWhile()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new LadderHub(pool);
        RecordingOutlet large = hub.Watch("a_480p");
        RecordingOutlet small = hub.Watch("a_360p");
        int time = 33;
        for (; large.Ends.Count == 0 && time < 12_000; time += 33)
        {
            // Received half a second before its turn comes.
            hub.Ladders.WhenPushed = null;
            TestFrames frames = new(pool) { ReceivedAt = hub.Hub.Clock.Now };
            hub.Lease.Publish(frames.Delta(time, format: LadderHub.Picture720));
            hub.Hub.Time.Advance(TimeSpan.FromMilliseconds(500));
            hub.Run();
        }

        Assert.Equal([StreamEndReason.Unpublished], large.Ends);
        Assert.Empty(small.Ends);
        Assert.Equal("The gateway is too busy to convert this level in time.", hub.Find("a_480p").Refusal);
        hub.Picture(time);
        Assert.EndsWith($"{time}", small.Text, StringComparison.Ordinal);
        hub.Hub.Time.Advance(ConvertedLevels.RefusalTime);
        Assert.NotNull(hub.Find("a_480p").Stream);
    }

    [Fact]
    public void WhatCannotBeMade_IsRefusedInWords()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new LadderHub(pool);
        using PublishLease small = hub.Hub.Publish("small", new FakePublisher());
        Assert.Equal("Only streams with H.264 have levels that the gateway makes.", hub.Find("small_360p").Refusal);
        small.Publish(new TestFrames(pool).Key(0, format: TestFrames.Picture180));
        Assert.Equal("The stream has 180 rows of pixels, fewer than the level.", hub.Find("small_360p").Refusal);
        hub.Ladders.Obstacle = "libswscale is not installed";
        Assert.Equal("The gateway cannot convert pictures: libswscale is not installed.", hub.Find("a_360p").Refusal);
        Assert.All(["a_240p", "nobody_360p", "a"], name => Assert.Equal(default, hub.Find(name)));

        using var off = new LadderHub(pool, new LadderOptions { Default = LadderOptions.StandardName, Convert = false });
        Assert.All(Names, name => Assert.Equal("Levels that nobody publishes are not made here (Ladder:Convert).", off.Find(name).Refusal));
        Assert.Equal([LevelName.Source], NamesOf(off));
    }

    [Fact]
    public void LevelsOfAStream_HaveItsAspect()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new LadderHub(pool);
        LadderLevel[] levels = [.. hub.Ladder.LevelsOf(TestHub.Key("a")).Where(level => level.Origin == LevelOrigin.Converted)];
        Assert.Equal([(1280, 720), (854, 480), (640, 360)], levels.Select(level => (level.Width, level.Height)));
        Assert.Equal(Names, levels.Select(level => level.Key.Name));
    }

    private static string Pictures(RecordingOutlet outlet) => string.Join(' ', outlet.Frames.Where(frame => frame[0] is 'K' or 'D'));

    private static IEnumerable<string> NamesOf(LadderHub hub) => hub.Ladder.LevelsOf(TestHub.Key("a")).Select(level => level.Name);
}
