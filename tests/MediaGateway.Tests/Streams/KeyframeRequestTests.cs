using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class KeyframeRequestTests : IDisposable
{
    private static readonly SubscriptionOptions FromCache = new(AudioPreference.Opus, StartPoint.CachedGroup);
    private static readonly SubscriptionOptions FromNext = new(AudioPreference.Opus, StartPoint.NextKeyframe);

    private readonly TrackingBufferPool _pool = new();
    private readonly FakePublisher _publisher = new();
    private readonly TestHub _hub;
    private readonly TestFrames _frames;
    private readonly PublishLease _lease;
    private int _time;

    public KeyframeRequestTests()
    {
        _hub = new TestHub(_pool);
        _frames = new TestFrames(_pool);
        _lease = _hub.Publish("test", _publisher);
    }

    public void Dispose()
    {
        _lease.Dispose();
        _hub.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void NobodyWatches_NothingIsAsked()
    {
        Flow(seconds: 30);
        Assert.Equal(0, _publisher.KeyframeRequests);
    }

    [Fact]
    public void SomebodyWatches_AKeyframeIsAskedEveryTwoSeconds()
    {
        Flow(seconds: 1);
        _lease.Stream.Attach(new RecordingOutlet(), FromCache);
        Flow(seconds: 0.9);
        Assert.Equal(0, _publisher.KeyframeRequests);
        for (int round = 1; round <= 5; round++)
        {
            Flow(seconds: 0.2);
            Assert.Equal(round, _publisher.KeyframeRequests);
            PublishKeyframe();
            Flow(seconds: 1.9);
            Assert.Equal(round, _publisher.KeyframeRequests);
        }
    }

    [Fact]
    public void RequestIsNotAnswered_ItIsRepeatedEvery300Milliseconds()
    {
        Flow(seconds: 3);
        _lease.Stream.Attach(new RecordingOutlet(), FromCache);
        Assert.Equal(1, _publisher.KeyframeRequests);
        Flow(seconds: 3);
        Assert.InRange(_publisher.KeyframeRequests, 9, 11);
    }

    [Fact]
    public void ManyViewersJoinAtOnce_OneRequestIsMade()
    {
        Flow(seconds: 1);
        for (int viewer = 0; viewer < 100; viewer++)
        {
            _lease.Stream.Attach(new RecordingOutlet(), FromNext);
        }

        Assert.Equal(1, _publisher.KeyframeRequests);
    }

    [Fact]
    public void LastViewerLeaves_AskingStops()
    {
        var outlet = new RecordingOutlet();
        Flow(seconds: 1);
        _lease.Stream.Attach(outlet, FromNext);
        _lease.Stream.Detach(outlet);
        int asked = _publisher.KeyframeRequests;
        Flow(seconds: 30);
        Assert.Equal(asked, _publisher.KeyframeRequests);
    }

    [Fact]
    public void ViewerAsks_TheRequestIsPacedLikeAnyOther()
    {
        Flow(seconds: 0.1);
        _lease.Stream.RequestKeyframe();
        _lease.Stream.RequestKeyframe();
        Assert.Equal(1, _publisher.KeyframeRequests);
        Flow(seconds: 0.3);
        _lease.Stream.RequestKeyframe();
        Assert.Equal(2, _publisher.KeyframeRequests);
    }

    [Fact]
    public void AudioOnlyStream_IsNeverAsked()
    {
        using PublishLease lease = _hub.Publish("audio", _publisher, ExpectedTracks.Audio);
        lease.Stream.Attach(new RecordingOutlet(), FromNext);
        lease.Publish(_frames.Sound(0));
        lease.Stream.RequestKeyframe();
        Assert.Equal(0, _publisher.KeyframeRequests);
    }

    /// <summary>Pictures and sound every 20 ms in step with the clock; the first picture of all is a keyframe.</summary>
    private void Flow(double seconds)
    {
        for (int end = _time + (int)(seconds * 1000); _time < end; _time += 20)
        {
            _frames.ReceivedAt = _hub.Clock.Now;
            _lease.Publish(_time == 0 ? _frames.Key(0) : _frames.Delta(_time));
            _lease.Publish(_frames.Sound(_time));
            _hub.Time.Advance(TimeSpan.FromMilliseconds(20));
        }
    }

    private void PublishKeyframe()
    {
        _frames.ReceivedAt = _hub.Clock.Now;
        _lease.Publish(_frames.Key(_time));
    }
}
