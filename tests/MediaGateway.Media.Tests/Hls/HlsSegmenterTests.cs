using MediaGateway.Media.Frames;
using MediaGateway.Media.Hls;
using MediaGateway.Media.Tests.Mp4;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Hls;

public sealed class HlsSegmenterTests
{
    [Theory]
    [InlineData(30, 60)]
    [InlineData(25, 50)]
    [InlineData(29.97, 60)]
    [InlineData(60, 120)]
    [InlineData(15, 30)]
    [InlineData(12.5, 25)]
    [InlineData(10, 10)]
    public void ThousandsOfFrames_EveryPlaylistKeepsTheRules(double rate, int group)
    {
        using var stream = new HlsStream();

        stream.Run(1_000_000, 1_120_000, rate, group, Mp4Frames.Aac44);
        stream.End();

        Assert.True(stream.Playlists.Count > 200, "a playlist for every part");
        Assert.All(stream.Last.Complete.SkipLast(1), segment => Assert.InRange(segment.Duration!.Value, 1.9m, 2.1m));
        Assert.All(stream.Last.Segments.Where(segment => segment.Parts.Count > 0), segment => Assert.True(segment.Parts[0].IsIndependent));
        Assert.Equal(2, stream.Last.TargetDuration);
        Assert.True(stream.Last.HasEnded);
    }

    [Fact]
    public void PublisherThatCannotBeAsked_NothingIsListedBeforeTheFirstWholeGroup()
    {
        using var stream = new HlsStream();
        stream.Run(0, 4900, rate: 25, group: 125);
        Assert.Empty(stream.Playlists);

        stream.Run(5000, 5200, rate: 25, group: 125);

        Assert.Equal(5, stream.Last.TargetDuration);
    }

    [Fact]
    public void PublisherThatCanBeAsked_AskedOncePerSegment_TargetDoesNotDependOnItsFirstGroup()
    {
        using var stream = new HlsStream(onRequest: true);
        stream.Run(0, 1600, rate: 30, group: 1000);
        Assert.Empty(stream.Playlists);
        Assert.False(stream.Segmenter.TakeKeyframeRequest());

        foreach (int time in new[] { 1600, 1633, 1666, 1700, 1733 })
        {
            stream.Add(stream.Frames.Picture(time));
        }

        Assert.True(stream.Segmenter.TakeKeyframeRequest());
        Assert.False(stream.Segmenter.TakeKeyframeRequest());
        stream.Run(1766, 2400, rate: 30, group: 1000);

        Assert.Equal(2, stream.Last.TargetDuration);
    }

    [Fact]
    public void SoundThatComesLater_IsInThePartOfItsTime()
    {
        using var stream = new HlsStream();
        stream.Start(Mp4Frames.Video, Mp4Frames.Aac);
        int sounds = 0;
        for (int index = 0; index < 300; index++)
        {
            stream.Add(stream.Frames.Picture(1000 + (index * 40), key: index % 50 == 0));
            for (; (sounds + 1) * 1024 / 48 <= (index * 40) - 200; sounds++)
            {
                stream.Add(stream.Frames.Sound(1000 + (sounds * 1024.0 / 48)));
            }
        }

        HlsPart[] parts = [.. stream.Window.Listed.ToArray().SelectMany(segment => segment.Parts)];
        Assert.True(parts.Length > 20);
        Assert.All(parts, part =>
        {
            Mp4Box[] tracks = [.. Mp4Box.Read(part.Blob.Memory)[0].Children().Where(box => box.Type == "traf")];
            Assert.Equal(2, tracks.Length);
            double pictures = tracks[0].Child("tfdt").UInt64(4) / 90_000.0;
            double sound = (tracks[1].Child("tfdt").UInt64(4) + (tracks[1].Child("trun").UInt32(4) * 1024.0)) / 48_000;
            Assert.InRange(sound - pictures - (part.Microseconds / 1e6), -0.001, 0.022);
        });
    }

