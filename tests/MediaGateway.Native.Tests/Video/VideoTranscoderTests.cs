using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Video;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Native.Tests.Video;

/// <summary>Any pictures in, H.264 without B-frames out: counts, times, keyframes, sizes, broken input, memory.</summary>
[Collection(AloneCollection.Name)]
public sealed class VideoTranscoderTests
{
    private static readonly VideoEncodingOptions Options = new();

    [Theory]
    [InlineData(CodecId.H264)]
    [InlineData(CodecId.Vp8)]
    [InlineData(CodecId.Vp9)]
    [InlineData(CodecId.Av1)]
    public void EveryCodecOfBrowsers_ComesOutAsH264WithTheSameTimes(CodecId codec)
    {
        Assert.True(new VideoTranscoderFactory(new BufferPool(), Options).Sources.Contains(codec));
        using var pool = new TrackingBufferPool();
        using TestPictures source = codec == CodecId.H264 ? TestPictures.H264(bFrames: 0) : TestPictures.Of(codec);
        IReadOnlyList<Output> output = Transcode(source.Encode(60, pool), pool);
        Assert.Equal(Enumerable.Range(0, 60).Select(number => number * 3000L), output.Select(picture => picture.Time));
        Assert.All(output, picture => Assert.Equal((320, 180), (picture.Format.Width, picture.Format.Height)));
        Assert.True(output[0].IsKeyframe);
        Assert.Single(output, picture => picture.IsKeyframe);
    }

    [Fact]
    public void BFrames_AreGoneAndEveryPictureStandsInItsPlace()
    {
        using var pool = new TrackingBufferPool();
        using var source = TestPictures.H264(bFrames: 3);
        IReadOnlyList<MediaFrame> input = source.Encode(60, pool);
        Assert.Contains(input, frame => AccessUnitInspector.Inspect(frame.Payload).HasBSlices);
        IReadOnlyList<Output> output = Transcode(input, pool, drained: 3);
        Assert.Equal(Enumerable.Range(0, output.Count).Select(number => number * 3000L), output.Select(picture => picture.Time));
        Assert.InRange(output.Count, 56, 60);
        Assert.DoesNotContain(output, picture => picture.Inspector.HasBSlices);
        Assert.All(output, picture => Assert.False(MayReorder(picture.Format)));
    }

    [Fact]
    public void AKeyframeAskedFor_IsTheNextPicture()
    {
        using var pool = new TrackingBufferPool();
        using var source = TestPictures.H264(bFrames: 0);
        using var transcoder = new VideoTranscoder(pool, Options);
        List<Output> output = [];
        int number = 0;
        foreach (MediaFrame frame in source.Encode(40, pool))
        {
            if (number++ is 10 or 25)
            {
                transcoder.RequestKeyframe();
            }

            transcoder.Push(frame, isShown: true);
            frame.Release();
            Take(transcoder, output);
        }

        Assert.Equal([0, 10, 25], output.Index().Where(item => item.Item.IsKeyframe).Select(item => item.Index));
        Assert.All(output.Where(picture => picture.IsKeyframe), picture => Assert.True(picture.Inspector is { HasSequenceParameterSet: true, HasPictureParameterSet: true }));
    }

    [Fact]
    public void PicturesNotShown_AreDecodedForTheLaterOnes()
    {
        using var pool = new TrackingBufferPool();
        using var source = TestPictures.H264(bFrames: 0, gop: 100);
        using var transcoder = new VideoTranscoder(pool, Options);
        List<Output> output = [];
        foreach ((int number, MediaFrame frame) in source.Encode(30, pool).Index())
        {
            transcoder.Push(frame, isShown: number >= 20);
            frame.Release();
            Take(transcoder, output);
        }

        Assert.Equal(Enumerable.Range(20, 10).Select(number => number * 3000L), output.Select(picture => picture.Time));
        Assert.True(output[0].IsKeyframe);
        Assert.Equal(0, transcoder.BrokenPictures);
    }

    [Theory]
    [InlineData(CodecId.H264)]
    [InlineData(CodecId.Vp8)]
    [InlineData(CodecId.Vp9)]
    public void AnotherPictureSize_ComesWithAKeyframeOfAnotherFormat(CodecId codec)
    {
        using var pool = new TrackingBufferPool();
        using TestPictures small = codec == CodecId.H264 ? TestPictures.H264(bFrames: 2) : TestPictures.Of(codec);
        using TestPictures large = codec == CodecId.H264 ? TestPictures.H264(640, 360, bFrames: 2) : TestPictures.Of(codec, 640, 360);
        IReadOnlyList<Output> output = Transcode([.. small.Encode(20, pool), .. large.Encode(20, pool, first: 20)], pool, drained: 2);
        Assert.Equal([0, 20], output.Index().Where(item => item.Item.IsKeyframe).Select(item => item.Index));
        Assert.Equal((320, 180), (output[19].Format.Width, output[19].Format.Height));
        Assert.Equal((640, 360), (output[20].Format.Width, output[20].Format.Height));
        Assert.Equal(Enumerable.Range(0, output.Count).Select(number => number * 3000L), output.Select(picture => picture.Time));
    }

    [Fact]
    public void AnotherCodec_IsFollowedAtItsKeyframe()
    {
        using var pool = new TrackingBufferPool();
        using var first = TestPictures.Of(CodecId.Vp8);
        using var second = TestPictures.H264(bFrames: 0);
        IReadOnlyList<Output> output = Transcode([.. first.Encode(10, pool), .. second.Encode(10, pool, first: 10)], pool);
        Assert.Equal(20, output.Count);
    }

