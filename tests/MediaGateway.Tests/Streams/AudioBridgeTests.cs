using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class AudioBridgeTests : IDisposable
{
    private static readonly SubscriptionOptions Aac = new(AudioPreference.Aac, StartPoint.CachedGroup);
    private static readonly SubscriptionOptions Opus = new(AudioPreference.Opus, StartPoint.CachedGroup);

    private readonly TrackingBufferPool _pool = new();
    private readonly FakePublisher _publisher = new();
    private readonly RecordingOutlet _outlet = new();
    private readonly TestHub _hub;
    private readonly TestFrames _frames;
    private readonly PublishLease _lease;
    private int _time;

    public AudioBridgeTests()
    {
        _hub = new TestHub(_pool);
        _frames = new TestFrames(_pool);
        _lease = _hub.Publish("test", _publisher);
    }

    private FakeTranscoderFactory Transcoders => _hub.Transcoders;

    private LiveStream Stream => _lease.Stream;

    public void Dispose()
    {
        _lease.Dispose();
        _hub.RunAudio();
        Assert.Equal(0, Transcoders.Alive);
        _hub.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void FirstViewer_GetsTheCachedGroupWithItsSoundMerged()
    {
        Flow(until: 3000);
        Stream.Attach(_outlet, Aac);
        Assert.Equal(0, _outlet.Starts);
        _hub.RunAudio();
        Assert.Equal(new StreamFormats(TestFrames.Picture360, TestFrames.Aac), _outlet.Formats);
        Assert.Equal("K0", _outlet.Frames[0]);
        AssertMerged(_outlet.Frames);
        AssertWholeSound(_outlet.Frames, from: 0, until: 3000 - 64);

        Flow(until: 4000);
        _hub.RunAudio();
        AssertWholeSound(_outlet.Frames, from: 0, until: 4000 - 64);
    }

    [Fact]
    public void WorkerIsBusy_PicturesComeSoonAndTheSoundOfTheGroupBehindThem()
    {
        Flow(until: 3000);
        Stream.Attach(_outlet, Aac with { SoundMayFollow = true });
        _hub.Time.Advance(BridgeFeed.ShortPatience - TimeSpan.FromMilliseconds(1));
        Flow(until: 3020);
        Assert.Equal(0, _outlet.Starts);

        _hub.Time.Advance(TimeSpan.FromMilliseconds(1));
        Flow(until: 3040);
        Assert.Equal(new StreamFormats(TestFrames.Picture360, TestFrames.Aac), _outlet.Formats);
        Assert.Equal(152, _outlet.Frames.Count);
        Assert.Empty(TimesOf(_outlet.Frames, 'A'));

        _hub.RunAudio();
        AssertWholeSound(_outlet.Frames, from: 0, until: 3040 - 64);
        var later = new RecordingOutlet();
        Stream.Attach(later, Aac with { SoundMayFollow = true });
        AssertMerged(later.Frames);
        AssertWholeSound(later.Frames, from: 0, until: 3040 - 64);
    }

    [Fact]
    public void WorkerIsNotBusy_SoundThatMayFollowComesMerged()
    {
        Flow(until: 3000);
        Stream.Attach(_outlet, Aac with { SoundMayFollow = true });
        _hub.RunAudio();
        AssertMerged(_outlet.Frames);
        AssertWholeSound(_outlet.Frames, from: 0, until: 3000 - 64);
    }

    [Fact]
    public void NewGroupBeginsWhileTheSoundOfTheOldOneIsMade_LaterViewersGetItsSoundOnly()
    {
        Flow(until: 980);
        Stream.Attach(_outlet, Aac with { SoundMayFollow = true });
        _hub.Time.Advance(BridgeFeed.ShortPatience);
        Flow(until: 1000);
        Publish(_frames.Key(1000));
        Flow(until: 1500);
        var later = new RecordingOutlet();
        Stream.Attach(later, Aac with { SoundMayFollow = true });
        _hub.RunAudio();
        AssertWholeSound(_outlet.Frames, from: 0, until: 1500 - 64);
        Assert.Equal("K1000", later.Frames[0]);
        AssertWholeSound(later.Frames, from: 1000, until: 1500 - 64);
    }

    [Fact]
    public void NoViewerWantsAac_NothingIsConverted()
    {
        Stream.Attach(_outlet, Opus);
        Flow(until: 500);
        _hub.RunAudio();
        Assert.Equal(0, Transcoders.Created);
        Assert.Empty(Stream.Snapshot().Bridges);
    }

    [Fact]
    public void ManyViewers_ShareOneTranscoder()
    {
        Flow(until: 200);
        RecordingOutlet[] outlets = [.. Enumerable.Range(0, 10).Select(_ => new RecordingOutlet())];
        foreach (RecordingOutlet outlet in outlets)
        {
            Stream.Attach(outlet, Aac);
            _hub.RunAudio();
            Flow(until: _time + 100);
        }

        _hub.RunAudio();
        Assert.Equal(1, Transcoders.Created);
        Assert.Equal(_time / 20, Transcoders.Pushed);
        foreach (RecordingOutlet outlet in outlets)
        {
            Assert.Equal("K0", outlet.Frames[0]);
            AssertWholeSound(outlet.Frames, from: 0, until: _time - 64);
        }
    }

    [Fact]
    public void LaterViewer_JoinsAtOnceFromTheCache()
    {
        Flow(until: 400);
        Stream.Attach(_outlet, Aac);
        _hub.RunAudio();
        var second = new RecordingOutlet();
        Stream.Attach(second, Aac);
        Assert.Equal(_outlet.Frames, second.Frames);
    }

    [Fact]
    public void NewGroup_KeepsTheSoundFromItsKeyframeOn()
    {
        Stream.Attach(_outlet, Aac);
        Flow(until: 1000);
        _hub.RunAudio();
        Publish(_frames.Key(1000));
        Flow(until: 1500);
        _hub.RunAudio();
        var second = new RecordingOutlet();
        Stream.Attach(second, Aac);
        Assert.Equal("K1000", second.Frames[0]);
        AssertWholeSound(second.Frames, from: 1000, until: 1500 - 64);
    }

    [Fact]
    public void ViewerBeforeTheFirstFrame_StartsWithBothTracks()
    {
        Stream.Attach(_outlet, Aac);
        Flow(until: 40);
        Assert.Equal(0, _outlet.Starts);
        _hub.RunAudio();
        Assert.Equal(new StreamFormats(TestFrames.Picture360, TestFrames.Aac), _outlet.Formats);
    }

    [Fact]
    public void OpusAndAacViewers_GetTheirOwn()
    {
        var opus = new RecordingOutlet();
        Stream.Attach(_outlet, Aac);
        Stream.Attach(opus, Opus);
        Flow(until: 500);
        _hub.RunAudio();
        Assert.DoesNotContain(_outlet.Frames, frame => frame[0] == 'S');
        Assert.DoesNotContain(opus.Frames, frame => frame[0] == 'A');
        Assert.Equal(25, opus.Frames.Count(frame => frame[0] == 'S'));
    }

    [Fact]
    public void LastViewerLeaves_BridgeStopsAfterTheLinger()
    {
        Stream.Attach(_outlet, Aac);
        Flow(until: 500);
        _hub.RunAudio();
        Stream.Detach(_outlet);
        Flow(until: 520);
        _hub.Time.Advance(TimeSpan.FromSeconds(9.9));
        Flow(until: 540);
        _hub.RunAudio();
        Assert.Equal(1, Transcoders.Alive);
        long cached = Stream.Snapshot().CachedBytes;

        _hub.Time.Advance(TimeSpan.FromSeconds(0.2));
        Flow(until: 560);
        _hub.RunAudio();
        Assert.Equal(0, Transcoders.Alive);
        Assert.True(Stream.Snapshot().CachedBytes < cached);
        Assert.Empty(Stream.Snapshot().Bridges);

        var next = new RecordingOutlet();
        Stream.Attach(next, Aac);
        _hub.RunAudio();
        Assert.Equal(2, Transcoders.Created);
        AssertWholeSound(next.Frames, from: 0, until: 560 - 64);
    }

    [Fact]
    public void ViewerComesBackWithinTheLinger_BridgeGoesOn()
    {
        Stream.Attach(_outlet, Aac);
        Flow(until: 500);
        _hub.RunAudio();
        Stream.Detach(_outlet);
        Flow(until: 520);
        _hub.Time.Advance(TimeSpan.FromSeconds(9));
        Stream.Attach(new RecordingOutlet(), Aac);
        _hub.Time.Advance(TimeSpan.FromSeconds(9));
        Flow(until: 540);
        _hub.RunAudio();
        Assert.Equal((1, 1), (Transcoders.Created, Transcoders.Alive));
    }

    [Fact]
    public void TranscoderThrows_ItIsMadeAnewAndTheStreamGoesOn()
    {
        Stream.Attach(_outlet, Aac);
        Flow(until: 500);
        _hub.RunAudio();
        Transcoders.FailingPushes = 1;
        Flow(until: 600);
        _hub.RunAudio();
        Flow(until: 1000);
        _hub.RunAudio();
        Assert.Equal((2, 1), (Transcoders.Created, Transcoders.Alive));
        Assert.Equal(50, _outlet.Frames.Count(frame => frame[0] is 'K' or 'D'));
        int[] sound = TimesOf(_outlet.Frames, 'A');
        Assert.True(sound[^1] > 900);
        Assert.Equal(sound.Order().Distinct(), sound);
    }

    [Fact]
    public void TranscoderMadeAnewOverlapsWhatWasFilled_TheOverlapIsLeftOut()
    {
        Stream.Attach(_outlet, Aac);
        Flow(until: 500);
        _hub.RunAudio();
        _hub.Time.Advance(TimeSpan.FromSeconds(1));
        Publish(_frames.Delta(1000));
        _hub.RunAudio();
        int filled = TimesOf(_outlet.Frames, 'A')[^1];
        Assert.InRange(filled, 840, 900);

        Transcoders.FailingPushes = 1;
        Publish(_frames.Sound(500));
        _hub.RunAudio();
        for (int late = 520; late < 1200; late += 20)
        {
            Publish(_frames.Sound(late));
        }

        _hub.RunAudio();
        int[] sound = TimesOf(_outlet.Frames, 'A');
        Assert.InRange(sound[^1], 1100, 1200);
        Assert.Equal(sound.Order().Distinct(), sound);
    }

    [Fact]
    public void TranscoderThrowsInOneStream_TheOthersDoNotNotice()
    {
        var other = new RecordingOutlet();
        using PublishLease second = _hub.Publish("other", new FakePublisher());
        second.Stream.Attach(other, Aac);
        Stream.Attach(_outlet, Aac);
        Flow(until: 20);
        _hub.RunAudio();
        Transcoders.FailingPushes = 1;
        Flow(until: 40);
        _hub.RunAudio();
        for (int time = 0; time < 500; time += 20)
        {
            second.Publish(time == 0 ? _frames.Key(0) : _frames.Delta(time));
            second.Publish(_frames.Sound(time));
        }

        _hub.RunAudio();
        AssertWholeSound(other.Frames, from: 0, until: 500 - 64);
        second.Dispose();
        _hub.RunAudio();
    }

    [Fact]
    public void TranscoderCannotBeMade_ViewersStartWithoutSoundAfterASecondAndItIsTriedOncePerSecond()
    {
        Transcoders.FailingCreations = 3;
        Stream.Attach(_outlet, Aac);
        for (int turn = 0; turn < 9; turn++)
        {
            Flow(until: _time + 100);
            _hub.RunAudio();
            _hub.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal((0, 2), (_outlet.Starts, Transcoders.Created));
        _hub.Time.Advance(TimeSpan.FromMilliseconds(100));
        Flow(until: _time + 20);
        Assert.Equal(new StreamFormats(TestFrames.Picture360, null), _outlet.Formats);
        for (int turn = 0; turn < 3; turn++)
        {
            _hub.RunAudio();
            _hub.Time.Advance(TimeSpan.FromSeconds(1));
            Flow(until: _time + 200);
        }

        _hub.RunAudio();
        Assert.Equal(4, Transcoders.Created);
        Assert.Contains(_outlet.Frames, frame => frame[0] == 'A');
    }

    [Fact]
    public void WorkerFallsBehind_OldestPacketsAreDroppedAndCounted()
    {
        Stream.Attach(_outlet, Aac);
        Publish(_frames.Key(0));
        for (int packet = 0; packet < BridgeFeed.Capacity + 100; packet++)
        {
            Publish(_frames.Sound(packet * 20));
        }

        _hub.RunAudio();
        Assert.Equal(100, Assert.Single(Stream.Snapshot().Bridges).DroppedPackets);
        Assert.Equal(BridgeFeed.Capacity, Transcoders.Pushed);
    }

    [Fact]
    public void WorkerFallsFarBehind_SoundGoesOnWithTheNewestPackets()
    {
        Stream.Attach(_outlet, Aac);
        Flow(until: 500);
        _hub.RunAudio();
        FlowInTime(until: 500 + (int)BridgeFeed.MaximumLag.TotalMilliseconds);
        Assert.Equal(0, Assert.Single(Stream.Snapshot().Bridges).DroppedPackets);

        FlowInTime(until: 4500);
        _hub.RunAudio();
        int[] sound = TimesOf(_outlet.Frames, 'A');
        Assert.Equal(sound.Order().Distinct(), sound);
        (int before, int after) = Assert.Single(sound.Zip(sound.Skip(1)), pair => pair.Second - pair.First > 22);
        Assert.InRange(before, 400, 500);
        Assert.InRange(after, 3150, 3250);
        Assert.InRange(sound[^1], 4400, 4500);
        Assert.Equal((2, 1), (Transcoders.Created, Transcoders.Alive));
        Assert.InRange(Assert.Single(Stream.Snapshot().Bridges).DroppedPackets, 130, 140);
    }

    [Fact]
    public void PublisherFallsSilentWhilePicturesGoOn_SoundIsFilledBehindThem()
    {
        Stream.Attach(_outlet, Aac);
        Flow(until: 500);
        _hub.RunAudio();
        Assert.Empty(Transcoders.Fills);
        for (int time = 533; time < 1500; time += 33)
        {
            _hub.Time.Advance(TimeSpan.FromMilliseconds(33));
            Publish(_frames.Delta(time));
            _hub.RunAudio();
        }

        Assert.Equal(Transcoders.Fills.Order(), Transcoders.Fills);
        Assert.InRange(Transcoders.Fills[^1], 1350, 1400);
        AssertWholeSound(_outlet.Frames, from: 0, until: 1330);
    }

    [Fact]
    public void EverythingStalls_NothingIsFilled()
    {
        Stream.Attach(_outlet, Aac);
        Flow(until: 500);
        _hub.Time.Advance(TimeSpan.FromSeconds(3));
        _hub.RunAudio();
        Assert.Empty(Transcoders.Fills);
    }

    [Fact]
    public void SilentPublisherWithoutPictures_IsFilledByTheClock()
    {
        using PublishLease lease = _hub.Publish("audio", _publisher, ExpectedTracks.Audio);
        lease.Stream.Attach(_outlet, Aac);
        lease.Publish(_frames.Sound(0));
        _hub.RunAudio();
        _hub.Time.Advance(TimeSpan.FromMilliseconds(450));
        _hub.RunAudio();
        Assert.Empty(Transcoders.Fills);
        _hub.Time.Advance(TimeSpan.FromMilliseconds(550));
        _hub.RunAudio();
        Assert.Equal(500, Transcoders.Fills[^1]);
        lease.Dispose();
        _hub.RunAudio();
    }

    [Fact]
    public void StreamEndsWhileItsSoundIsMade_NothingLeaks()
    {
        Stream.Attach(_outlet, Aac);
        Flow(until: 500);
        _lease.Dispose();
        _hub.RunAudio();
        Assert.Equal([StreamEndReason.Unpublished], _outlet.Ends);
        Assert.Equal(0, Transcoders.Alive);
    }

    private static int[] TimesOf(IEnumerable<string> frames, char kind) =>
        [.. frames.Where(frame => frame[0] == kind).Select(frame => int.Parse(frame.AsSpan(1)))];

    private static void AssertMerged(IEnumerable<string> frames)
    {
        int[] times = [.. frames.Select(frame => int.Parse(frame.AsSpan(1)))];
        Assert.Equal(times.Order(), times);
    }

    /// <summary>Sound of 1024 samples a frame covers the span without hole, overlap or frame before it.</summary>
    private static void AssertWholeSound(IEnumerable<string> frames, int from, int until)
    {
        int[] times = TimesOf(frames, 'A');
        Assert.InRange(times[0], from, from + 21);
        Assert.InRange(times[^1], until - 22, int.MaxValue);
        for (int index = 0; index < times.Length; index++)
        {
            Assert.InRange(times[index] - times[0] - (index * 1024 / 48.0), -1.01, 1.01);
        }
    }

    /// <summary>As <see cref="Flow"/>, while time passes.</summary>
    private void FlowInTime(int until)
    {
        while (_time < until)
        {
            _hub.Time.Advance(TimeSpan.FromMilliseconds(20));
            Flow(_time + 20);
        }
    }

    /// <summary>Publishes a picture and a packet of sound every 20 ms; the first picture of all is a keyframe.</summary>
    private void Flow(int until)
    {
        for (; _time < until; _time += 20)
        {
            Publish(_time == 0 ? _frames.Key(0) : _frames.Delta(_time), _frames.Sound(_time));
        }
    }

    private void Publish(params MediaFrame[] frames)
    {
        foreach (MediaFrame frame in frames)
        {
            _lease.Publish(frame);
        }
    }
}
