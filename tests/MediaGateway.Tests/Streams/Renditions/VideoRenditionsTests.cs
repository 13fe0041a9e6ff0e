using MediaGateway.Configuration;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams.Renditions;

/// <summary>Streams with B-frames and their renditions: begun when asked for, one per stream, ended, refused in words.</summary>
public sealed class VideoRenditionsTests
{
    private static readonly SubscriptionOptions Viewer = new(AudioPreference.Opus, StartPoint.NextKeyframe);

    [Fact]
    public void FirstViewer_BeginsTheConversionWithTheCachedGroupDecodedAndTheNextPictureShown()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new RenditionHub(pool);
        using PublishLease lease = hub.Hub.Publish("show", new FakePublisher { AnswersKeyframeRequests = false }, ExpectedTracks.Video);
        PublishReordered(lease, pool, hub, 0);
        hub.Run();
        Assert.Equal(0, hub.Transcoders.Created);

        hub.Hub.Time.Advance(TimeSpan.FromMilliseconds(1));
        RecordingOutlet outlet = Watch(hub, lease.Stream);
        hub.Run();
        PublishReordered(lease, pool, hub, 160, key: false);
        hub.Run();
        Assert.Equal(["(0)", "(120)", "(40)", "(80)", "160"], hub.Transcoders.Pushed.Take(5));
        Assert.Equal(1, outlet.Starts);
        Assert.Equal("K160", outlet.Frames[0]);
    }

    [Fact]
    public void TwoViewers_ShareOneRendition()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new RenditionHub(pool);
        using PublishLease lease = hub.Hub.Publish("show", new FakePublisher(), ExpectedTracks.Video);
        PublishReordered(lease, pool, hub, 0);
        LiveStream? first = hub.Renditions.ForWebRtc(lease.Stream, out _);
        Assert.NotNull(first);
        Assert.Same(first, hub.Renditions.ForWebRtc(lease.Stream, out _));
        Assert.NotSame(lease.Stream, first);
        Assert.Same(lease.Stream, hub.Hub.Registry.Find(lease.Stream.Key));
        Assert.Single(hub.Hub.Registry.Streams);
    }

    [Fact]
    public void Rendition_CountsInTheBudgetOfConversionsUntilItEnds()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new RenditionHub(pool);
        PublishLease lease = hub.Hub.Publish("show", new FakePublisher(), ExpectedTracks.Video);
        PublishReordered(lease, pool, hub, 0);
        Assert.NotNull(hub.Renditions.ForWebRtc(lease.Stream, out _));
        Assert.Equal(640 * 360 * 30 * 1.25, hub.Budget.Planned);

        lease.Dispose();
        hub.Run();

        Assert.Equal(0, hub.Budget.Planned);
    }

    [Fact]
    public void ViewersKeyframeRequest_ReachesTheEncoderAndNotThePublisher()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new RenditionHub(pool);
        var publisher = new FakePublisher();
        using PublishLease lease = hub.Hub.Publish("show", publisher, ExpectedTracks.Video);
        PublishReordered(lease, pool, hub, 0);
        RecordingOutlet outlet = Watch(hub, lease.Stream);
        hub.Run();
        int asked = publisher.KeyframeRequests;
        hub.Hub.Time.Advance(TimeSpan.FromSeconds(1));
        hub.Renditions.ForWebRtc(lease.Stream, out _)!.RequestKeyframe();
        lease.Publish(RenditionHub.Picture(pool, 1000, 1000, receivedAt: hub.Hub.Clock.Now));
        hub.Run();
        Assert.Equal("K1000", outlet.Frames[^1]);
        Assert.Equal(asked, publisher.KeyframeRequests);
    }

    [Fact]
    public void NoTranscoderLeft_IsRefusedInWordsUntilOneIsFree()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new RenditionHub(pool);
        using PublishLease one = hub.Hub.Publish("one", new FakePublisher(), ExpectedTracks.Video);
        using PublishLease two = hub.Hub.Publish("two", new FakePublisher(), ExpectedTracks.Video);
        PublishReordered(one, pool, hub, 0);
        PublishReordered(two, pool, hub, 0);
        Assert.NotNull(hub.Renditions.ForWebRtc(one.Stream, out _));
        Assert.Null(hub.Renditions.ForWebRtc(two.Stream, out string? refusal));
        Assert.Equal("The gateway already converts the pictures of 1 streams, the most that it is set to.", refusal);
        one.Dispose();
        hub.Run();
        Assert.NotNull(hub.Renditions.ForWebRtc(two.Stream, out _));
    }

    [Fact]
    public void LastViewerGone_ConversionEndsAfterTheLinger()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new RenditionHub(pool);
        using PublishLease lease = hub.Hub.Publish("show", new FakePublisher(), ExpectedTracks.Video);
        PublishReordered(lease, pool, hub, 0);
        LiveStream rendition = hub.Renditions.ForWebRtc(lease.Stream, out _)!;
        var outlet = new RecordingOutlet();
        Assert.True(rendition.Attach(outlet, Viewer));
        hub.Hub.Time.Advance(TimeSpan.FromMinutes(1));
        hub.Run();
        rendition.Detach(outlet);
        hub.Hub.Time.Advance(new VideoOptions().Linger);
        hub.Run();
        Assert.Equal(StreamState.Published, rendition.State);
        hub.Hub.Time.Advance(TimeSpan.FromSeconds(1));
        hub.Run();
        Assert.Equal(StreamState.Ended, rendition.State);
        Assert.Equal(0, hub.Transcoders.Alive);
        Assert.NotSame(rendition, hub.Renditions.ForWebRtc(lease.Stream, out _));
    }

    [Fact]
    public void SourceEnds_TheRenditionEndsWithItsReason()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new RenditionHub(pool);
        PublishLease lease = hub.Hub.Publish("show", new FakePublisher(), ExpectedTracks.Video);
        PublishReordered(lease, pool, hub, 0);
        RecordingOutlet outlet = Watch(hub, lease.Stream);
        hub.Run();
        lease.End(StreamEndReason.ServerShutdown);
        hub.Run();
        Assert.Equal([StreamEndReason.ServerShutdown], outlet.Ends);
        Assert.Equal(0, hub.Transcoders.Alive);
        Assert.Null(hub.Renditions.ForWebRtc(lease.Stream, out _));
    }

    [Fact]
    public void PublisherWithoutBFramesComes_TheRenditionEnds()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new RenditionHub(pool);
        using PublishLease lease = hub.Hub.Publish("show", new FakePublisher(), ExpectedTracks.Video);
        PublishReordered(lease, pool, hub, 0);
        RecordingOutlet outlet = Watch(hub, lease.Stream);
        hub.Run();
        lease.Publish(RenditionHub.Picture(pool, 400, 400, key: true, hub.Hub.Clock.Now, TestFrames.Picture180));
        hub.Run();
        Assert.Equal([StreamEndReason.Unpublished], outlet.Ends);
        Assert.Equal(0, hub.Transcoders.Alive);
        Assert.Null(hub.Renditions.ForWebRtc(lease.Stream, out string? refusal));
        Assert.Equal("Only H.264 is converted for WebRTC viewers.", refusal);
    }

    [Fact]
    public void PicturesThatCannotBeConverted_EndTheRenditionAndAreRefusedFromThenOn()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new RenditionHub(pool);
        hub.Transcoders.Unsupported = TestFrames.Picture360;
        using PublishLease lease = hub.Hub.Publish("show", new FakePublisher(), ExpectedTracks.Video);
        PublishReordered(lease, pool, hub, 0);
        RecordingOutlet outlet = Watch(hub, lease.Stream);
        hub.Run();
        Assert.Equal([StreamEndReason.Unpublished], outlet.Ends);
        Assert.Null(hub.Renditions.ForWebRtc(lease.Stream, out string? refusal));
        Assert.Equal("No such pictures.", refusal);
        Assert.Equal(1, hub.Transcoders.Created);
    }

    [Fact]
    public void SwitchedOff_IsRefusedWithTheSettingsName()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new RenditionHub(pool, new VideoOptions { ConvertBFrames = false });
        using PublishLease lease = hub.Hub.Publish("show", new FakePublisher(), ExpectedTracks.Video);
        PublishReordered(lease, pool, hub, 0);
        Assert.Null(hub.Renditions.ForWebRtc(lease.Stream, out string? refusal));
        Assert.Contains("Video:ConvertBFrames", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void SoundOfTheRendition_HasTheTimesOfTheSource()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new RenditionHub(pool);
        using PublishLease lease = hub.Hub.Publish("show", new FakePublisher());
        var frames = new TestFrames(pool);
        lease.Publish(frames.Sound(0));
        PublishReordered(lease, pool, hub, 0);
        hub.Hub.Time.Advance(TimeSpan.FromMilliseconds(1));
        RecordingOutlet outlet = Watch(hub, lease.Stream);
        hub.Run();
        lease.Publish(RenditionHub.Picture(pool, 200, 200, receivedAt: hub.Hub.Clock.Now));
        hub.Run();
        lease.Publish(frames.Sound(220));
        hub.Run();
        Assert.Equal("K200 S220", outlet.Text);
    }

    private static RecordingOutlet Watch(RenditionHub hub, LiveStream source)
    {
        LiveStream? rendition = hub.Renditions.ForWebRtc(source, out string? refusal);
        Assert.Null(refusal);
        var outlet = new RecordingOutlet();
        Assert.True(rendition!.Attach(outlet, Viewer));
        return outlet;
    }

    /// <summary>Four pictures decoded at 0, 40, 80, 120 ms and shown at 0, 120, 40, 80.</summary>
    private static void PublishReordered(PublishLease lease, TrackingBufferPool pool, RenditionHub hub, int start, bool key = true)
    {
        TimeSpan now = hub.Hub.Clock.Now;
        lease.Publish(RenditionHub.Picture(pool, start, start, key, now));
        lease.Publish(RenditionHub.Picture(pool, start + 120, start + 40, receivedAt: now));
        lease.Publish(RenditionHub.Picture(pool, start + 40, start + 80, receivedAt: now));
        lease.Publish(RenditionHub.Picture(pool, start + 80, start + 120, receivedAt: now));
    }
}
