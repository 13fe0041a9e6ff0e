using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Memory;

public sealed class BufferPoolTests
{
    [Theory]
    [InlineData(0, 2048)]
    [InlineData(2048, 2048)]
    [InlineData(2049, 4096)]
    [InlineData(1024 * 1024, 1024 * 1024)]
    [InlineData((1024 * 1024) + 1, (1024 * 1024) + 1)]
    public void Block_IsThePowerOfTwoThatHoldsIt(int asked, int capacity)
    {
        using PooledBuffer buffer = new BufferPool().Rent(asked, BufferOwner.Datagram);

        Assert.Equal(capacity, buffer.Capacity);
    }

    [Fact]
    public void SecondReturn_Throws()
    {
        PooledBuffer buffer = new BufferPool().Rent(1, BufferOwner.Datagram);
        buffer.Dispose();

        Assert.Throws<InvalidOperationException>(buffer.Dispose);
        Assert.Throws<InvalidOperationException>(() => buffer.Span.Length);
    }

    [Fact]
    public void RentInSteadyState_AllocatesNothing()
    {
        var pool = new BufferPool();

        Assert.Equal(0, Allocation.Of(1000, () => pool.Rent(1200, BufferOwner.Datagram).Dispose()));
    }

    [Fact]
    public void BlockNotReturned_IsReportedWithItsOwner()
    {
        var pool = new TrackingBufferPool();
        pool.Rent(1, BufferOwner.WireImage);

        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(pool.Dispose);

        Assert.Contains(nameof(BufferOwner.WireImage), failure.Message, StringComparison.Ordinal);
    }
}
