using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class ReconnectTests : IDisposable
{
    private static readonly SubscriptionOptions Aac = new(AudioPreference.Aac, StartPoint.CachedGroup);
    private static readonly SubscriptionOptions Opus = new(AudioPreference.Opus, StartPoint.CachedGroup);

    private readonly TrackingBufferPool _pool = new();
    private readonly RecordingOutlet _outlet = new();
    private readonly FakePublisher _first = new();
    private readonly FakePublisher _second = new();
    private readonly TestFrames _frames;
    private TestHub _hub;

    public ReconnectTests()
    {
        _hub = new TestHub(_pool);
        _frames = new TestFrames(_pool);
    }

    public void Dispose()
    {
        _hub.Registry.EndAll(SessionEndReason.ServerShutdown, "test");
        _hub.RunAudio();
        Assert.Equal(0, _hub.Transcoders.Alive);
        _hub.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void LostPublisherComesBack_ViewersGoOnByTheTimeThatHasPassed()
    {
        PublishLease lease = _hub.Publish("test", _first);
        Publish(lease, _frames.Key(5000), _frames.Sound(5000));
        LiveStream stream = lease.Stream;
        stream.Attach(_outlet, Opus);
        Advance(40);
        Publish(lease, _frames.Delta(5040), _frames.Sound(5040));
        lease.End(StreamEndReason.PublisherLost);
        Advance(2000);
        Assert.Same(stream, _hub.Registry.Find(stream.Key));
        Assert.Equal(StreamState.AwaitingPublisher, stream.State);
        Assert.Null(stream.Snapshot().PublisherProtocol);

        using PublishLease next = _hub.Publish("test", _second);
        Assert.Same(stream, next.Stream);
        Publish(next, _frames.Key(0), _frames.Sound(0), _frames.Delta(40), _frames.Sound(20));
        Assert.Equal("K5000 S5000 D5040 S5040 K7040 S7040 D7080 S7060", _outlet.Text);
        Assert.Equal(1, _outlet.Starts);
        Assert.Empty(_outlet.Ends);
        Assert.Equal("webrtc", stream.Snapshot().PublisherProtocol);
    }

    [Fact]
    public void PublisherComesBackTwice_EachTimeTheTimelineGoesOn()
    {
        PublishLease lease = _hub.Publish("test", _first);
        Publish(lease, _frames.Key(0), _frames.Sound(0));
        lease.Stream.Attach(_outlet, Opus);
        for (int round = 0; round < 2; round++)
        {
            lease.End(StreamEndReason.PublisherLost);
            Advance(1000);
            lease = _hub.Publish("test", _second);
            Publish(lease, _frames.Key(90_000), _frames.Sound(90_010));
        }

        lease.Dispose();
        Assert.Equal("K0 S0 K1000 S1010 K2010 S2020", _outlet.Text);
    }

    [Fact]
    public void TracksOfTheNextPublisherBeginApart_NoTrackGoesBack()
    {
        PublishLease lease = _hub.Publish("test", _first);
        Publish(lease, _frames.Key(1000), _frames.Sound(1000));
        lease.Stream.Attach(_outlet, Opus);
        lease.End(StreamEndReason.PublisherLost);
        Advance(5);
        using PublishLease next = _hub.Publish("test", _second);
        Publish(next, _frames.Key(100), _frames.Sound(40), _frames.Delta(133), _frames.Sound(60));
        Assert.Equal("K1000 S1000 K1005 S1001 D1094 S1021", _outlet.Text);
    }

    [Fact]
    public void NobodyComesBack_StreamEndsAfterTheGrace()
    {
        PublishLease lease = _hub.Publish("test", _first);
        Publish(lease, _frames.Key(0), _frames.Sound(0));
        lease.Stream.Attach(_outlet, Opus);
        lease.End(StreamEndReason.PublisherLost);
        Advance(4999);
        Assert.Empty(_outlet.Ends);
        Advance(1);
        Assert.Equal([StreamEndReason.Unpublished], _outlet.Ends);
        Assert.Null(_hub.Registry.Find(lease.Stream.Key));
        Assert.Equal(0, lease.Stream.Snapshot().CachedBytes);
        using PublishLease other = _hub.Publish("test", _second);
        Assert.NotSame(lease.Stream, other.Stream);
    }

    [Fact]
    public void PublisherComesBackInTime_TheGraceOfBeforeEndsNothing()
    {
        PublishLease lease = _hub.Publish("test", _first);
        lease.End(StreamEndReason.PublisherLost);
        Advance(4999);
        using PublishLease next = _hub.Publish("test", _second);
        Advance(60_000);
        Assert.Same(next.Stream, _hub.Registry.Find(next.Stream.Key));
        Assert.True(next.IsCurrent);
        Assert.False(lease.IsCurrent);
    }

    [Fact]
    public void NoGrace_StreamEndsAtOnce()
    {
        _hub.Dispose();
        _hub = new TestHub(_pool, new StreamOptions { ReconnectGrace = TimeSpan.Zero });
        PublishLease lease = _hub.Publish("test", _first);
        lease.Stream.Attach(_outlet, Opus);
        lease.End(StreamEndReason.PublisherLost);
        Assert.Equal([StreamEndReason.PublisherLost], _outlet.Ends);
        Assert.Empty(_hub.Registry.Streams);
    }

    [Fact]
    public void LateFramesOfTheLostPublisher_AreReleasedUnseen()
    {
        PublishLease lease = _hub.Publish("test", _first);
        Publish(lease, _frames.Key(0), _frames.Sound(0));
        lease.Stream.Attach(_outlet, Opus);
        lease.End(StreamEndReason.PublisherLost);
        Publish(lease, _frames.Delta(33));
        using PublishLease next = _hub.Publish("test", _second);
        Publish(lease, _frames.Key(66));
        lease.Describe(new StreamMetadata([]));
        lease.Dispose();
        Assert.Equal("K0 S0", _outlet.Text);
        Assert.Null(_outlet.Metadata);
        Assert.True(next.IsCurrent);
    }

    [Fact]
    public void NextPublisherBeginsWithoutKeyframe_PicturesWaitForOneThatItIsAskedFor()
    {
        PublishLease lease = _hub.Publish("test", _first);
        Publish(lease, _frames.Key(0), _frames.Sound(0));
        lease.Stream.Attach(_outlet, Opus);
        lease.End(StreamEndReason.PublisherLost);
        lease.Stream.RequestKeyframe();
        Assert.Equal(0, _first.KeyframeRequests);
        Advance(100);
        using PublishLease next = _hub.Publish("test", _second);
        Publish(next, _frames.Delta(0), _frames.Sound(0), _frames.Delta(33), _frames.Key(66), _frames.Delta(100));
        Assert.Equal("K0 S0 S100 K166 D200", _outlet.Text);
        Assert.Equal((0, 1), (_first.KeyframeRequests, _second.KeyframeRequests));
    }

    [Fact]
    public void ViewersWhoJoinMeanwhile_GetTheOldGroupBeforeAndTheNewOneAfter()
    {
        PublishLease lease = _hub.Publish("test", _first);
        Publish(lease, _frames.Key(0), _frames.Sound(0));
        lease.End(StreamEndReason.PublisherLost);
        var meanwhile = new RecordingOutlet();
        lease.Stream.Attach(meanwhile, Opus);
        Assert.Equal("K0 S0", meanwhile.Text);
        Advance(100);
        using PublishLease next = _hub.Publish("test", _second);
        var after = new RecordingOutlet();
        next.Stream.Attach(after, Opus);
        Publish(next, _frames.Sound(0));
        Assert.Equal(0, after.Starts);
        Publish(next, _frames.Key(0, format: TestFrames.Picture180), _frames.Delta(33, format: TestFrames.Picture180));
        Assert.Equal("K100 S100 D133", after.Text);
        Assert.Equal("K0 S0 S100 K100 D133", meanwhile.Text);
        Assert.Equal(TestFrames.Picture180, after.Formats!.Value.Video);
    }

    [Fact]
    public void ConvertedSound_GoesOnWithoutHoleOrStepBack()
    {
        PublishLease lease = _hub.Publish("test", _first);
        Flow(lease, 0, 1000);
        lease.Stream.Attach(_outlet, Aac);
        _hub.RunAudio();
        lease.End(StreamEndReason.PublisherLost);
        Advance(1500);
        using PublishLease next = _hub.Publish("test", _second);
        Flow(next, 700_000, 1000);
        _hub.RunAudio();
        int[] sound = TimesOf('A');
        Assert.Equal((1, 1), (_hub.Transcoders.Created, _hub.Transcoders.Alive));
        Assert.InRange(sound[^1], 3350, 3500);
        Assert.All(sound.Zip(sound[1..]), pair => Assert.InRange(pair.Second - pair.First, 20, 1600));
    }

    [Fact]
    public void ConvertedSoundWithoutPictures_IsFilledWhileTheStreamWaits()
    {
        PublishLease lease = _hub.Publish("test", _first, ExpectedTracks.Audio);
        lease.Stream.Attach(_outlet, Aac);
        Sound(lease, 0, 1000);
        _hub.RunAudio();
        lease.End(StreamEndReason.PublisherLost);
        for (int step = 0; step < 40; step++)
        {
            Advance(50);
            _hub.RunAudio();
        }

        Assert.InRange(TimesOf('A')[^1], 2300, 2500);
        using PublishLease next = _hub.Publish("test", _second, ExpectedTracks.Audio);
        Sound(next, 0, 1000);
        _hub.RunAudio();
        int[] sound = TimesOf('A');
        Assert.InRange(sound[^1], 3850, 4000);
        Assert.All(sound.Zip(sound[1..]), pair => Assert.InRange(pair.Second - pair.First, 20, 22));
    }

    [Fact]
    public void BrowserIsFollowedByAnEncoder_ViewersOfConvertedSoundGetItsOwn()
    {
        PublishLease lease = _hub.Publish("test", _first);
        Flow(lease, 0, 500);
        lease.Stream.Attach(_outlet, Aac);
        _hub.RunAudio();
        Assert.Single(lease.Stream.Snapshot().Bridges);
        lease.End(StreamEndReason.PublisherLost);
        Advance(1000);
        using PublishLease next = _hub.Publish("test", _second, ExpectedTracks.None);
        for (int time = 0; time < 500; time += 20)
        {
            Publish(next, time == 0 ? _frames.Key(0) : _frames.Delta(time), _frames.EncoderSound(TestFrames.Aac44, time));
            _hub.RunAudio();
        }

        Assert.Empty(next.Stream.Snapshot().Bridges);
        int[] sound = TimesOf('A');
        Assert.Equal(sound.Order().Distinct(), sound);
        Assert.Equal(Enumerable.Range(0, 25).Select(step => 1500 + (step * 20)), sound[^25..]);
    }

    [Fact]
    public void DataAndFurtherTracks_MoveWithTheRest()
    {
        FlvTagFormat further = TestFrames.FurtherFormat(TrackKind.Audio, 1);
        PublishLease lease = _hub.Publish("test", _first);
        Publish(lease, _frames.Key(0), _frames.Sound(0), _frames.Further(further, 0));
        lease.Stream.Attach(_outlet, Opus);
        lease.End(StreamEndReason.PublisherLost);
        Advance(300);
        using PublishLease next = _hub.Publish("test", _second);
        Publish(next, _frames.Data(0), _frames.Key(7000), _frames.Data(7010), _frames.Further(further, 7020));
        Assert.Equal("K0 S0 T300 K300 T310 x1:320", _outlet.Text);
    }

    [Fact]
    public void StreamIsEndedWhileItWaits_ViewersAreToldAtOnce()
    {
        PublishLease lease = _hub.Publish("test", _first);
        lease.Stream.Attach(_outlet, Opus);
        lease.End(StreamEndReason.PublisherLost);
        lease.Stream.EndPublisher(SessionEndReason.Completed, "test");
        Assert.Equal([StreamEndReason.Unpublished], _outlet.Ends);
        Assert.Null(_first.Ended);
        Advance(10_000);
        Assert.Single(_outlet.Ends);
    }

    [Fact]
    public void Shutdown_NoStreamWaits()
    {
        var second = new RecordingOutlet();
        PublishLease waiting = _hub.Publish("waiting", _first);
        PublishLease live = _hub.Publish("live", _second);
        waiting.Stream.Attach(_outlet, Opus);
        live.Stream.Attach(second, Opus);
        waiting.End(StreamEndReason.PublisherLost);
        _hub.Registry.EndAll(SessionEndReason.ServerShutdown, "test");
        Assert.Equal([StreamEndReason.ServerShutdown], _outlet.Ends);
        live.End(StreamEndReason.PublisherLost);
        Assert.Equal([StreamEndReason.PublisherLost], second.Ends);
        Assert.Empty(_hub.Registry.Streams);
    }

    [Fact]
    public void MetadataOfTheLostPublisher_IsNotToldOfTheNext()
    {
        var metadata = new StreamMetadata([KeyValuePair.Create("encoder", (AmfValue)new AmfString("old"))]);
        PublishLease lease = _hub.Publish("test", _first);
        lease.Describe(metadata);
        lease.End(StreamEndReason.PublisherLost);
        using PublishLease next = _hub.Publish("test", _second);
        next.Stream.Attach(_outlet, Opus);
        Publish(next, _frames.Key(0), _frames.Sound(0));
        Assert.Null(_outlet.Formats!.Value.Metadata);
    }

    [Fact]
    public void ThousandRounds_LeaveNothingBehind()
    {
        for (int round = 0; round < 1000; round++)
        {
            PublishLease lease = _hub.Publish("test", _first);
            Publish(lease, _frames.Key(round), _frames.Sound(round), _frames.Delta(round + 20));
            lease.Stream.Attach(new RecordingOutlet(), Aac);
            lease.End(round % 3 == 0 ? StreamEndReason.Unpublished : StreamEndReason.PublisherLost);
            Advance(100);
        }

        Advance(5000);
        _hub.RunAudio();
        Assert.Empty(_hub.Registry.Streams);
        Assert.Equal(0, _hub.Transcoders.Alive);
    }

    [Fact]
    public void LossAndReturnAtOnce_TheReturnIsRefusedOrGoesOn()
    {
        using var barrier = new Barrier(2);
        for (int round = 0; round < 1000; round++)
        {
            PublishLease lease = _hub.Publish("raced", _first);
            LiveStream stream = lease.Stream;
            PublishLease? next = null;
            string? refusal = null;
            var rival = new Thread(() =>
            {
                barrier.SignalAndWait();
                next = _hub.Registry.TryPublish(stream.Key, ExpectedTracks.None, _second, out refusal);
            });
            rival.Start();
            barrier.SignalAndWait();
            lease.End(StreamEndReason.PublisherLost);
            rival.Join();
            Assert.Equal(next is null ? StreamRegistry.NameInUse : null, refusal);
            Assert.Equal(next is null ? StreamState.AwaitingPublisher : StreamState.Published, stream.State);
            Assert.Same(stream, _hub.Registry.Find(stream.Key));
            next?.Dispose();
            stream.EndPublisher(SessionEndReason.Completed, "test");
            Assert.Empty(_hub.Registry.Streams);
        }
    }

    private int[] TimesOf(char kind) => [.. _outlet.Frames.Where(frame => frame[0] == kind).Select(frame => int.Parse(frame.AsSpan(1)))];

    private void Advance(int milliseconds) => _hub.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>Pictures and sound every 20 ms in step with the clock; the first picture is a keyframe.</summary>
    private void Flow(PublishLease lease, int start, int milliseconds)
    {
        for (int time = start; time < start + milliseconds; time += 20)
        {
            Publish(lease, time == start ? _frames.Key(time) : _frames.Delta(time), _frames.Sound(time));
            Advance(20);
        }
    }

    /// <summary>Sound alone every 20 ms, in step with the clock.</summary>
    private void Sound(PublishLease lease, int start, int milliseconds)
    {
        for (int time = start; time < start + milliseconds; time += 20)
        {
            Publish(lease, _frames.Sound(time));
            Advance(20);
        }
    }

    private static void Publish(PublishLease lease, params MediaFrame[] frames)
    {
        foreach (MediaFrame frame in frames)
        {
            lease.Publish(frame);
        }
    }
}
