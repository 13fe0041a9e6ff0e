using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Servers.Rtmp.FanOut;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

public sealed class MediaCursorTests : IDisposable
{
    private static readonly FanOutSettings Small = new()
    {
        MaxLag = TimeSpan.FromSeconds(1),
        MaxGroup = TimeSpan.FromSeconds(3),
    };

    private readonly Images _images = new(Small);
    private readonly MediaCursor _cursor = new();
    private readonly SendBatch _batch = new();
    private readonly MemoryStream _sent = new();

    public void Dispose()
    {
        _cursor.Abandon();
        _images.Dispose();
        Assert.Equal(0, _images.Outstanding);
    }

    [Fact]
    public void Starts_AtTheNewestKeyframeWithAPreamble()
    {
        _images.Keyframe(0);
        _images.Picture(33);
        int start = _images.Keyframe(66);
        int sound = _images.Sound(70);
        _cursor.Attach(_images);

        Assert.Equal([-1, start, sound], SendAll());
    }

    [Fact]
    public void WithoutAKeyframe_WaitsForOne()
    {
        _images.Picture(0);
        _cursor.Attach(_images);
        Assert.Empty(SendAll());

        int start = _images.Keyframe(33);
        Assert.Equal([-1, start], SendAll());
    }

    [Fact]
    public void SourceNotReady_Waits()
    {
        int start = _images.Keyframe(0);
        _images.IsReady = false;
        _cursor.Attach(_images);
        Assert.Empty(SendAll());

        _images.IsReady = true;
        Assert.Equal([-1, start], SendAll());
    }

    [Fact]
    public void SoundFromBeforeTheFirstPicture_IsLeftOut()
    {
        _images.Keyframe(1000);
        _images.Sound(960);
        _images.Sound(981);
        int sound = _images.Sound(1002);
        _cursor.Attach(_images);

        Assert.Equal([-1, 0, sound], SendAll());
    }

    [Fact]
    public void StreamOfSoundOnly_StartsAtTheNewestSound()
    {
        _images.Sound(0, startsGroup: true);
        int newest = _images.Sound(21, startsGroup: true);
        _cursor.Attach(_images);

        Assert.Equal([-1, newest], SendAll());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(Images.ImageBytes)]
    [InlineData(17)]
    public void AnyNumberOfBytesAccepted_SendsEveryByteOnceInOrder(int bytesPerCall)
    {
        _images.Keyframe(0);
        for (int stamp = 1; stamp < 20; stamp++)
        {
            _images.Picture(stamp);
        }

        _cursor.Attach(_images);
        while (Send(bytesPerCall))
        {
        }

        Assert.Equal([-1, .. Enumerable.Range(0, 20)], TakeSent());
    }

    [Fact]
    public void FallenOff_FinishesItsImageAndGoesOnAtTheNewestKeyframe()
    {
        _images.Keyframe(0);
        _cursor.Attach(_images);
        Send(Images.ImageBytes + 4);
        Assert.True(_cursor.HoldsHalfAnImage);

        for (int stamp = 100; stamp <= 1900; stamp += 100)
        {
            _images.Picture(stamp);
        }

        int start = _images.Keyframe(2000);
        int sound = _images.Sound(2010);

        Assert.Equal([-1, 0, start, sound], SendAll());
        Assert.Equal(19, _cursor.DroppedFrames);
        Assert.Equal(3, _cursor.SentFrames);
    }

    [Fact]
    public void LaggingInsideTheRing_LosesNothing()
    {
        _images.Keyframe(0);
        _cursor.Attach(_images);
        Send(Images.ImageBytes + 4);
        _images.Picture(500);
        _images.Keyframe(1000);

        Assert.Equal([-1, 0, 1, 2], SendAll());
        Assert.Equal(0, _cursor.DroppedFrames);
    }

    [Fact]
    public void FallenOffWithoutANewerKeyframe_WaitsForTheNext()
    {
        _images.Keyframe(0);
        _cursor.Attach(_images);
        SendAll();
        for (int stamp = 100; stamp <= 5000; stamp += 100)
        {
            _images.Picture(stamp);
        }

        Assert.Empty(SendAll());
        int start = _images.Keyframe(5100);

        Assert.Equal([start], SendAll());
        Assert.Equal(start - 1, _cursor.DroppedFrames);
    }

    [Fact]
    public void FallenOffAcrossAChangeOfFormat_GetsANewPreamble()
    {
        _images.Keyframe(0);
        _cursor.Attach(_images);
        SendAll();
        _images.Picture(100);
        ChangeFormat();
        _images.Header(2000);
        int start = _images.Keyframe(2000);

        Assert.Equal([-2, start], SendAll());
    }

    [Fact]
    public void ChangeOfFormat_PassesInItsPlaceWithoutAPreamble()
    {
        _images.Keyframe(0);
        _cursor.Attach(_images);
        ChangeFormat();
        int header = _images.Header(100);
        int next = _images.Keyframe(100);
        _images.Ring.Clear();
        Assert.Equal(0, _images.Preambles);

        _images.Formats = Images.FirstFormats;
        int start = _images.Keyframe(200);
        Assert.Equal([-1, start], SendAll());
        ChangeFormat();
        header = _images.Header(300);
        next = _images.Keyframe(300);
        Assert.Equal([header, next], SendAll());
        Assert.Equal(1, _images.Preambles);
    }

