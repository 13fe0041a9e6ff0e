using System.Net;
using System.Net.Sockets;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Linux;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

public sealed class FanOutAllocationTests
{
    /// <summary>A ring that is full after the warm-up: steady state.</summary>
    private static readonly FanOutSettings Small = new() { MaxBytes = 500_000, MaxGroupBytes = 1_000_000 };

    [Fact]
    public void FrameAndViewer_AllocateNothing()
    {
        var buffers = new BufferPool();
        using var bench = new FanOutBench(buffers, Small);
        using PublishLease lease = bench.Publish();
        lease.Publish(bench.Frames.Key(0));
        Viewer[] viewers = [.. Enumerable.Range(0, 20).Select(_ => bench.Watch(lease.Stream, new RecordingSocket { CountsOnly = true }))];
        long sentBefore = viewers[0].Cursor.SentFrames;

        long allocated = AllocatedByRounds(bench, lease.Stream, viewers, 2000);

        Assert.Equal(0, allocated);
        Assert.Equal(4000, viewers[0].Cursor.SentFrames - sentBefore);
    }

    [Fact]
    public async Task FrameAndViewer_OverARealSocket_AllocateNothing()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using Socket server = await listener.AcceptSocketAsync();
        var reader = new Thread(() => Drain(client.Client)) { IsBackground = true };
        reader.Start();

        var buffers = new BufferPool();
        using var bench = new FanOutBench(buffers, Small);
        using var list = new GatherList(SendBatch.MaxSegments);
        using PublishLease lease = bench.Publish();
        lease.Publish(bench.Frames.Key(0));
        Viewer viewer = bench.Watch(lease.Stream, new GatherSocket(new StreamSocket(server.SafeHandle), list));
        long sentBefore = viewer.Cursor.SentFrames;

        long allocated = AllocatedByRounds(bench, lease.Stream, [viewer], 1000);
        Assert.Equal(0, allocated);
        Assert.Equal(2000, viewer.Cursor.SentFrames - sentBefore);
        bench.Leave(viewer);
        server.Shutdown(SocketShutdown.Both);
        reader.Join();
    }

    private static long AllocatedByRounds(FanOutBench bench, LiveStream stream, Viewer[] viewers, int rounds)
    {
        StreamFeed feed = viewers[0].Feed!;
        MediaFrame frame = bench.Frames.Delta(40, 9_800);
        long allocated = Allocation.Of(rounds, () =>
        {
            feed.Deliver(frame.AddReference());
            feed.TakeInput();
            foreach (Viewer viewer in viewers)
            {
                while (viewer.Serve(bench.Batch, bench.Feeds) != ServeResult.Idle)
                {
                }
            }
        });
        frame.Release();
        Assert.Same(stream, feed.Stream);
        return allocated;
    }

    private static void Drain(Socket socket)
    {
        byte[] buffer = new byte[256 * 1024];
        while (socket.Receive(buffer) > 0)
        {
        }
    }
}
