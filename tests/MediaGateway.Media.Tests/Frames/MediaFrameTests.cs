using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Frames;

public sealed class MediaFrameTests
{
    [Fact]
    public void LastRelease_ReturnsTheMemory()
    {
        using var pool = new TrackingBufferPool();
        MediaFrame frame = Frame(pool);
        Assert.Same(frame, frame.AddReference());

        frame.Release();
        Assert.Equal(1, pool.Outstanding(BufferOwner.Frame));
        frame.Release();

        Assert.Equal(0, pool.Outstanding(BufferOwner.Frame));
    }

    [Fact]
    public void ReleasedFrame_CannotBeUsed()
    {
        using var pool = new TrackingBufferPool();
        MediaFrame frame = Frame(pool);
        frame.Release();

        Assert.Throws<InvalidOperationException>(() => frame.AddReference());
        Assert.Throws<InvalidOperationException>(() => frame.Payload.Length);
        Assert.Throws<InvalidOperationException>(frame.Release);
    }

    [Fact]
    public void PayloadOutsideTheBlock_IsRefused()
    {
        using var pool = new TrackingBufferPool();
        using PooledBuffer buffer = pool.Rent(10, BufferOwner.Frame);

        Assert.Throws<ArgumentOutOfRangeException>(
            () => new MediaFrame(new OpusFormat(2), default, default, true, buffer, buffer.Capacity - 1, 2, default));
    }

    [Theory]
    [InlineData(90_000, 90_000, 1000, 1000)]
    [InlineData(1, 3, 1000, 333)]
    [InlineData(-1, 3, 1000, -334)]
    [InlineData(long.MaxValue / 90_000, 1000, 90_000, long.MaxValue / 90_000 * 90)]
    public void Rescale_RoundsDownWithoutOverflow(long value, int rate, int to, long expected) =>
        Assert.Equal(new MediaTime(expected, to), new MediaTime(value, rate).Rescale(to));

    private static MediaFrame Frame(BufferPool pool) =>
        new(new OpusFormat(2), default, default, true, pool.Rent(10, BufferOwner.Frame), 2, 3, default);
}
