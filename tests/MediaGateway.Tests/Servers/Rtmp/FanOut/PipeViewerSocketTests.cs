using System.Buffers;
using System.IO.Pipelines;
using MediaGateway.Diagnostics;
using MediaGateway.Native.Linux;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

public sealed class PipeViewerSocketTests : IDisposable
{
    private const int Threshold = 100_000;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: Threshold, resumeWriterThreshold: Threshold / 2));
    private readonly SendBatch _batch = new();
    private readonly EventQueue _queue = new();
    private readonly PipeViewerSocket _socket;
    private readonly SemaphoreSlim _room = new(0);

    public PipeViewerSocketTests()
    {
        _socket = new PipeViewerSocket(_pipe.Writer);
        _socket.Register(_queue, 1, () => _room.Release());
    }

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void RoomForAll_TakesAllInOrder()
    {
        byte[] first = Bytes(10, 1);
        byte[] second = Bytes(40_000, 2);

        Assert.Equal(SendOutcome.Sent, Send(out int sent, first, second));

        Assert.Equal(40_010, sent);
        Assert.Equal([.. first, .. second], Read());
        Assert.False(_socket.IsBlocked);
    }

    [Fact]
    public async Task MoreThanMayLieUnread_TakesAPartAndTellsWhenThereIsRoom()
    {
        byte[] large = Bytes(1_000_000, 3);
        var received = new ArrayBufferWriter<byte>();
        Assert.Equal(SendOutcome.Sent, Send(out int sent, large));
        Assert.InRange(sent, Threshold, Threshold + (64 * 1024));
        Assert.True(_socket.IsBlocked);
        Assert.Equal(SendOutcome.WouldBlock, Send(out int none, large));
        Assert.Equal(0, none);
        while (sent < large.Length)
        {
            received.Write(Read());
            await _room.WaitAsync(RtmpServerHost.Patience);
            Assert.Equal(SendOutcome.Sent, Send(out int more, large[sent..]));
            Assert.True(more > 0);
            sent += more;
        }

        received.Write(Read());
        Assert.Equal(large, received.WrittenSpan.ToArray());
    }

    [Fact]
    public void ReaderThatHasGone_IsClosed()
    {
        _pipe.Reader.Complete();

        Assert.Equal(SendOutcome.Closed, Send(out _, Bytes(1, 1)));
    }

    [Fact]
    public async Task ReaderThatGoesWhileItIsFull_IsClosedAndTold()
    {
        Send(out _, Bytes(300_000, 1));
        _pipe.Reader.Complete();
        await _room.WaitAsync(RtmpServerHost.Patience);

        Assert.Equal(SendOutcome.Closed, Send(out _, Bytes(1, 1)));
    }

    [Fact]
    public void WriterThatWasCompleted_IsClosed()
    {
        _pipe.Writer.Complete();

        Assert.Equal(SendOutcome.Closed, Send(out _, Bytes(1, 1)));
    }

    /// <summary>The same cursor and the same rules as on a TCP socket: what does not fit waits, and none of it is lost.</summary>
    [Fact]
    public async Task ViewerOnAWorker_GetsEveryFrameThoughThePipeIsOftenFull()
    {
        using var buffers = new TrackingBufferPool();
        using var bench = new FanOutBench(buffers);
        PublishLease lease = bench.Publish();
        lease.Publish(bench.Frames.Key(0, 70_000));
        using (var worker = new FanOutWorker(0, bench.Context.Settings, buffers, bench.Clock, bench.Metrics, NullLogger.Instance))
        {
            Viewer viewer = worker.Add(new RecordingOwner(), new PipeViewerSocket(_pipe.Writer));
            viewer.TryPost(new ViewerCommand(ViewerCommandKind.StartMedia, Stream: lease.Stream, MessageStreamId: 1));
            for (int milliseconds = 40; milliseconds <= 1000; milliseconds += 40)
            {
                lease.Publish(bench.Frames.Delta(milliseconds, 70_000));
            }

            await RtmpServerHost.UntilAsync(
                () =>
                {
                    if (_pipe.Reader.TryRead(out ReadResult result))
                    {
                        _pipe.Reader.AdvanceTo(result.Buffer.End);
                    }

                    return viewer.Cursor.SentFrames == 26;
                },
                "everything is taken");
            Assert.Equal(0, viewer.Cursor.DroppedFrames);
        }

        lease.Dispose();
    }

    [Fact]
    public async Task ViewerThatReadsNothing_IsGivenUpAfterTheStallTimeout()
    {
        using var buffers = new TrackingBufferPool();
        using var bench = new FanOutBench(buffers);
        PublishLease lease = bench.Publish();
        lease.Publish(bench.Frames.Key(0, 400_000));
        using (var worker = new FanOutWorker(0, bench.Context.Settings, buffers, bench.Clock, bench.Metrics, NullLogger.Instance))
        {
            var owner = new RecordingOwner();
            Viewer viewer = worker.Add(owner, new PipeViewerSocket(_pipe.Writer));
            viewer.TryPost(new ViewerCommand(ViewerCommandKind.StartMedia, Stream: lease.Stream, MessageStreamId: 1));
            await RtmpServerHost.UntilAsync(
                () =>
                {
                    bench.Time.Advance(TimeSpan.FromMilliseconds(50));
                    return viewer.WhenLeft.IsCompleted;
                },
                "the stall timeout");
            Assert.Equal(SessionEndReason.SlowConsumer, owner.End);
        }

        lease.Dispose();
    }

    [Fact]
    public void FrameWhileFlushesCompleteAtOnce_AllocatesNothing()
    {
        byte[] frame = Bytes(9_800, 1);
        long allocated = Allocation.Of(1000, () =>
        {
            Send(out _, frame);
            _pipe.Reader.TryRead(out ReadResult result);
            _pipe.Reader.AdvanceTo(result.Buffer.End);
        });

        Assert.Equal(0, allocated);
    }

    private static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private SendOutcome Send(out int sent, params ReadOnlySpan<byte[]> segments)
    {
        _batch.Clear();
        foreach (byte[] segment in segments)
        {
            Assert.True(_batch.TryAdd(SegmentSource.Reply, segment));
        }

        return _socket.Send(_batch, out sent);
    }

    private byte[] Read()
    {
        Assert.True(_pipe.Reader.TryRead(out ReadResult result));
        byte[] bytes = result.Buffer.ToArray();
        _pipe.Reader.AdvanceTo(result.Buffer.End);
        return bytes;
    }
}
