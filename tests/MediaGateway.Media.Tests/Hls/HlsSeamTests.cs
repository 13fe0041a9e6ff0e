using MediaGateway.Media.Frames;
using MediaGateway.Media.Hls;
using MediaGateway.Media.Tests.Mp4;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Hls;

/// <summary>What a player buffers over a change of format: without holes, in both tracks.</summary>
public sealed class HlsSeamTests
{
    [Fact]
    public void SizesThatGrowWithinSeconds_PicturesAndSoundGoOnToTheTick()
    {
        using var stream = new HlsStream(onRequest: true, window: 60);
        stream.Run(0, 2500, sound: Mp4Frames.Aac);
        stream.Run(2560, 4000, sound: Mp4Frames.Aac, video: Mp4Frames.SmallerVideo);
        stream.Run(4090, 9000, sound: Mp4Frames.Aac);
        stream.End();

        Assert.Equal(2, stream.Last.Segments.Count(segment => segment.IsDiscontinuity));
        List<Run> runs = Runs(stream);
        Assert.Equal([0, 1, 2], runs.Select(run => run.Range).Distinct());
        AssertUnbroken(runs, TrackKind.Video);
        AssertUnbroken(runs, TrackKind.Audio);
        Assert.Equal(stream.Last.Complete.Sum(segment => segment.Duration!.Value), runs.Last(run => run.Kind == TrackKind.Video).End / 90_000m, 5);
        Assert.Equal(2.56m, stream.Last.Segments.TakeWhile(segment => !segment.IsDiscontinuity).Sum(segment => segment.Duration!.Value));
    }

    [Fact]
    public void SoundThatComesLater_BelongsToTheRangeOfItsTime()
    {
        using var stream = new HlsStream(onRequest: true, window: 60);
        stream.Start(Mp4Frames.Video, Mp4Frames.Aac);
        int sounds = 0;
        for (int index = 0; index < 200; index++)
        {
            H264Format format = index < 90 ? Mp4Frames.Video : Mp4Frames.SmallerVideo;
            stream.Add(stream.Frames.Picture(1000 + (index * 40), key: index % 50 == 0 || index == 90, format: format));
            for (; (sounds + 1) * 1024 / 48 <= (index * 40) - 250; sounds++)
            {
                stream.Add(stream.Frames.Sound(1000 + (sounds * 1024.0 / 48)));
            }
        }

        List<Run> runs = Runs(stream);
        AssertUnbroken(runs, TrackKind.Video);
        AssertUnbroken(runs, TrackKind.Audio);
        double pictures = runs.First(run => run is { Range: 1, Kind: TrackKind.Video }).Start / 90_000.0;
        Assert.InRange((runs.First(run => run is { Range: 1, Kind: TrackKind.Audio }).Start / 48_000.0) - pictures, 0, 0.022);
    }

    [Fact]
    public void SoundInAnotherFormat_PicturesGoOnToTheTick()
    {
        using var stream = new HlsStream(window: 60);
        stream.Run(0, 6000, sound: Mp4Frames.Aac);
        stream.Run(6010, 12_000, sound: Mp4Frames.Aac44);
        stream.End();

        List<Run> runs = Runs(stream);
        AssertUnbroken(runs, TrackKind.Video);
        AssertUnbroken([.. runs.Where(run => run.Range == 0)], TrackKind.Audio);
        AssertUnbroken([.. runs.Where(run => run.Range == 1)], TrackKind.Audio);
        double end = runs.Last(run => run is { Range: 0, Kind: TrackKind.Audio }).End / 48_000.0;
        double start = runs.First(run => run is { Range: 1, Kind: TrackKind.Audio }).Start / 44_100.0;
        Assert.Equal(end, start, 0.001);
    }

    [Fact]
    public void PicturesThatComeBack_SoundGoesOnToTheTick()
    {
        using var stream = new HlsStream(window: 60);
        stream.Run(0, 4000, sound: Mp4Frames.Aac);
        stream.Run(4000, 12_000, rate: 0, sound: Mp4Frames.Aac);
        stream.Run(12_000, 16_000, sound: Mp4Frames.Aac);

        AssertUnbroken([.. Runs(stream).Where(run => run.Range > 0)], TrackKind.Audio);
    }

