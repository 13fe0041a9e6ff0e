using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using MediaGateway.Native.Video;
using MediaGateway.Snapshots;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Snapshots;

/// <summary>How often pictures are made, of what, and for how many at once.</summary>
public sealed class SnapshotServiceTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();
    private readonly TestHub _hub;
    private readonly SnapshotService _snapshots;

    public SnapshotServiceTests()
    {
        _hub = new TestHub(_buffers);
        _snapshots = new SnapshotService(
            Options.Create(new SnapshotOptions()), _hub.Clock, _hub.Time, NullLogger<SnapshotService>.Instance);
    }

    public void Dispose()
    {
        _snapshots.Dispose();
        _hub.Registry.EndAll(MediaGateway.Diagnostics.SessionEndReason.ServerShutdown, "");
        foreach (LiveStream stream in _hub.Registry.Streams)
        {
            stream.Lease?.Dispose();
        }

        _hub.Dispose();
        _buffers.Dispose();
    }

    [Fact]
    public async Task ManyWhoAsk_ShareOnePictureForItsLifetime()
    {
        PublishLease lease = PublishPicture("a");
        Snapshot[] pictures = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => TakeAsync(lease.Stream)));
        Assert.All(pictures, picture => Assert.Same(pictures[0], picture));
        Assert.Null(pictures[0].Refusal);
        Assert.Equal(1, _snapshots.Made);

        _hub.Time.Advance(TimeSpan.FromSeconds(2));
        Snapshot later = await TakeAsync(lease.Stream);
        Assert.NotEqual(pictures[0].Tag, later.Tag);
        Assert.Equal((2, 1), (_snapshots.Made, _snapshots.Count));
        Assert.Equal((0, 0), (lease.Stream.Outlets, lease.Stream.Viewers));
        Assert.False(lease.Stream.IsWanted);
    }

    [Fact]
    public async Task WithoutACachedGroup_APublisherIsAskedForAKeyframe()
    {
        var publisher = new FakePublisher();
        using PublishLease lease = _hub.Registry.TryPublish(TestHub.Key("a"), ExpectedTracks.Video, publisher, out _)!;
        Task<Snapshot> asked = TakeAsync(lease.Stream);
        Assert.True(publisher.KeyframeRequests > 0);
        Assert.False(asked.IsCompleted);
        Feed(lease);

        Assert.Null((await asked).Refusal);
        Assert.Equal(0, lease.Stream.Outlets);
    }

    [Fact]
    public async Task NoKeyframeInTime_IsSaidInWords()
    {
        using PublishLease lease = _hub.Registry.TryPublish(TestHub.Key("a"), ExpectedTracks.Video, new FakePublisher(), out _)!;
        Task<Snapshot> asked = TakeAsync(lease.Stream);
        _hub.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal("The stream has no picture to show.", (await asked).Refusal);
        Assert.Equal(0, lease.Stream.Outlets);
    }

    [Fact]
    public async Task EndedStreamAndUnreadablePictures_AreSaidInWords()
    {
        PublishLease lease = _hub.Registry.TryPublish(TestHub.Key("a"), ExpectedTracks.Video, new FakePublisher(), out _)!;
        lease.Publish(new TestFrames(_buffers).Key(0));
        Assert.Equal("The stream's pictures cannot be decoded.", (await TakeAsync(lease.Stream)).Refusal);
        lease.Dispose();
        _hub.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("The stream has no picture to show.", (await TakeAsync(lease.Stream)).Refusal);
    }

    [Fact]
    public async Task MoreThanMayWait_AreRefusedInWords()
    {
        using PublishLease lease = _hub.Registry.TryPublish(TestHub.Key("a"), ExpectedTracks.Video, new FakePublisher(), out _)!;
        Task<Snapshot>[] waiting =
        [
            .. Enumerable.Range(1, SnapshotService.MaximumWaiting)
                .Select(width => _snapshots.TakeAsync(lease.Stream, StillFormat.Jpeg, width, CancellationToken.None)),
        ];

        Assert.Equal("Too many pictures are asked for at once.", (await TakeAsync(lease.Stream)).Refusal);
        Feed(lease);
        Assert.All(await Task.WhenAll(waiting), picture => Assert.NotEqual("Too many pictures are asked for at once.", picture.Refusal));
    }

    private Task<Snapshot> TakeAsync(LiveStream stream) => _snapshots.TakeAsync(stream, StillFormat.Jpeg, 0, CancellationToken.None);

    private PublishLease PublishPicture(string name)
    {
        PublishLease lease = _hub.Registry.TryPublish(TestHub.Key(name), ExpectedTracks.Video, new FakePublisher(), out _)!;
        Feed(lease);
        return lease;
    }

    private void Feed(PublishLease lease)
    {
        using var pictures = TestPictures.H264();
        foreach (MediaFrame frame in pictures.Encode(1, _buffers))
        {
            lease.Publish(frame);
        }
    }
}
