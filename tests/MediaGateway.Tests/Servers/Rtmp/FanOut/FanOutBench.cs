using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Media.Silence;
using MediaGateway.Native.Linux;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

/// <summary>What a worker has, without its thread: the test gives the viewers their turns itself, in virtual time.</summary>
internal sealed class FanOutBench : IDisposable
{
    private readonly EventQueue _queue = new();
    private readonly List<Viewer> _viewers = [];
    private readonly TestHub _hub;

    public FanOutBench(BufferPool buffers, FanOutSettings? settings = null)
    {
        _hub = new TestHub(buffers);
        Context = new FanOutContext(settings ?? new FanOutSettings(), buffers, Clock, Metrics, static _ => { }) { Silence = new SilentSound() };
        Feeds = new FeedTable(Context);
        Frames = new TestFrames(buffers);
    }

    public ManualTimeProvider Time => _hub.Time;

    public GatewayClock Clock => _hub.Clock;

    public GatewayMetrics Metrics => _hub.Metrics;

    public FanOutContext Context { get; }

    public FeedTable Feeds { get; }

    public TestFrames Frames { get; }

    public SendBatch Batch { get; } = new();

    /// <summary>A stream of which the first track that shows itself is enough to start.</summary>
    public PublishLease Publish(string name = "a") => _hub.Publish(name, new FakePublisher(), ExpectedTracks.None);

    public Viewer View(IViewerSocket socket, IViewerOwner? owner = null)
    {
        var viewer = new Viewer(owner ?? new RecordingOwner(), socket, static _ => { });
        _viewers.Add(viewer);
        return viewer;
    }

    /// <summary>A viewer that watches a stream on message stream 1.</summary>
    public Viewer Watch(LiveStream stream, IViewerSocket socket)
    {
        Viewer viewer = View(socket);
        viewer.TryPost(new ViewerCommand(ViewerCommandKind.StartMedia, Stream: stream, MessageStreamId: 1));
        viewer.Serve(Batch, Feeds);
        return viewer;
    }

    public PooledBuffer Reply(int bytes, byte content)
    {
        PooledBuffer buffer = Context.Buffers.Rent(bytes, BufferOwner.Reply);
        buffer.Span[..bytes].Fill(content);
        return buffer;
    }

    public void Leave(Viewer viewer)
    {
        _viewers.Remove(viewer);
        viewer.Leave(_queue, Feeds, reason: null);
    }

    public void Dispose()
    {
        foreach (Viewer viewer in _viewers)
        {
            viewer.Leave(_queue, Feeds, reason: null);
        }

        Assert.Equal(0, Feeds.Count);
        Assert.Equal(0, Context.Images.Outstanding);
        _queue.Dispose();
        _hub.Dispose();
    }
}
