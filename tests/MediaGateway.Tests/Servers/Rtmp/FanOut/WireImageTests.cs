using MediaGateway.Servers.Rtmp.FanOut;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

public sealed class WireImageTests
{
    [Fact]
    public void LastRelease_ReturnsBytesAndObject()
    {
        using var images = new Images();
        WireImage image = images.Create(WireImageKind.Video, 0, true, 10, 1);
        image.AddReference();

        image.Release();
        Assert.Equal(10, image.Bytes.Length);
        Assert.Equal(1, images.Outstanding);

        image.Release();
        Assert.Equal(0, images.Outstanding);
        Assert.Throws<InvalidOperationException>(() => image.Bytes);
        Assert.Throws<InvalidOperationException>(image.Release);
        Assert.Throws<InvalidOperationException>(image.AddReference);
    }

    [Fact]
    public void IdleObject_IsUsedAgain()
    {
        using var images = new Images();
        WireImage first = images.Create(WireImageKind.Video, 0, true, 10, 1);
        first.Release();

        WireImage second = images.Create(WireImageKind.Audio, 5, false, 20, 2);

        Assert.Same(first, second);
        Assert.Equal(20, second.Length);
        Assert.Equal(WireImageKind.Audio, second.Description.Kind);
        second.Release();
    }

    [Fact]
    public void Delay_IsMeasuredOnce()
    {
        using var images = new Images();
        WireImage image = images.Create(WireImageKind.Video, 0, true, 10, 1);

        Assert.True(image.TryTakeDelayMeasurement());
        Assert.False(image.TryTakeDelayMeasurement());
        image.Release();
    }
}