    [Fact]
    public void GroupLongerThanTheTarget_IsCutAndTheTargetStays()
    {
        using var stream = new HlsStream();
        stream.Run(0, 2000, rate: 25, group: 50);

        stream.Run(2000, 12_000, rate: 25, group: 250);
        stream.Run(12_000, 14_000, rate: 25, group: 50);
        stream.End();

        Assert.Equal(2, stream.Last.TargetDuration);
        HlsListedSegment[] segments = [.. stream.Last.Complete];
        Assert.Equal(14m - 0m, segments.Sum(segment => segment.Duration!.Value));
        Assert.Contains(segments, segment => segment.Parts.Count > 0 && !segment.Parts[0].IsIndependent);
    }

    [Fact]
    public void EndlessGroup_IsListedAfterTheLongestWait()
    {
        using var stream = new HlsStream();

        stream.Run(0, 30_000, rate: 25, group: int.MaxValue);

        Assert.Equal(10, stream.Last.TargetDuration);
    }

    [Fact]
    public void AnotherSize_BeginsARangeWithAMapOfItsOwn()
    {
        using var stream = new HlsStream(window: 60);
        stream.Run(0, 6000, sound: Mp4Frames.Aac);

        stream.Run(6000, 12_000, sound: Mp4Frames.Aac, video: Mp4Frames.SmallerVideo);
        stream.End();

        HlsListedSegment change = Assert.Single(stream.Last.Segments, segment => segment.IsDiscontinuity);
        Assert.Equal("e/init1.mp4", change.Map);
        Assert.Equal("e/init0.mp4", stream.Last.Segments[0].Map);
        Assert.True(change.Parts.Count == 0 || change.Parts[0].IsIndependent);
    }

    [Fact]
    public void AnotherPublisher_IsADiscontinuity_AndThePlaylistGoesOn()
    {
        using var stream = new HlsStream(window: 8);
        H264Format same = Mp4Frames.Video with { Width = Mp4Frames.Video.Width };
        stream.Run(0, 5000, sound: Mp4Frames.Aac);

        stream.Run(9000, 15_000, sound: Mp4Frames.Aac, video: same);
        stream.Run(17_000, 40_000, sound: Mp4Frames.Aac, video: Mp4Frames.Video with { Width = Mp4Frames.Video.Width });

        Assert.Equal(1002, stream.Last.DiscontinuitySequence);
        Assert.DoesNotContain(stream.Last.Segments, segment => segment.IsDiscontinuity);
        Assert.Contains(stream.Playlists, playlist => playlist.Segments.Any(segment => segment.IsDiscontinuity));
    }

    [Fact]
    public void PicturesThatPause_AreADiscontinuity_NotALongSegment()
    {
        using var stream = new HlsStream();
        stream.Run(0, 6000, sound: Mp4Frames.Aac);

        stream.Run(8600, 12_600);
        stream.End();

        Assert.Single(stream.Last.Segments, segment => segment.IsDiscontinuity);
    }

    [Fact]
    public void OnePictureLongerThanAPart_IsASegmentWithoutParts()
    {
        using var stream = new HlsStream();
        stream.Run(0, 4000, rate: 30);

        stream.Add(stream.Frames.Picture(4000, key: true));
        stream.Run(5500, 9000, rate: 30);
        stream.End();

        HlsListedSegment segment = Assert.Single(stream.Last.Complete, one => one.Duration == 1.5m);
        Assert.Empty(segment.Parts);
        Assert.DoesNotContain(stream.Last.Segments, one => one.IsDiscontinuity);
    }

    [Fact]
    public void OnePictureASecond_PartsAreAsLongAsPictures()
    {
        using var stream = new HlsStream(onRequest: true);

        stream.Run(0, 60_000, rate: 1, group: 2);
        stream.End();

        Assert.Equal(1.08m, stream.Last.PartTarget);
        Assert.All(stream.Last.Complete.SkipLast(1), segment => Assert.Equal(2, segment.Duration));
    }

    [Fact]
    public void SoundAlone_IsCutAtTheDuration()
    {
        using var stream = new HlsStream();

        stream.Run(0, 60_000, rate: 0, sound: Mp4Frames.Aac);
        stream.End();

        Assert.All(stream.Last.Complete.SkipLast(1), segment => Assert.InRange(segment.Duration!.Value, 2m, 2.03m));
        Assert.All(stream.Last.Segments.SelectMany(segment => segment.Parts), part => Assert.True(part.IsIndependent));
    }