    [Fact]
    public void PicturesAfterABreakOfMoreThanASecond_AreNotStretched()
    {
        using var stream = new HlsStream(window: 60);
        stream.Run(0, 4000);
        stream.Run(5200, 9000, video: Mp4Frames.SmallerVideo);
        stream.End();

        Assert.Equal(4m, stream.Last.Segments.TakeWhile(segment => !segment.IsDiscontinuity).Sum(segment => segment.Duration!.Value), 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void PicturesAtAnUnevenRate_EveryPlaylistKeepsTheRules(int seed)
    {
        var random = new Random(seed);
        int[] distances = [8, 16, 33, 40, 66, 83, 100, 125, 150, 200, 240, 400, 900];
        foreach (bool onRequest in (bool[])[false, true])
        {
            using var stream = new HlsStream(onRequest, window: 30);
            stream.Start(Mp4Frames.Video, null);
            double time = 0;
            double keyframe = 0;
            while (time < 80_000)
            {
                int distance = distances[random.Next(distances.Length)];
                for (int count = random.Next(1, 40); count > 0; count--)
                {
                    bool isKeyframe = time >= keyframe;
                    keyframe = isKeyframe ? time + 2000 : keyframe;
                    stream.Add(stream.Frames.Picture(time, isKeyframe));
                    time += distance * (0.8 + (random.NextDouble() * 0.4));
                }
            }

            Assert.True(stream.Playlists.Count > 80, $"{stream.Playlists.Count} playlists");
            AssertUnbroken(Runs(stream), TrackKind.Video);
        }
    }

    [Theory]
    [InlineData(60, 4033)]
    [InlineData(30, 5033)]
    [InlineData(30, 6400)]
    [InlineData(20, 7000)]
    public void LevelThatBeginsLater_IsCutAtTheSameKeyframesUnderTheSameNumbers(int group, int begins)
    {
        using var source = new HlsStream(onRequest: true, window: 60);
        using var level = new HlsStream(onRequest: true, window: 60, follow: (time, isKeyframe) => source.Window.PlaceOf(time, isKeyframe));
        level.Start(Mp4Frames.SmallerVideo, null);
        source.Start(Mp4Frames.Video, null);
        H264Format another = Mp4Frames.Video with { Width = 300 };
        bool hasBegun = false;
        for (int index = 0; index < 600; index++)
        {
            double time = Math.Floor(index * 1000 / 30.0);
            bool isKeyframe = index % group == 0;
            source.Add(source.Frames.Picture(time, isKeyframe, format: index < 60 ? Mp4Frames.Video : another));
            if (time >= begins)
            {
                level.Add(level.Frames.Picture(time, isKeyframe || !hasBegun, format: Mp4Frames.SmallerVideo));
                hasBegun = true;
            }
        }

        HlsSegment[] ofSource = source.Window.Listed.ToArray();
        HlsSegment[] ofLevel = level.Window.Listed.ToArray();
        Assert.True(ofLevel.Length > 5, $"{ofLevel.Length} segments");
        Assert.Equal(1001, level.Window.DiscontinuitySequence);
        Assert.All(ofLevel.Skip(1), segment =>
        {
            HlsSegment same = Assert.Single(ofSource, one => one.Number == segment.Number);
            Assert.Equal(same.Start, segment.Start);
        });
        HlsSegment first = Assert.Single(ofSource, one => one.Number == ofLevel[0].Number);
        Assert.InRange(ofLevel[0].Start, first.Start, first.Start + first.Microseconds);
    }

    private static void AssertUnbroken(List<Run> runs, TrackKind kind)
    {
        Run[] its = [.. runs.Where(run => run.Kind == kind)];
        Assert.True(its.Length > 5, $"{its.Length} runs");
        Assert.All(its.Zip(its.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Start));
    }

    private static List<Run> Runs(HlsStream stream)
    {
        List<Run> runs = [];
        foreach (HlsSegment segment in stream.Window.Listed)
        {
            foreach (HlsPart part in segment.Parts)
            {
                foreach (Mp4Box track in Mp4Box.Read(part.Blob.Memory)[0].Children().Where(box => box.Type == "traf"))
                {
                    TrackKind kind = track.Child("tfhd").UInt32(4) == 1 ? TrackKind.Video : TrackKind.Audio;
                    int entry = kind == TrackKind.Video ? 16 : 8;
                    Mp4Box table = track.Child("trun");
                    long start = (long)track.Child("tfdt").UInt64(4);
                    long length = Enumerable.Range(0, (int)table.UInt32(4)).Sum(index => (long)table.UInt32(12 + (entry * index)));
                    runs.Add(new Run(segment.Initialization.Number, kind, start, start + length));
                }
            }
        }

        return runs;
    }

    /// <summary>The samples of one track in one part, in the track's ticks.</summary>
    private sealed record Run(int Range, TrackKind Kind, long Start, long End);
}
