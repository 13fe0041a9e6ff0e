using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.FFmpeg;
using MediaGateway.Native.Video;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Native.Tests.Video;

/// <summary>A keyframe in, a JPEG or PNG file out.</summary>
[Collection(AloneCollection.Name)]
public sealed class StillPictureTests
{
    [Theory]
    [InlineData(CodecId.H264, 320, 180, 0, 320, 180)]
    [InlineData(CodecId.H264, 640, 360, 480, 480, 270)]
    [InlineData(CodecId.H264, 640, 362, 500, 500, 282)]
    [InlineData(CodecId.Vp8, 320, 180, 640, 320, 180)]
    public void Keyframe_BecomesAPictureOfItsSizeOrSmaller(CodecId codec, int width, int height, int maximumWidth, int expectedWidth, int expectedHeight)
    {
        using var pool = new TrackingBufferPool();
        using var source = TestPictures.Of(codec, width, height);
        IReadOnlyList<MediaFrame> frames = source.Encode(2, pool);
        StillPicture jpeg = StillPicture.Make(frames[0], StillFormat.Jpeg, maximumWidth);
        StillPicture png = StillPicture.Make(frames[0], StillFormat.Png, maximumWidth);
        Release(frames);

        Assert.Equal((expectedWidth, expectedHeight), (jpeg.Width, jpeg.Height));
        Assert.Equal((expectedWidth, expectedHeight), SizeOfJpeg(jpeg.Data));
        Assert.Equal((expectedWidth, expectedHeight), (png.Width, png.Height));
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png.Data[..8]);
        Assert.Equal(expectedWidth, BinaryPrimitives.ReadInt32BigEndian(png.Data.AsSpan(16)));
        Assert.Equal(expectedHeight, BinaryPrimitives.ReadInt32BigEndian(png.Data.AsSpan(20)));
        Assert.InRange(jpeg.Data.Length, 500, 100_000);
    }

    [Fact]
    public void BrokenKeyframe_IsAnErrorInWords()
    {
        using var pool = new TrackingBufferPool();
        using var source = TestPictures.H264();
        IReadOnlyList<MediaFrame> frames = source.Encode(1, pool);
        PooledBuffer buffer = pool.Rent(64, BufferOwner.Frame);
        buffer.Span[..64].Fill(0xFF);
        var broken = new MediaFrame(frames[0].Format, default, default, isKeyframe: true, buffer, 0, 64, default);

        Assert.Throws<FFmpegException>(() => StillPicture.Make(broken, StillFormat.Jpeg));
        broken.Release();
        Release(frames);
    }

    // ITU-T T.81, B.2.2: the start of frame holds the height and then the width.
    private static (int Width, int Height) SizeOfJpeg(byte[] file)
    {
        Assert.Equal((0xFF, 0xD8), (file[0], file[1]));
        int position = 2;
        while (file[position + 1] is not (0xC0 or 0xC1 or 0xC2))
        {
            position += 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(position + 2));
        }

        int height = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(position + 5));
        return (BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(position + 7)), height);
    }

    private static void Release(IReadOnlyList<MediaFrame> frames)
    {
        foreach (MediaFrame frame in frames)
        {
            frame.Release();
        }
    }
}
