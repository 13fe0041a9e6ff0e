using MediaGateway.Media.Frames;
using Xunit;

namespace MediaGateway.Media.Tests.Frames;

public sealed class TimestampUnwrapperTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void StepsAcrossManyWraps_AddUp(int bits)
    {
        var unwrapper = new TimestampUnwrapper(bits);
        long step = (1L << (bits - 2)) + 7;
        long expected = 5;
        for (int i = 0; i < 1000; i++, expected += step)
        {
            Assert.Equal(expected, unwrapper.Unwrap((uint)(expected & ((1L << bits) - 1))));
        }
    }

    [Fact]
    public void OldValueAfterAWrap_IsBeforeIt()
    {
        var unwrapper = new TimestampUnwrapper(16);
        Assert.Equal(0xFFFE, unwrapper.Unwrap(0xFFFE));
        Assert.Equal(0x1_0003, unwrapper.Unwrap(3));
        Assert.Equal(0xFFFF, unwrapper.Unwrap(0xFFFF));
        Assert.Equal(0x1_0004, unwrapper.Unwrap(4));
    }

    [Fact]
    public void Peek_DoesNotMoveTheReference()
    {
        var unwrapper = new TimestampUnwrapper(32);
        unwrapper.Unwrap(100);
        Assert.Equal(0x7000_0000, unwrapper.Peek(0x7000_0000));
        Assert.Equal(-0x7000_0000L + 100, unwrapper.Unwrap(unchecked((uint)(-0x7000_0000 + 100))));
    }
}