    [Theory]
    [InlineData(101, 75, 100, 74)]
    [InlineData(33, 17, 32, 16)]
    public void OddSizes_LoseTheirLastColumnAndRow(int width, int height, int evenWidth, int evenHeight)
    {
        using var pool = new TrackingBufferPool();
        using var source = TestPictures.Of(CodecId.Vp8, width, height);
        IReadOnlyList<Output> output = Transcode(source.Encode(5, pool), pool);
        Assert.Equal(5, output.Count);
        Assert.Equal((evenWidth, evenHeight), (output[0].Format.Width, output[0].Format.Height));
    }

    [Theory]
    [InlineData(CodecId.H264)]
    [InlineData(CodecId.Vp8)]
    [InlineData(CodecId.Vp9)]
    [InlineData(CodecId.Av1)]
    public void PicturesWithAnyBitsChanged_NeverStopTheTranscoder(CodecId codec)
    {
        using var pool = new TrackingBufferPool();
        using TestPictures source = codec == CodecId.H264 ? TestPictures.H264(bFrames: 2) : TestPictures.Of(codec);
        using var transcoder = new VideoTranscoder(pool, Options);
        var random = new Random(4);
        List<Output> output = [];
        foreach (MediaFrame frame in source.Encode(90, pool))
        {
            byte[] payload = frame.Payload.ToArray();
            for (int flip = random.Next(6); flip > 0; flip--)
            {
                payload[random.Next(payload.Length)] ^= (byte)(1 << random.Next(8));
            }

            int length = random.Next(4) == 0 ? random.Next(payload.Length) : payload.Length;
            PooledBuffer buffer = pool.Rent(length, BufferOwner.Frame);
            payload.AsSpan(0, length).CopyTo(buffer.Span);
            var broken = new MediaFrame(frame.Format, frame.Presentation, frame.Decoding, frame.IsKeyframe, buffer, 0, length, default);
            frame.Release();
            try
            {
                transcoder.Push(broken, isShown: true);
            }
            catch (NotSupportedException)
            {
                // A changed header may say a form of pictures that is refused.
            }

            broken.Release();
            Take(transcoder, output);
        }

        Assert.True(output.Count <= 90);
        Assert.Equal(output.Select(picture => picture.Time).Order().Distinct(), output.Select(picture => picture.Time));
    }

    [Fact]
    public void PictureThatIsTooLarge_IsNotDecoded()
    {
        using var pool = new TrackingBufferPool();
        using var source = TestPictures.Of(CodecId.Vp8);
        using var transcoder = new VideoTranscoder(pool, Options);
        MediaFrame key = source.Encode(1, pool)[0];
        byte[] payload = key.Payload.ToArray();
        key.Release();

        // RFC 6386 9.1: after the start code of a keyframe stand 14 bits of width and 14 bits of height.
        (payload[6], payload[7], payload[8], payload[9]) = (0xF0, 0x3F, 0xF0, 0x3F);
        PooledBuffer buffer = pool.Rent(payload.Length, BufferOwner.Frame);
        payload.CopyTo(buffer.Span);
        var huge = new MediaFrame(new PlainVideoFormat(CodecId.Vp8), default(MediaTime) with { Rate = 90_000 }, default(MediaTime) with { Rate = 90_000 }, true, buffer, 0, payload.Length, default);
        transcoder.Push(huge, isShown: true);
        huge.Release();
        Assert.Equal(1, transcoder.BrokenPictures);
        Assert.False(transcoder.TryTake(out _));
        Assert.True(transcoder.NeedsKeyframe);
    }

    [Fact]
    public void WithoutAKeyframeAtTheStart_NothingIsDecoded()
    {
        using var pool = new TrackingBufferPool();
        using var source = TestPictures.H264(bFrames: 0);
        IReadOnlyList<MediaFrame> input = source.Encode(20, pool);
        input[0].Release();
        Assert.Empty(Transcode([.. input.Skip(1)], pool));
    }

    [Fact]
    public void ManyTranscoders_LeaveNoMemoryBehind()
    {
        var pool = new BufferPool();
        using var source = TestPictures.H264(64, 48, bFrames: 2);
        MediaFrame[] input = [.. source.Encode(8, pool)];
        NativeHeap.AssertFlat(
            () =>
            {
                using var transcoder = new VideoTranscoder(pool, Options);
                foreach (MediaFrame frame in input)
                {
                    transcoder.Push(frame, isShown: true);
                }
            },
            rounds: 170,
            allowedBytesPerRound: 64);
    }

    private static List<Output> Transcode(IReadOnlyList<MediaFrame> input, BufferPool pool, int drained = 0)
    {
        using var transcoder = new VideoTranscoder(pool, Options);
        List<Output> output = [];
        foreach (MediaFrame frame in input)
        {
            transcoder.Push(frame, isShown: true);
            frame.Release();
            Take(transcoder, output);
        }

        Assert.Equal(0, transcoder.BrokenPictures);
        Assert.True(output.Count == 0 || output.Count >= input.Count - drained - 1);
        return output;
    }

    private static void Take(VideoTranscoder transcoder, List<Output> output)
    {
        while (transcoder.TryTake(out MediaFrame? frame))
        {
            Assert.Equal(frame!.Presentation, frame.Decoding);
            output.Add(new Output(frame.Presentation.Value, frame.IsKeyframe, (H264Format)frame.Format, AccessUnitInspector.Inspect(frame.Payload)));
            frame.Release();
        }
    }

    private static bool MayReorder(H264Format format)
    {
        Assert.True(AvcDecoderConfigurationRecord.TryParse(format.ConfigurationRecord, out AvcDecoderConfigurationRecord? record));
        Assert.True(SequenceParameterSet.TryParse(record!.SequenceParameterSets[0].Span, out SequenceParameterSet? set));
        return set!.MayReorder;
    }

    private sealed record Output(long Time, bool IsKeyframe, H264Format Format, AccessUnitInspector Inspector);
}
