using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Servers.Rtmp.FanOut.Levels;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

/// <summary>A worker with its thread, sending into recorded sockets in virtual time.</summary>
public sealed class FanOutWorkerTests : IDisposable
{
    private static readonly TimeSpan Patience = RtmpServerHost.Patience;

    private readonly TrackingBufferPool _buffers = new();
    private readonly FanOutBench _bench;
    private readonly FanOutWorker _worker;
    private readonly PublishLease _lease;

    public FanOutWorkerTests()
    {
        _bench = new FanOutBench(_buffers);
        _lease = _bench.Publish();
        _lease.Publish(_bench.Frames.Key(0));
        _worker = new FanOutWorker(0, _bench.Context.Settings, _buffers, _bench.Clock, _bench.Metrics, NullLogger.Instance);
    }

    public void Dispose()
    {
        _worker.Dispose();
        Assert.Equal(0, _worker.Connections);
        _lease.Dispose();
        _bench.Dispose();
        _buffers.Dispose();
    }

    [Fact]
    public async Task FaultInOneSession_EndsThatOneOnly()
    {
        var brokenOwner = new RecordingOwner();
        var brokenSocket = new RecordingSocket { ThrowsOnSend = true };
        Viewer broken = Watch(brokenOwner, brokenSocket);
        (RecordingOwner owner, RecordingSocket socket) = WatchAnother();
        await broken.WhenLeft.WaitAsync(Patience);

        await GetsTheNextPictureAsync(socket);
        Assert.Equal(SessionEndReason.InternalError, brokenOwner.End);
        Assert.True(brokenSocket.IsLetGo);
        Assert.Null(owner.End);
    }

    [Fact]
    public async Task FaultWhileANetworkIsLookedAt_EndsThatSessionOnly()
    {
        var brokenOwner = new RecordingOwner();
        var brokenSocket = new RecordingSocket();
        Viewer broken = Watch(brokenOwner, brokenSocket);
        broken.TryPost(new ViewerCommand(ViewerCommandKind.FollowLevels, Levels: [new LevelRate(_lease.Stream.Key, 1_000_000)]));
        (RecordingOwner owner, RecordingSocket socket) = WatchAnother();
        await RtmpServerHost.UntilAsync(() => brokenSocket.TakenBytes > 0 && socket.TakenBytes > 0, "both are served");
        brokenSocket.ThrowsOnMeasure = true;
        await RtmpServerHost.UntilAsync(
            () =>
            {
                _bench.Time.Advance(TimeSpan.FromMilliseconds(50));
                return broken.WhenLeft.IsCompleted;
            },
            "the next look at the networks");

        await GetsTheNextPictureAsync(socket);
        Assert.Equal(SessionEndReason.InternalError, brokenOwner.End);
        Assert.True(brokenSocket.IsLetGo);
        Assert.Null(owner.End);
    }

    [Fact]
    public async Task FaultWhileASessionEnds_EndsItAllTheSameAndNoOther()
    {
        Viewer broken = Watch(new RecordingOwner(), new RecordingSocket { ThrowsOnLetGo = true });
        (RecordingOwner owner, RecordingSocket socket) = WatchAnother();
        broken.AskToLeave();
        await broken.WhenLeft.WaitAsync(Patience);

        await GetsTheNextPictureAsync(socket);
        Assert.Null(owner.End);
        Assert.Equal(1, _worker.Connections);
    }

    [Fact]
    public async Task ViewerThatTakesNothing_IsGivenUpAfterTheStallTimeout()
    {
        var stuckOwner = new RecordingOwner();
        Viewer stuck = Watch(stuckOwner, new RecordingSocket { Room = 0 });
        (RecordingOwner owner, RecordingSocket socket) = WatchAnother();
        await RtmpServerHost.UntilAsync(() => stuck.BlockedSince is not null && socket.TakenBytes > 0, "one blocked, one served");
        TimeSpan blockedAt = _bench.Clock.Now;

        await RtmpServerHost.UntilAsync(
            () =>
            {
                _bench.Time.Advance(TimeSpan.FromMilliseconds(50));
                return stuck.WhenLeft.IsCompleted;
            },
            "the stall timeout");

        Assert.Equal(SessionEndReason.SlowConsumer, stuckOwner.End);
        Assert.True(_bench.Clock.Now - blockedAt >= _bench.Context.Settings.StallTimeout);
        Assert.Null(owner.End);
    }

