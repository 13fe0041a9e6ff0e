using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Streams.Renditions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams.Renditions;

/// <summary>One bridge: order, falling behind, failures, bounds, the end.</summary>
public sealed class VideoBridgeTests
{
    private static readonly PlainVideoFormat Vp8 = new(CodecId.Vp8);

    [Fact]
    public void PicturesAndSound_GoIntoTheLeaseWithTheirTimes()
    {
        using var pool = new TrackingBufferPool();
        using var run = new BridgeRun(pool);
        run.Offer(0, key: true);
        run.Bridge.Offer(new TestFrames(pool).Sound(0));
        run.Offer(33);
        run.Turn();
        Assert.Equal("S0 K0 D33", run.Outlet.Text);
        Assert.Equal(0, run.Asked);
    }

    [Fact]
    public void PicturesBeforeAKeyframe_AreDroppedAndOneIsAskedFor()
    {
        using var pool = new TrackingBufferPool();
        using var run = new BridgeRun(pool);
        run.Offer(0);
        run.Offer(33);
        run.Turn();
        Assert.True(run.Asked > 0);
        run.Offer(66, key: true);
        run.Turn();
        Assert.Equal("K66", run.Outlet.Text);
    }

    [Fact]
    public void ConversionFallsBehindALittle_PicturesAreDecodedAndLeftOut()
    {
        using var pool = new TrackingBufferPool();
        using var run = new BridgeRun(pool);
        run.Offer(0, key: true);
        run.Turn();
        run.Offer(33);
        run.Hub.Hub.Time.Advance(VideoBridge.SkipLag + TimeSpan.FromMilliseconds(1));
        run.Offer(66);
        run.Turn();
        Assert.Equal(["0", "(33)", "66"], run.Hub.Transcoders.Pushed);
        Assert.Equal((1, 0), (run.Bridge.SkippedPictures, run.Bridge.DroppedPictures));
        Assert.Equal(1, run.Drops["bridge_late"]);
        Assert.Equal("K0 D66", run.Outlet.Text);
    }

    [Fact]
    public void ConversionFallsBehindALot_BeginsAnewWithTheNextKeyframe()
    {
        using var pool = new TrackingBufferPool();
        using var run = new BridgeRun(pool);
        run.Offer(0, key: true);
        run.Turn();
        run.Offer(33);
        run.Offer(66);
        run.Hub.Hub.Time.Advance(VideoBridge.DropLag + TimeSpan.FromMilliseconds(1));
        run.Offer(99);
        run.Turn();
        Assert.Equal(3, run.Bridge.DroppedPictures);
        Assert.Equal(3, run.Drops["bridge_late"]);
        Assert.True(run.Asked > 0);
        run.Offer(132);
        run.Offer(165, key: true);
        run.Turn();
        Assert.Equal("K0 D165", run.Outlet.Text);
    }

    [Fact]
    public void QueueIsFull_EverythingUpToAKeyframeIsDropped()
    {
        using var pool = new TrackingBufferPool();
        using var run = new BridgeRun(pool);
        run.Offer(0, key: true);
        for (int index = 1; index <= VideoBridge.Capacity; index++)
        {
            run.Offer(index * 10);
        }

        for (int index = 0; index < VideoBridge.MaximumOthers + 5; index++)
        {
            run.Bridge.Offer(new TestFrames(pool).Sound(index * 20));
        }

        Assert.Equal(VideoBridge.Capacity + 1, run.Bridge.DroppedPictures);
        run.Offer(20_000, key: true);
        run.Turn();
        Assert.Equal("S100", run.Outlet.Frames[0]);
        Assert.Equal("K20000", run.Outlet.Frames[^1]);
    }

    [Fact]
    public void TranscoderBreaks_AnotherOneGoesOnWithTheNextKeyframe()
    {
        using var pool = new TrackingBufferPool();
        using var run = new BridgeRun(pool);
        run.Offer(0, key: true);
        run.Turn();
        run.Hub.Transcoders.FailingPushes = 1;
        run.Offer(33);
        run.Offer(66);
        run.Turn();
        Assert.True(run.Asked > 0);
        run.Offer(99, key: true);
        run.Turn();
        Assert.Equal("K0 K99", run.Outlet.Text);
        Assert.Equal((2, 1), (run.Hub.Transcoders.Created, run.Hub.Transcoders.Alive));
    }

