using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sessions;

public class FrameAssemblerTests
{
    public static TheoryData<int> Fragments => [1, 2, 3, 7, 1000, 100_000];

    [Theory]
    [MemberData(nameof(Fragments))]
    public void Stream_IsTakenApartHoweverItIsCut(int fragment)
    {
        using var pool = new TrackingBufferPool();
        byte[][] datagrams = [[1], [2, 3], new byte[1500], [4], [5, 6, 7]];
        datagrams[2].AsSpan().Fill(9);
        byte[] stream = [.. datagrams.SelectMany(Framed)];
        using var assembler = new FrameAssembler(pool);

        List<byte[]> taken = [.. stream.Chunk(fragment).SelectMany(piece => Take(assembler, piece))];

        Assert.Equal(datagrams, taken);
        Assert.False(assembler.IsBroken);
    }

    [Fact]
    public void LengthZero_IsSkipped()
    {
        using var pool = new TrackingBufferPool();
        using var assembler = new FrameAssembler(pool);

        Assert.Equal([[7]], Take(assembler, [0, 0, 0, 0, 0, 1, 7, 0, 0]));
        Assert.False(assembler.IsBroken);
    }

    [Theory]
    [InlineData(1501)]
    [InlineData(65535)]
    public void LengthThatNoDatagramHas_BreaksTheStreamAndTakesNoMemory(int length)
    {
        using var pool = new TrackingBufferPool();
        using var assembler = new FrameAssembler(pool);

        Assert.Equal([[7]], Take(assembler, [0, 1, 7, (byte)(length >> 8), (byte)length, 0, 1, 8]));

        Assert.True(assembler.IsBroken);
        Assert.Empty(Take(assembler, [0, 1, 8]));
        Assert.Equal(0, pool.Outstanding(BufferOwner.Datagram));
    }

    [Fact]
    public void UnfinishedDatagram_HoldsOneBlockUntilTheEnd()
    {
        using var pool = new TrackingBufferPool();
        using (var assembler = new FrameAssembler(pool))
        {
            Assert.Empty(Take(assembler, [5, 0, 1, 2, 3]));
            Assert.Equal(1, pool.Outstanding(BufferOwner.Datagram));
        }

        Assert.Equal(0, pool.Outstanding(BufferOwner.Datagram));
    }

    private static byte[] Framed(byte[] datagram) => [(byte)(datagram.Length >> 8), (byte)(datagram.Length & 0xFF), .. datagram];

    private static List<byte[]> Take(FrameAssembler assembler, byte[] bytes)
    {
        List<byte[]> taken = [];
        ReadOnlySpan<byte> left = bytes;
        while (assembler.TryTake(ref left, out PooledBuffer? buffer, out int length))
        {
            taken.Add(buffer.Span[..length].ToArray());
            buffer.Dispose();
        }

        Assert.True(left.IsEmpty);
        return taken;
    }
}
