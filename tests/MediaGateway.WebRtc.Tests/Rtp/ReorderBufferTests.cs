using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

public sealed class ReorderBufferTests
{
    [Fact]
    public void AnyOrder_LeavesInOrder()
    {
        using var pool = new TrackingBufferPool();
        using var buffer = new ReorderBuffer(16);
        buffer.Restart(-3);
        foreach (long sequence in new long[] { 2, -2, 0, -3, 1, -1 })
        {
            buffer.Add(Packet(pool, sequence));
        }

        Assert.Equal([-3, -2, -1, 0, 1, 2], TakeAll(buffer));
        Assert.Equal((3, 0), (buffer.Next, buffer.Count));
    }

    [Fact]
    public void Gap_IsSkippedAndCounted()
    {
        using var pool = new TrackingBufferPool();
        using var buffer = new ReorderBuffer(16);
        buffer.Restart(10);
        buffer.Add(Packet(pool, 13));
        Assert.True(buffer.HasGap);
        Assert.Empty(TakeAll(buffer));

        Assert.Equal(3, buffer.SkipGap());

        Assert.Equal([13], TakeAll(buffer));
        Assert.False(buffer.HasGap);
    }

    [Fact]
    public void SkipTo_DropsWhatIsHeldBefore()
    {
        using var pool = new TrackingBufferPool();
        using var buffer = new ReorderBuffer(16);
        buffer.Restart(0);
        buffer.Add(Packet(pool, 1));
        buffer.Add(Packet(pool, 4));
        buffer.Add(Packet(pool, 9));

        Assert.Equal(6, buffer.SkipTo(8));

        Assert.Equal((8, 1), (buffer.Next, buffer.Count));
        Assert.Equal(7, buffer.SkipTo(16) + buffer.SkipTo(16));
        Assert.Equal(0, pool.Outstanding(BufferOwner.Datagram));
    }

    [Fact]
    public void Reach_IsTheCapacity()
    {
        using var buffer = new ReorderBuffer(16);
        buffer.Restart(100);

        Assert.True(buffer.Reaches(115));
        Assert.False(buffer.Reaches(116));
    }

    [Fact]
    public void Dispose_ReturnsWhatIsHeld()
    {
        using var pool = new TrackingBufferPool();
        var buffer = new ReorderBuffer(16);
        buffer.Add(Packet(pool, 3));
        buffer.Add(Packet(pool, 5));

        buffer.Dispose();

        Assert.Equal(0, pool.Outstanding(BufferOwner.Datagram));
    }

    private static ReceivedPacket Packet(BufferPool pool, long sequence) =>
        new(pool.Rent(1, BufferOwner.Datagram), 0, 1, sequence, 0, false, default);

    private static List<long> TakeAll(ReorderBuffer buffer)
    {
        List<long> sequences = [];
        while (buffer.TryTakeNext(out ReceivedPacket packet))
        {
            sequences.Add(packet.Sequence);
            packet.Buffer.Dispose();
        }

        return sequences;
    }
}
