using MediaGateway.Media.Frames;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

/// <summary>
/// The setting <c>Rtmp:Coalescing</c> with a worker of its own thread, whose clock stands still between two steps of the test: what
/// goes out then did not wait for time.
/// </summary>
public sealed class CoalescingTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMilliseconds(20);

    private readonly TrackingBufferPool _buffers = new();
    private readonly RecordingSocket _socket = new();
    private readonly RecordingOwner _owner = new();
    private readonly RecordingOwner _bystander = new();
    private readonly FanOutBench _bench;
    private readonly SentMedia _sent;
    private readonly PublishLease _lease;
    private FanOutWorker? _worker;
    private Viewer? _viewer;
    private Viewer? _other;

    public CoalescingTests()
    {
        _bench = new FanOutBench(_buffers);
        _sent = new SentMedia(_bench.Context.Settings.ChunkSize);
        _lease = _bench.Publish();
    }

    public void Dispose()
    {
        _worker?.Dispose();
        _sent.Dispose();
        _lease.Dispose();
        _bench.Dispose();
        _buffers.Dispose();
    }

    [Fact]
    public async Task SoundBetweenPictures_LeavesWithTheNextPictureInTheirOrder()
    {
        await WatchAsync(On(), Picture(0));
        int calls = _socket.Calls;
        await PublishAsync(Sound(10));
        await PublishAsync(Sound(31));
        Assert.Equal(calls, _socket.Calls);

        await PublishAsync(Picture(33));

        Assert.Equal(calls + 1, _socket.Calls);
        Assert.Equal([(9, 0), (8, 10), (8, 31), (9, 33)], Sent());
    }

    [Fact]
    public async Task NoPictureComes_SoundLeavesAfterTheBound()
    {
        await WatchAsync(On(), Picture(0));
        int calls = _socket.Calls;
        await PublishAsync(Sound(10));
        _bench.Time.Advance(Bound - TimeSpan.FromMilliseconds(2));
        await SettledAsync();
        Assert.Equal(calls, _socket.Calls);

        _bench.Time.Advance(TimeSpan.FromMilliseconds(2));
        await RtmpServerHost.UntilAsync(() => _socket.Calls > calls, "the sound");

        await SettledAsync();
        Assert.Equal([(9, 0), (8, 10)], Sent());
    }

    [Fact]
    public async Task Picture_NeverWaits()
    {
        await WatchAsync(On(), Picture(0));
        await PublishAsync(Picture(33));
        await PublishAsync(Picture(66));

        Assert.Equal([(9, 0), (9, 33), (9, 66)], Sent());
    }

    [Fact]
    public async Task StreamWithoutPictures_SoundDoesNotWait()
    {
        await WatchAsync(On(), Sound(0));
        await PublishAsync(Sound(21));
        await PublishAsync(Sound(42));

        Assert.Equal([(8, 0), (8, 21), (8, 42)], Sent());
    }

    [Fact]
    public async Task SwitchedOff_SoundDoesNotWait()
    {
        await WatchAsync(new FanOutSettings(), Picture(0));
        await PublishAsync(Sound(10));

        Assert.Equal([(9, 0), (8, 10)], Sent());
    }

    [Fact]
    public async Task FewViewers_SoundDoesNotWait()
    {
        await WatchAsync(On() with { CoalescingViewers = 2 }, Picture(0));
        await PublishAsync(Sound(10));

        Assert.Equal([(9, 0), (8, 10)], Sent());
    }

    [Fact]
    public async Task StreamEnds_WaitingSoundIsSentBefore()
    {
        await WatchAsync(On(), Picture(0));
        await PublishAsync(Sound(10));
        _lease.Dispose();
        await RtmpServerHost.UntilAsync(() => _owner.EndedStream is not null, "the end");
        await SettledAsync();

        Assert.Equal([(9, 0), (8, 10)], Sent());
    }

    [Fact]
    public async Task ViewerFinishes_WaitingSoundIsSentBefore()
    {
        await WatchAsync(On(), Picture(0));
        await PublishAsync(Sound(10));
        _viewer!.TryPost(new ViewerCommand(ViewerCommandKind.FinishMedia));
        await SettledAsync();

        Assert.Equal([(9, 0), (8, 10)], Sent());
    }

    [Fact]
    public async Task EverybodyLeaves_WhatWaitedIsLetGo()
    {
        await WatchAsync(On(), Picture(0));
        await PublishAsync(Sound(10));
        _viewer!.AskToLeave();
        await _viewer.WhenLeft.WaitAsync(RtmpServerHost.Patience);
        _bench.Time.Advance(2 * Bound);
        await SettledAsync();

        Assert.Equal([(9, 0)], Sent());
    }

    [Fact]
    public void ViewerLagsBehind_EverythingPendingLeavesInOneCall()
    {
        var socket = new RecordingSocket { CountsOnly = true };
        _lease.Publish(Picture(0));
        Viewer viewer = _bench.Watch(_lease.Stream, socket);
        int calls = socket.Calls;
        long bytes = socket.TakenBytes;
        for (int frame = 1; frame <= 200; frame++)
        {
            _lease.Publish(frame % 2 == 0 ? Sound(frame * 16) : Picture(frame * 16));
        }

        viewer.Feed!.TakeInput();
        long pending = 0;
        for (long image = viewer.Feed.Ring.Next - 201; image < viewer.Feed.Ring.Next; image++)
        {
            // The header that announces the sound is one of them.
            pending += viewer.Feed.Ring[image].Length;
        }

        Assert.Equal(ServeResult.Idle, viewer.Serve(_bench.Batch, _bench.Feeds));
        Assert.Equal(calls + 1, socket.Calls);
        Assert.Equal(pending, socket.TakenBytes - bytes);
    }

    [Fact]
    public void SoundThatWaits_AllocatesNothing()
    {
        using var bench = new FanOutBench(new(), On() with { MaxBytes = 500_000, MaxGroupBytes = 1_000_000 });
        using PublishLease lease = bench.Publish();
        lease.Publish(bench.Frames.Key(0));
        lease.Publish(bench.Frames.AacAt(0, TimeSpan.Zero));
        Viewer viewer = bench.Watch(lease.Stream, new RecordingSocket { CountsOnly = true });
        StreamFeed feed = viewer.Feed!;
        MediaFrame sound = bench.Frames.AacAt(480, TimeSpan.Zero);
        MediaFrame picture = bench.Frames.Delta(40, 9_800);

        long allocated = Allocation.Of(500, () =>
        {
            feed.Deliver(sound.AddReference());
            feed.TakeInput();
            Assert.True(feed.Hold.MayWait(feed.Viewers.Count, bench.Clock.Now));
            feed.Deliver(picture.AddReference());
            feed.TakeInput();
            Assert.False(feed.Hold.MayWait(feed.Viewers.Count, bench.Clock.Now));
            feed.Hold.Clear();
            while (viewer.Serve(bench.Batch, bench.Feeds) != ServeResult.Idle)
            {
            }
        });

        sound.Release();
        picture.Release();
        Assert.Equal(0, allocated);
    }

    private static FanOutSettings On() => new() { Coalescing = Bound };

    private MediaFrame Picture(int milliseconds) => milliseconds == 0 ? _bench.Frames.Key(0) : _bench.Frames.Delta(milliseconds);

    private MediaFrame Sound(int milliseconds) => _bench.Frames.AacAt(milliseconds * 48L, _bench.Clock.Now);

    /// <summary>Starts the worker with a viewer that has got the stream's beginning, and one beside it that watches nothing.</summary>
    private async Task WatchAsync(FanOutSettings settings, MediaFrame first)
    {
        _lease.Publish(first);
        _worker = new FanOutWorker(0, settings, _buffers, _bench.Clock, _bench.Metrics, NullLogger.Instance);
        _other = _worker.Add(_bystander, new RecordingSocket());

        // What has been posted stands in line once, where it was posted first: the bystander has to be through before the viewer comes.
        await SettledAsync();
        _viewer = _worker.Add(_owner, _socket);
        _viewer.TryPost(new ViewerCommand(ViewerCommandKind.StartMedia, Stream: _lease.Stream, MessageStreamId: 1));
        await SettledAsync();
    }

    private async Task PublishAsync(MediaFrame frame)
    {
        _lease.Publish(frame);
        await SettledAsync();
    }

    /// <summary>The worker has seen all that was posted so far: it takes things in their order, and gives the turns in that order.</summary>
    private async Task SettledAsync()
    {
        int reports = _bystander.Reports;
        _other!.TryPost(new ViewerCommand(ViewerCommandKind.Report));
        await RtmpServerHost.UntilAsync(() => _bystander.Reports > reports, "the bystander's report");
    }

    /// <summary>Type and time of the frames that the viewer has got.</summary>
    private List<(int Type, long Time)> Sent() =>
        [.. _sent.Read(_socket).Messages.Where(message => message is { Type: 8 or 9, Body: [_, 1, ..] }).Select(message => (message.Type, (long)message.Timestamp))];
}