    [Fact]
    public void PicturesAlone_Play()
    {
        using var stream = new HlsStream();

        stream.Run(0, 20_000);
        stream.End();

        Assert.Equal(20m, stream.Last.Complete.Sum(segment => segment.Duration!.Value), 2);
    }

    [Fact]
    public void SoundThatIsPromisedButSilent_IsLeftOutOfTheNextRange()
    {
        using var stream = new HlsStream();
        stream.Start(Mp4Frames.Video, Mp4Frames.Aac);

        stream.Run(0, 12_000);

        Assert.NotNull(stream.Window.Listed[0].Initialization.Audio);
        Assert.Null(stream.Window.Newest!.Initialization.Audio);
    }

    [Fact]
    public void PicturesThatStop_SoundGoesOnAlone_AndTheyComeBack()
    {
        using var stream = new HlsStream();
        stream.Run(0, 6000, sound: Mp4Frames.Aac);

        stream.Run(6000, 14_000, rate: 0, sound: Mp4Frames.Aac);
        Assert.Null(stream.Window.Newest!.Initialization.Video);
        stream.Run(14_000, 20_000, sound: Mp4Frames.Aac);

        Assert.NotNull(stream.Window.Newest!.Initialization.Video);
        Assert.NotNull(stream.Window.Newest.Initialization.Audio);
    }

    [Fact]
    public void SoundInAnotherCodec_IsADiscontinuity()
    {
        using var stream = new HlsStream(window: 60);
        stream.Run(0, 6000, sound: Mp4Frames.Aac);

        stream.Run(6000, 12_000, sound: Mp4Frames.Aac44);
        stream.End();

        Assert.Single(stream.Last.Segments, segment => segment.IsDiscontinuity);
    }

    [Fact]
    public void Window_IsBoundedInTimeAndMemory()
    {
        using var stream = new HlsStream(window: 12);
        stream.Run(0, 60_000);
        Assert.InRange(stream.Last.Complete.Sum(segment => segment.Duration!.Value), 12m, 14.1m);
        Assert.Equal(0, stream.Window.Discarded);

        using var small = new HlsStream(window: 1000, windowBytes: 20_000);
        small.Run(0, 60_000);

        Assert.InRange(small.Window.Bytes, 1, 4 * 8 * 2048);
        Assert.Equal(3, small.Last.Complete.Count());
        Assert.Equal(small.Window.Made - 4, small.Window.Discarded);
    }

    [Fact]
    public void ProgramTime_GoesOnWithTheMedia()
    {
        using var stream = new HlsStream();

        stream.Run(10_000, 30_000);

        HlsListedSegment[] segments = [.. stream.Last.Complete];
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 15, TimeSpan.Zero).AddSeconds(2 * (segments[0].Number - 1000)), segments[0].Time);
        Assert.Equal(TimeSpan.FromSeconds((double)segments[0].Duration!.Value), segments[1].Time - segments[0].Time);
    }

    [Fact]
    public void BytesOfASegment_AreFragmentsThatFollowEachOther()
    {
        using var stream = new HlsStream(window: 60);
        stream.Run(0, 9000, sound: Mp4Frames.Aac44);
        ulong picture = 0;
        uint number = 1;
        foreach (HlsSegment segment in stream.Window.Listed)
        {
            foreach (HlsPart part in segment.Parts)
            {
                IReadOnlyList<Mp4Box> boxes = Mp4Box.Read(part.Blob.Memory);
                Assert.Equal(["moof", "mdat"], boxes.Select(box => box.Type));
                Assert.Equal(number++, boxes[0].Child("mfhd").UInt32(4));
                Mp4Box video = boxes[0].Children().First(box => box.Type == "traf");
                Assert.Equal(picture, video.Child("tfdt").UInt64(4));
                Mp4Box run = video.Child("trun");
                picture += (ulong)Enumerable.Range(0, (int)run.UInt32(4)).Sum(index => run.UInt32(12 + (16 * index)));
            }
        }
    }
}
