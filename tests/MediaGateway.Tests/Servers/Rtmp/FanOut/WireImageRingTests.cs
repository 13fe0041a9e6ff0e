using MediaGateway.Servers.Rtmp.FanOut;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

public sealed class WireImageRingTests
{
    private static readonly FanOutSettings Small = new()
    {
        MaxLag = TimeSpan.FromSeconds(1),
        MaxGroup = TimeSpan.FromSeconds(3),
        MaxBytes = 700,
        MaxGroupBytes = 1000,
    };

    [Fact]
    public void OlderGroup_IsKeptAsLongAsAViewerMayLag()
    {
        using var images = new Images(Small);
        images.Keyframe(0);
        images.Picture(500);
        images.Keyframe(1000);
        Assert.Equal(0, images.Ring.First);

        images.Picture(1001);

        Assert.Equal(1, images.Ring.First);
        Assert.Equal(2, images.Ring.Start);
    }

    [Fact]
    public void CurrentGroup_IsKeptFromItsKeyframeOn()
    {
        using var images = new Images(Small);
        images.Keyframe(0);
        images.Sound(1500);
        images.Picture(3000);

        Assert.Equal(0, images.Ring.Start);
        Assert.Equal(0, images.Ring.First);
    }

    [Fact]
    public void GroupThatIsTooLong_IsNoPlaceToStartAnyMore()
    {
        using var images = new Images(Small);
        images.Keyframe(0);
        images.Picture(1500);
        images.Picture(3001);

        Assert.Equal(WireImageRing.NoStart, images.Ring.Start);
        Assert.Equal(2, images.Ring.First);
    }

    [Fact]
    public void TooManyBytes_DropTheOldest()
    {
        using var images = new Images(Small);
        images.Keyframe(0, 600);
        images.Picture(1, 300);
        images.Picture(2, 300);

        Assert.Equal(600, images.Ring.Bytes);
        Assert.Equal(1, images.Ring.First);
        Assert.Equal(WireImageRing.NoStart, images.Ring.Start);
    }

    [Fact]
    public void OlderGroup_IsKeptForFewerBytesThanTheCurrentOne()
    {
        using var images = new Images(Small);
        images.Keyframe(0, 500);
        images.Picture(1, 300);
        Assert.Equal(0, images.Ring.First);

        images.Keyframe(2, 100);

        Assert.Equal(1, images.Ring.First);
        Assert.Equal(2, images.Ring.Start);
    }

    [Fact]
    public void OneImageOverEveryBound_IsKept()
    {
        using var images = new Images(Small);
        images.Keyframe(0, 5000);

        Assert.Equal(0, images.Ring.Start);
        Assert.Equal(5000, images.Ring.Bytes);
    }

    [Fact]
    public void ManyImages_KeepTheirNumbersAndOrder()
    {
        using var images = new Images(new FanOutSettings());
        for (int number = 0; number < 3 * WireImageRing.MaxImages; number++)
        {
            images.Sound(0);
            long oldest = Math.Max(0, number + 1 - WireImageRing.MaxImages);
            Assert.Equal(oldest, images.Ring.First);
        }

        for (long index = images.Ring.First; index < images.Ring.Next; index += 97)
        {
            Assert.Equal((byte)index, images.Ring[index].Bytes.Span[3]);
        }
    }

    [Fact]
    public void Pictures_AreCountedWhileTheyAreThere()
    {
        using var images = new Images(Small);
        images.Keyframe(0);
        Assert.True(images.Ring.HasPictures);

        images.Sound(3001);

        Assert.False(images.Ring.HasPictures);
        Assert.Throws<ArgumentOutOfRangeException>(() => images.Ring[0]);
    }
}
