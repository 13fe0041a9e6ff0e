using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class GroupOfPicturesCacheTests : IDisposable
{
    private static readonly SubscriptionOptions FromCache = new(AudioPreference.Opus, StartPoint.CachedGroup);

    private readonly TrackingBufferPool _pool = new();
    private readonly FakePublisher _publisher = new();
    private readonly TestHub _hub;
    private readonly TestFrames _frames;
    private readonly PublishLease _lease;

    public GroupOfPicturesCacheTests()
    {
        _hub = new TestHub(_pool, new StreamOptions { CacheDuration = TimeSpan.FromSeconds(3), CacheBytes = 100_000 });
        _frames = new TestFrames(_pool);
        _lease = _hub.Publish("test", _publisher);
    }

    private LiveStream Stream => _lease.Stream;

    public void Dispose()
    {
        _lease.Dispose();
        _hub.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void GroupAtTheBoundInSeconds_IsKept()
    {
        Publish(_frames.Key(0), _frames.Sound(0), _frames.Delta(1500), _frames.Delta(3000));
        Assert.Equal("K0 S0 D1500 D3000", Replay());
        Assert.Equal(0, Stream.Snapshot().DroppedGroups);
    }

    [Fact]
    public void GroupOverTheBoundInSeconds_IsDroppedWholeAndANewOneIsAwaited()
    {
        Publish(_frames.Key(0), _frames.Sound(0), _frames.Delta(1500), _frames.Delta(3001), _frames.Delta(3033));
        Assert.Equal(1, Stream.Snapshot().DroppedGroups);
        var outlet = new RecordingOutlet();
        Stream.Attach(outlet, FromCache);
        Assert.Equal(1, _publisher.KeyframeRequests);
        Publish(_frames.Delta(3066), _frames.Key(3100), _frames.Delta(3133));
        Assert.Equal("K3100 D3133", outlet.Text);
    }

    [Fact]
    public void PicturesStall_SoundAloneOutgrowsTheGroup()
    {
        Publish(_frames.Key(0));
        for (int time = 0; time <= 4000; time += 20)
        {
            Publish(_frames.Sound(time));
        }

        StreamSnapshot snapshot = Stream.Snapshot();
        Assert.Equal(1, snapshot.DroppedGroups);
        Assert.Equal(26 * 50, snapshot.CachedBytes);
    }

    [Fact]
    public void GroupOverTheBoundInBytes_IsDroppedWhole()
    {
        Publish(_frames.Key(0, bytes: 60_000), _frames.Sound(0), _frames.Delta(33, bytes: 39_950));
        Assert.Equal(100_000, Stream.Snapshot().CachedBytes);
        Publish(_frames.Delta(66, bytes: 1));
        Assert.Equal((1, 50), (Stream.Snapshot().DroppedGroups, Stream.Snapshot().CachedBytes));
        Publish(_frames.Delta(100), _frames.Key(133), _frames.Delta(166));
        Assert.Equal("K133 D166", Replay());
    }

    [Fact]
    public void SoundWithoutPicturesStandsStill_ItsBytesAreBounded()
    {
        for (int count = 0; count < 5000; count++)
        {
            Publish(_frames.Sound(0));
        }

        Assert.InRange(Stream.Snapshot().CachedBytes, 1, 100_000);
    }

    [Fact]
    public void FramesWithoutBytesStandStill_TheirNumberIsBounded()
    {
        Publish(_frames.Key(0));
        for (int count = 0; count < 3 * GroupOfPicturesCache.MaximumFrames; count++)
        {
            Publish(_frames.Sound(0, bytes: 0));
        }

        Assert.Equal(1, Stream.Snapshot().DroppedGroups);
        Assert.InRange(_pool.Outstanding(BufferOwner.Frame), 1, GroupOfPicturesCache.MaximumFrames);
    }

    [Fact]
    public void KeyframeOverTheBoundAlone_IsNotKeptAndLiveViewersGetIt()
    {
        var outlet = new RecordingOutlet();
        Stream.Attach(outlet, FromCache);
        Publish(_frames.Sound(0), _frames.Key(0), _frames.Key(33, bytes: 100_001), _frames.Delta(66));
        Assert.Equal("K0 S0 K33 D66", outlet.Text);
        Assert.Equal(1, Stream.Snapshot().DroppedGroups);
    }

    [Fact]
    public void DroppedGroup_DoesNotTouchLiveViewers()
    {
        var outlet = new RecordingOutlet();
        Publish(_frames.Key(0), _frames.Sound(0));
        Stream.Attach(outlet, FromCache);
        Publish(_frames.Delta(2000), _frames.Delta(3001), _frames.Delta(3033));
        Assert.Equal("K0 S0 D2000 D3001 D3033", outlet.Text);
    }

    [Fact]
    public void StreamEnds_EverythingIsReleased()
    {
        Publish(_frames.Key(0), _frames.Sound(0), _frames.Delta(33));
        _lease.Dispose();
        Assert.Equal(0, Stream.Snapshot().CachedBytes);
    }

    private string Replay()
    {
        var outlet = new RecordingOutlet();
        Stream.Attach(outlet, FromCache);
        Stream.Detach(outlet);
        return outlet.Text;
    }

    private void Publish(params MediaFrame[] frames)
    {
        foreach (MediaFrame frame in frames)
        {
            _lease.Publish(frame);
        }
    }
}