    [Fact]
    public async Task GoneConnection_EndsAsClosedByThePeer()
    {
        var owner = new RecordingOwner();
        Viewer viewer = Watch(owner, new RecordingSocket { IsGone = true });
        await viewer.WhenLeft.WaitAsync(Patience);

        Assert.Equal(SessionEndReason.PeerClosed, owner.End);
    }

    [Fact]
    public async Task AskedToLeave_LeavesWithoutTellingTheOwner()
    {
        var owner = new RecordingOwner();
        var socket = new RecordingSocket();
        Viewer viewer = Watch(owner, socket);
        viewer.AskToLeave();
        await viewer.WhenLeft.WaitAsync(Patience);

        Assert.Null(owner.End);
        Assert.True(socket.IsLetGo);
        Assert.Equal(0, _worker.Connections);
    }

    [Fact]
    public async Task SlowViewerLeaves_WhatItMissedIsCountedForItsStream()
    {
        var socket = new RecordingSocket { Room = 1 };
        Viewer viewer = Watch(new RecordingOwner(), socket);
        await RtmpServerHost.UntilAsync(() => viewer.BlockedSince is not null, "the viewer takes nothing");
        for (int time = 40; time <= 20_000; time += 40)
        {
            _lease.Publish(time % 4000 == 0 ? _bench.Frames.Key(time) : _bench.Frames.Delta(time));
        }

        socket.Room = long.MaxValue;
        socket.HasRoom!();
        await RtmpServerHost.UntilAsync(() => viewer.Cursor.DroppedFrames > 0, "it goes on with a later group");
        viewer.AskToLeave();
        await viewer.WhenLeft.WaitAsync(Patience);

        Assert.Equal(viewer.Cursor.DroppedFrames, _lease.Stream.Snapshot().Drops[StreamDrops.WordFor(StreamDropReason.SlowViewer)]);
    }

    [Fact]
    public async Task PostedAfterLeaving_IsDiscardedByTheReceiveLoop()
    {
        Viewer viewer = Watch(new RecordingOwner(), new RecordingSocket());
        viewer.AskToLeave();
        await viewer.WhenLeft.WaitAsync(Patience);

        Assert.True(viewer.TryPost(new ViewerCommand(ViewerCommandKind.Reply, _bench.Reply(3, 1), 3)));
        viewer.DiscardCommands();
        Assert.Equal(0, _buffers.Outstanding(BufferOwner.Reply));
    }

    [Fact]
    public async Task EndOfTheStream_IsToldToEachViewer()
    {
        RecordingOwner[] owners = [new(), new(), new()];
        RecordingSocket[] sockets = [new(), new(), new()];
        for (int viewer = 0; viewer < owners.Length; viewer++)
        {
            Watch(owners[viewer], sockets[viewer]);
        }

        await RtmpServerHost.UntilAsync(() => sockets.All(socket => socket.TakenBytes > 0), "all are served");
        _lease.Dispose();

        await RtmpServerHost.UntilAsync(() => owners.All(owner => ReferenceEquals(owner.EndedStream, _lease.Stream)), "all are told");
    }

    private async Task GetsTheNextPictureAsync(RecordingSocket socket)
    {
        long taken = socket.TakenBytes;
        _lease.Publish(_bench.Frames.Delta(40));
        await RtmpServerHost.UntilAsync(() => socket.TakenBytes > taken, "the other viewer's next picture");
    }

    /// <summary>A viewer beside the one that the test is about.</summary>
    private (RecordingOwner Owner, RecordingSocket Socket) WatchAnother()
    {
        var owner = new RecordingOwner();
        var socket = new RecordingSocket();
        Watch(owner, socket);
        return (owner, socket);
    }

    private Viewer Watch(IViewerOwner owner, IViewerSocket socket)
    {
        Viewer viewer = _worker.Add(owner, socket);
        viewer.TryPost(new ViewerCommand(ViewerCommandKind.StartMedia, Stream: _lease.Stream, MessageStreamId: 1));
        return viewer;
    }
}