    [Fact]
    public void FormatThatCannotBeConverted_EndsTheBridgeAndIsSaid()
    {
        using var pool = new TrackingBufferPool();
        using var run = new BridgeRun(pool);
        run.Hub.Transcoders.Unsupported = Vp8;
        run.Offer(0, key: true);
        run.Offer(33);
        run.Turn();
        Assert.Equal(("No such pictures.", 1), (run.Failure, run.Ends));
        Assert.Equal([StreamEndReason.Unpublished], run.Outlet.Ends);
        Assert.True(run.Hub.Workers.TryReserve(out _, out _));
    }

    [Fact]
    public void KeyframeRequest_GoesToTheEncoder()
    {
        using var pool = new TrackingBufferPool();
        using var run = new BridgeRun(pool);
        run.Offer(0, key: true);
        run.Turn();
        run.Bridge.RequestKeyframe();
        run.Offer(33);
        run.Offer(66);
        run.Turn();
        Assert.Equal("K0 K33 D66", run.Outlet.Text);
        Assert.Equal(0, run.Asked);
    }

    [Fact]
    public void Closed_ReturnsEverythingAndFreesTheWorker()
    {
        using var pool = new TrackingBufferPool();
        using var run = new BridgeRun(pool);
        Assert.False(run.Hub.Workers.TryReserve(out _, out string? refusal));
        Assert.Contains("1 streams", refusal, StringComparison.Ordinal);
        run.Offer(0, key: true);
        run.Turn();
        run.Offer(33);
        run.Bridge.Close();
        run.Offer(66);
        run.Turn();
        Assert.Equal(0, run.Hub.Transcoders.Alive);
        Assert.True(run.Hub.Workers.TryReserve(out _, out _));
    }

    [Fact]
    public void NoEncoderInstalled_IsSaid()
    {
        using var pool = new TrackingBufferPool();
        using var hub = new RenditionHub(pool);
        hub.Transcoders.Sources = CodecSet.Empty;
        Assert.False(hub.Workers.TryReserve(out _, out string? refusal));
        Assert.Contains("no encoder", refusal, StringComparison.Ordinal);
    }

    private sealed class BridgeRun : IBridgeSource, IDisposable
    {
        private readonly TrackingBufferPool _pool;
        private readonly PublishLease _lease;

        public BridgeRun(TrackingBufferPool pool)
        {
            _pool = pool;
            Hub = new RenditionHub(pool);
            _lease = Hub.Hub.Publish("show", new FakePublisher(), ExpectedTracks.None);
            Assert.True(Hub.Workers.TryReserve(out VideoWorker? worker, out _));
            Bridge = new VideoBridge(new LeaseConversion(_lease, Hub.Workers, _lease.Stream), Hub.Workers, this);
            worker.Adopt(Bridge);
            Assert.True(_lease.Stream.Attach(Outlet, new SubscriptionOptions(AudioPreference.Opus, StartPoint.CachedGroup)));
        }

        public RenditionHub Hub { get; }

        public VideoBridge Bridge { get; }

        public RecordingOutlet Outlet { get; } = new();

        public IReadOnlyDictionary<string, long> Drops => _lease.Stream.Drops.Snapshot();

        public int Asked { get; private set; }

        private long Held => Hub.Hub.Metrics.Resources.Count(ResourceKind.VideoBridge);

        public void Offer(int milliseconds, bool key = false) =>
            Bridge.Offer(RenditionHub.Picture(_pool, milliseconds, milliseconds, key, Hub.Hub.Clock.Now, Vp8));

        public string? Failure { get; private set; }

        public int Ends { get; private set; }

        public void RequestKeyframe() => Asked++;

        public bool IsWanted(TimeSpan now) => true;

        public void BridgeEnded(string? failure)
        {
            Failure = failure;
            Ends++;
        }

        public void Turn() => Hub.Workers.Workers[0].Turn();

        public void Dispose()
        {
            Assert.InRange(Held, 0, 1);
            Bridge.Close();
            Turn();
            Assert.Equal(0, Held);
            _lease.Dispose();
            Hub.Dispose();
        }
    }
}
