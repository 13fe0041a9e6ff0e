using MediaGateway.Media.Memory;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

public sealed class ViewerTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();
    private readonly FanOutBench _bench;
    private readonly RecordingSocket _socket = new();
    private readonly RecordingOwner _owner = new();
    private readonly Viewer _viewer;
    private readonly PublishLease _lease;

    public ViewerTests()
    {
        _bench = new FanOutBench(_buffers);
        _lease = _bench.Publish();
        _viewer = _bench.View(_socket, _owner);
    }

    public void Dispose()
    {
        _lease.Dispose();
        _bench.Dispose();
        _buffers.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Replies_LeaveInOrderWhateverIsTakenPerCall(int bytesPerCall)
    {
        for (byte content = 1; content <= 5; content++)
        {
            Post(content);
        }

        ServeResult result = ServeResult.Blocked;
        while (result == ServeResult.Blocked)
        {
            _socket.Room = bytesPerCall;
            result = Serve();
        }

        Assert.Equal([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5], _socket.Taken);
        Assert.Equal(ServeResult.Idle, result);
        Assert.Equal(0, _buffers.Outstanding(BufferOwner.Reply));
    }

    [Fact]
    public void ManyStoppedViewers_KeepNoMoreThanOne()
    {
        const int Pictures = 100;
        _lease.Publish(_bench.Frames.Key(0));
        Viewer[] viewers = [.. Enumerable.Range(0, 200).Select(_ => _bench.Watch(_lease.Stream, new RecordingSocket { Room = 700 }))];
        var reads = new RecordingSocket { CountsOnly = true };
        Viewer reader = _bench.Watch(_lease.Stream, reads);
        long outstanding = 0;
        for (int picture = 1; picture <= Pictures; picture++)
        {
            _lease.Publish(_bench.Frames.Delta(40 * picture, 20_000));
            Assert.All(_bench.Feeds.Of(_lease.Stream), feed => feed.TakeInput());
            foreach (Viewer viewer in (Viewer[])[reader, .. viewers])
            {
                viewer.Serve(_bench.Batch, _bench.Feeds);
            }

            outstanding = _bench.Context.Images.Outstanding;
        }

        Assert.All(viewers, viewer => Assert.NotNull(viewer.BlockedSince));
        Assert.InRange(reads.TakenBytes, Pictures * 20_000L, long.MaxValue);
        Assert.InRange(outstanding, Pictures, Pictures + 10);
        foreach (Viewer viewer in viewers[1..])
        {
            _bench.Leave(viewer);
        }

        Assert.Equal(outstanding, _bench.Context.Images.Outstanding);
    }

    [Fact]
    public void Replies_PrecedeMediaAndMediaFollowsItsStart()
    {
        _lease.Publish(_bench.Frames.Key(0));
        Post(1);
        Command(ViewerCommandKind.StartMedia);
        Post(2);

        Assert.Equal(ServeResult.Idle, Serve());

        byte[] taken = _socket.Taken;
        Assert.Equal([1, 1, 1, 2, 2, 2], taken[..6]);
        Assert.True(taken.Length > 1000, "the keyframe follows");
    }

    [Fact]
    public void HalfAnImage_IsFinishedBeforeAReply()
    {
        _lease.Publish(_bench.Frames.Key(0));
        Command(ViewerCommandKind.StartMedia);
        _socket.Room = 700;
        Assert.Equal(ServeResult.Blocked, Serve());
        Assert.True(_viewer.Cursor.HoldsHalfAnImage);
        Post(0xEE);
        _socket.Room = long.MaxValue;
        Serve();

        Assert.Equal([0xEE, 0xEE, 0xEE], _socket.Taken[^3..]);
        Assert.Equal(1, _viewer.Cursor.SentFrames);
    }

    [Fact]
    public void FinishMedia_LetsWhatIsDueGoFirst()
    {
        _lease.Publish(_bench.Frames.Key(0));
        Command(ViewerCommandKind.StartMedia);
        _socket.Room = 700;
        Serve();
        Command(ViewerCommandKind.FinishMedia);
        Post(0xEE);
        Command(ViewerCommandKind.Report);
        Serve();
        _lease.Publish(_bench.Frames.Delta(40));
        _viewer.Feed!.TakeInput();
        _socket.Room = long.MaxValue;

        Assert.Equal(ServeResult.Idle, Serve());

        Assert.Equal([0xEE, 0xEE, 0xEE], _socket.Taken[^3..]);
        Assert.Equal(1, _viewer.Cursor.SentFrames);
        Assert.Equal(1, _owner.Reports);
        Assert.Null(_viewer.Feed);
        Assert.Equal(0, _bench.Feeds.Count);
    }

    [Fact]
    public void FinishMedia_WhenEverythingIsSent_GoesOnAtOnce()
    {
        _lease.Publish(_bench.Frames.Key(0));
        Command(ViewerCommandKind.StartMedia);
        Serve();
        Command(ViewerCommandKind.FinishMedia);
        Post(0xEE);

        Assert.Equal(ServeResult.Idle, Serve());

        Assert.Equal([0xEE, 0xEE, 0xEE], _socket.Taken[^3..]);
    }

    [Fact]
    public void FullQueue_RefusesTheCommandAndItsBuffer()
    {
        for (int command = 0; command < Viewer.MaxCommands; command++)
        {
            Assert.True(_viewer.TryPost(new ViewerCommand(ViewerCommandKind.Report)));
        }

        Assert.False(_viewer.TryPost(new ViewerCommand(ViewerCommandKind.Report)));
        Serve();
        Assert.Equal(Viewer.MaxCommands, _owner.Reports);
    }

    [Fact]
    public void StreamThatHasEnded_IsReportedWhenItIsToBeJoined()
    {
        _lease.Dispose();
        Command(ViewerCommandKind.StartMedia);
        Serve();

        Assert.Same(_lease.Stream, _owner.EndedStream);
        Assert.Null(_viewer.Feed);
    }

    [Fact]
    public void Blocked_CountsFromTheLastAcceptedByte()
    {
        Post(1);
        Post(2);
        _socket.Room = 3;
        Serve();
        TimeSpan first = Assert.NotNull(_viewer.BlockedSince);
        _bench.Time.Advance(TimeSpan.FromSeconds(4));
        Serve();
        Assert.Equal(first, _viewer.BlockedSince);

        _socket.Room = 1;
        Serve();
        Assert.Equal(first + TimeSpan.FromSeconds(4), _viewer.BlockedSince);

        _socket.Room = 100;
        Assert.Equal(ServeResult.Idle, Serve());
        Assert.Null(_viewer.BlockedSince);
    }

    [Fact]
    public void MuchToSend_YieldsToOthers()
    {
        _lease.Publish(_bench.Frames.Key(0, 400_000));
        for (int milliseconds = 1; milliseconds < 10; milliseconds++)
        {
            _lease.Publish(_bench.Frames.Delta(milliseconds, 400_000));
        }

        Command(ViewerCommandKind.StartMedia);

        Assert.Equal(ServeResult.MoreDue, Serve());
        while (Serve() == ServeResult.MoreDue)
        {
        }

        Assert.Equal(10, _viewer.Cursor.SentFrames);
    }

    [Fact]
    public void GoneConnection_IsBroken()
    {
        Post(1);
        _socket.IsGone = true;

        Assert.Equal(ServeResult.Broken, Serve());
    }

    [Fact]
    public void Delay_IsMeasuredFromReceiptToTheReturnOfTheSend_NotForCachedFrames()
    {
        _lease.Publish(_bench.Frames.Key(0));
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Command(ViewerCommandKind.StartMedia);
        Serve();
        Assert.Equal(0, _bench.Metrics.VideoDelay.Summarize().Count);

        _bench.Frames.ReceivedAt = _bench.Clock.Now;
        _lease.Publish(_bench.Frames.Delta(40));
        _bench.Time.Advance(TimeSpan.FromMilliseconds(3));
        _viewer.Feed!.TakeInput();
        Serve();

        Assert.Equal(1, _bench.Metrics.VideoDelay.Summarize().Count);
        Assert.Equal(3, _bench.Metrics.VideoDelay.Summarize().MaximumMilliseconds);
    }

    private ServeResult Serve() => _viewer.Serve(_bench.Batch, _bench.Feeds);

    private void Post(byte content) => _viewer.TryPost(new ViewerCommand(ViewerCommandKind.Reply, _bench.Reply(3, content), 3));

    private void Command(ViewerCommandKind kind) =>
        _viewer.TryPost(new ViewerCommand(kind, Stream: _lease.Stream, MessageStreamId: 1));
}
