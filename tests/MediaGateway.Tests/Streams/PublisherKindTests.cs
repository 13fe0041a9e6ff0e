using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

/// <summary>Browsers send keyframes when they are asked; encoders at their own interval, often of 10 s.</summary>
public sealed class PublisherKindTests : IDisposable
{
    private static readonly SubscriptionOptions FromCache = new(AudioPreference.Opus, StartPoint.CachedGroup);

    private readonly TrackingBufferPool _pool = new();
    private readonly FakePublisher _encoder = new() { Protocol = "rtmp", AnswersKeyframeRequests = false };
    private readonly FakePublisher _browser = new();
    private readonly RecordingOutlet _outlet = new();
    private readonly TestHub _hub;
    private readonly TestFrames _frames;

    public PublisherKindTests()
    {
        _hub = new TestHub(_pool);
        _frames = new TestFrames(_pool);
    }

    public void Dispose()
    {
        _hub.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void GroupOfTenSecondsFromAnEncoder_IsKeptForThoseWhoJoin()
    {
        using PublishLease lease = _hub.Publish("test", _encoder);
        Group(lease, 0, 10_000);
        lease.Stream.Attach(_outlet, FromCache);
        Assert.Equal("K0", _outlet.Frames[0]);
        Assert.Equal(500, _outlet.Frames.Count);
        Assert.Equal(0, lease.Stream.Snapshot().DroppedGroups);
        Assert.Equal("rtmp", lease.Stream.Snapshot().PublisherProtocol);
    }

    [Fact]
    public void GroupOverTheBoundOfEncoders_IsDropped()
    {
        using PublishLease lease = _hub.Publish("test", _encoder);
        Group(lease, 0, 12_100);
        Assert.Equal(1, lease.Stream.Snapshot().DroppedGroups);
    }

    [Fact]
    public void Encoder_IsNeverAskedForAKeyframe()
    {
        using PublishLease lease = _hub.Publish("test", _encoder);
        lease.Stream.Attach(_outlet, FromCache);
        Group(lease, 0, 9000);
        lease.Stream.RequestKeyframe();
        lease.Stream.Attach(new RecordingOutlet(), new SubscriptionOptions(AudioPreference.Opus, StartPoint.NextKeyframe));
        Assert.Equal(0, _encoder.KeyframeRequests);
        Assert.Equal(0, lease.Stream.Snapshot().KeyframeRequests);
    }

    [Fact]
    public void EncoderIsFollowedByABrowser_TheBrowsersBoundHoldsAndItIsAsked()
    {
        PublishLease lease = _hub.Publish("test", _encoder);
        lease.Stream.Attach(_outlet, FromCache);
        Group(lease, 0, 100);
        lease.End(StreamEndReason.PublisherLost);
        using PublishLease next = _hub.Publish("test", _browser);
        Group(next, 0, 5000);
        Assert.Equal(1, next.Stream.Snapshot().DroppedGroups);
        Assert.InRange(_browser.KeyframeRequests, 1, 20);
    }

    /// <summary>A group of pictures with sound, one of each every 40 ms, in step with the clock.</summary>
    private void Group(PublishLease lease, int start, int milliseconds)
    {
        for (int time = start; time < start + milliseconds; time += 40)
        {
            _frames.ReceivedAt = _hub.Clock.Now;
            lease.Publish(time == start ? _frames.Key(time) : _frames.Delta(time));
            lease.Publish(_frames.Sound(time));
            _hub.Time.Advance(TimeSpan.FromMilliseconds(40));
        }
    }
}