    [Fact]
    public void Paused_SendsNothingAndResumesAtAKeyframeNotYetSent()
    {
        _images.Keyframe(0);
        _cursor.Attach(_images);
        SendAll();
        _cursor.Pause();
        _images.Picture(100);
        Assert.Empty(SendAll());

        _cursor.Resume();
        _images.Picture(200);
        Assert.Empty(SendAll());

        int start = _images.Keyframe(300);
        Assert.Equal([start], SendAll());
        Assert.Equal(0, _cursor.DroppedFrames);
    }

    [Fact]
    public void PausedInTheMiddleOfAnImage_FinishesIt()
    {
        _images.Keyframe(0);
        _cursor.Attach(_images);
        Send(Images.ImageBytes + 4);
        _cursor.Pause();

        Assert.Equal([-1, 0], SendAll());
    }

    [Fact]
    public void SoundOff_SendsPicturesOnly()
    {
        _images.Keyframe(0);
        _images.Sound(10);
        int picture = _images.Picture(33);
        _cursor.Attach(_images);
        _cursor.WantAudio(false);

        Assert.Equal([-1, 0, picture], SendAll());
    }

    [Fact]
    public void PicturesOffAndOn_GoOnAtAKeyframe()
    {
        _images.Keyframe(0);
        _cursor.Attach(_images);
        SendAll();
        _cursor.WantVideo(false);
        _images.Picture(33);
        int sound = _images.Sound(40);
        Assert.Equal([sound], SendAll());

        _cursor.WantVideo(true);
        _images.Picture(66);
        int nextSound = _images.Sound(70);
        int keyframe = _images.Keyframe(100);
        _images.Picture(133);
        Send(Images.ImageBytes);
        Assert.Equal([nextSound, keyframe, keyframe + 1], SendAll());
    }

    [Fact]
    public void Finish_SendsWhatIsDueAndNothingLater()
    {
        _images.Keyframe(0);
        _cursor.Attach(_images);
        _cursor.Finish();
        Send(Images.ImageBytes + 4);
        Assert.False(_cursor.IsFinished);

        _images.Picture(33);
        _cursor.Finish();

        Assert.Equal([-1, 0], SendAll());
        Assert.True(_cursor.IsFinished);
    }

    [Fact]
    public void FinishBeforeTheStart_IsFinishedAtOnce()
    {
        _cursor.Attach(_images);
        SendAll();
        _cursor.Finish();

        Assert.True(_cursor.IsFinished);
    }

    [Fact]
    public void DetachedInTheMiddleOfAnImage_FinishesIt()
    {
        _images.Keyframe(0);
        _cursor.Attach(_images);
        Send(Images.ImageBytes + 4);
        _cursor.Detach();
        _images.Picture(10);

        Assert.Equal([-1, 0], SendAll());
    }

    [Fact]
    public void HalfAnImage_OutlivesItsPlaceInTheRing()
    {
        _images.Keyframe(0);
        _cursor.Attach(_images);
        Send(Images.ImageBytes + 4);
        _images.Ring.Clear();
        Assert.Equal(1, _images.Outstanding);

        Assert.Equal([-1, 0], SendAll());
        Assert.Equal(0, _images.Outstanding);
    }

    [Fact]
    public void DelayIsReported_ForTheFirstViewerWithTheWholeImage()
    {
        _images.Keyframe(40);
        _cursor.Attach(_images);
        var second = new MediaCursor();
        second.Attach(_images);
        _batch.Clear();
        _cursor.GatherMedia(_batch);

        Assert.Null(_cursor.Accept(SegmentSource.Preamble, 0, Images.ImageBytes, Images.ImageBytes));
        Assert.Null(_cursor.Accept(SegmentSource.Image, 0, Images.ImageBytes, 4));
        Assert.Equal(TimeSpan.FromMilliseconds(40), _cursor.Accept(SegmentSource.HalfSent, 0, 6, 6)?.ReceivedAt);
        second.GatherMedia(_batch);
        Assert.Null(second.Accept(SegmentSource.Image, 0, Images.ImageBytes, Images.ImageBytes));
        second.Abandon();
    }

    private void ChangeFormat() =>
        _images.Formats = new FeedFormats(new H264Format(new byte[] { 2 }, 320, 180), Images.FirstFormats.Audio);

    private List<int> SendAll()
    {
        while (Send(int.MaxValue))
        {
        }

        return TakeSent();
    }

    private List<int> TakeSent()
    {
        byte[] bytes = _sent.ToArray();
        _sent.SetLength(0);
        Assert.Equal(0, bytes.Length % Images.ImageBytes);
        return [.. bytes.Chunk(Images.ImageBytes).Select(image => BinaryPrimitives.ReadInt32BigEndian(image))];
    }

    /// <summary>One call of the kernel that takes so many bytes; false when nothing is due.</summary>
    private bool Send(int budget)
    {
        _batch.Clear();
        _cursor.GatherHalfSent(_batch);
        _cursor.GatherMedia(_batch);
        for (int segment = 0; segment < _batch.Count && budget > 0; segment++)
        {
            (SegmentSource source, long index, int length) = _batch[segment];
            int accepted = Math.Min(length, budget);
            budget -= accepted;
            _sent.Write(_batch.Segments[segment].Span[..accepted]);
            _cursor.Accept(source, index, length, accepted);
        }

        return _batch.Count > 0;
    }
}
