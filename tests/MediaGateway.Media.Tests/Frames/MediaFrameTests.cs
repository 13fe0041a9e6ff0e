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

    [Theory]
    [InlineData(90_000, 90_000, 1500, 225_000)]
    [InlineData(-3, 1000, 2, -1)]
    [InlineData(10, 48_000, -1, -38)]
    [InlineData(0, 44_100, 1, 44)]
    public void Plus_MovesAtTheSameRate(long value, int rate, int milliseconds, long expected) =>
        Assert.Equal(new MediaTime(expected, rate), new MediaTime(value, rate).Plus(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Restamped_ShowsTheSamePayloadAtAnotherTime()
    {
        using var pool = new TrackingBufferPool();
        PooledBuffer buffer = pool.Rent(10, BufferOwner.Frame);
        buffer.Span[2] = 42;
        var format = new OpusFormat(2);
        var frame = new MediaFrame(format, new(9000, 90_000), new(4500, 90_000), true, buffer, 2, 3, TimeSpan.FromSeconds(7));

        MediaFrame moved = frame.Restamped(TimeSpan.FromSeconds(1));

        Assert.Equal((new MediaTime(99_000, 90_000), new MediaTime(94_500, 90_000)), (moved.Presentation, moved.Decoding));
        Assert.Equal((3, true, TimeSpan.FromSeconds(7)), (moved.Length, moved.IsKeyframe, moved.ReceivedAt));
        Assert.Same(format, moved.Format);
        Assert.True(moved.Payload.Overlaps(buffer.Span));
        Assert.Equal(42, moved.PayloadMemory.Span[0]);
        moved.AddReference();
        moved.Release();
        moved.Release();
        Assert.Equal(0, pool.Outstanding(BufferOwner.Frame));
        Assert.Throws<InvalidOperationException>(() => moved.PayloadMemory);
        Assert.Throws<InvalidOperationException>(() => frame.PayloadMemory);
    }

    [Fact]
    public void OriginalWithAnotherHolder_OutlivesTheRestampedOne()
    {
        using var pool = new TrackingBufferPool();
        MediaFrame frame = Frame(pool);
        MediaFrame moved = frame.AddReference().Restamped(TimeSpan.FromSeconds(1));
        moved.Release();
        Assert.Equal(3, frame.Payload.Length);
        frame.Release();
        Assert.Equal(0, pool.Outstanding(BufferOwner.Frame));
    }

    private static MediaFrame Frame(BufferPool pool) =>
        new(new OpusFormat(2), default, default, true, pool.Rent(10, BufferOwner.Frame), 2, 3, default);
}
