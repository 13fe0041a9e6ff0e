using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Video;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Native.Tests.Video;

/// <summary>One track in, several levels out: times, keyframes, sizes, levels that come and go, memory.</summary>
[Collection(AloneCollection.Name)]
public sealed class VideoLadderTests
{
    private static readonly VideoLevel Large = new("180p", 180, 300_000, 0);
    private static readonly VideoLevel Small = new("90p", 90, 100_000, 0);
    private static readonly VideoLevel Slow = new("64p", 64, 60_000, 15);

    [Fact]
    public void EveryLevel_HasTheSourcesTimesAndKeyframes()
    {
        using var pool = new TrackingBufferPool();
        using var source = TestPictures.H264(bFrames: 2, gop: 20);
        IReadOnlyList<MediaFrame> input = source.Encode(70, pool);
        Assert.Contains(input, frame => AccessUnitInspector.Inspect(frame.Payload).HasBSlices);
        long[] keyframes = [.. input.Where(frame => frame.IsKeyframe).Select(frame => frame.Presentation.Value)];
        using var ladder = new VideoLadder(pool, "superfast");
        ladder.SetLevels([Large, Small]);
        Dictionary<string, List<Output>> output = Convert(ladder, input);

        Assert.Equal(["180p", "90p"], output.Keys.Order());
        foreach (List<Output> level in output.Values)
        {
            Assert.InRange(level.Count, 66, 70);
            Assert.Equal(Enumerable.Range(0, level.Count).Select(number => number * 3000L), level.Select(picture => picture.Time));
            Assert.Equal(keyframes, KeyframesOf(level));
            Assert.DoesNotContain(level, picture => picture.Inspector.HasBSlices);
        }

        Assert.All(output["180p"], picture => Assert.Equal((320, 180), (picture.Format.Width, picture.Format.Height)));
        Assert.All(output["90p"], picture => Assert.Equal((160, 90), (picture.Format.Width, picture.Format.Height)));
    }

    [Fact]
    public void LevelThatJoins_BeginsWithAKeyframeThatAllHave()
    {
        using var pool = new TrackingBufferPool();
        using var source = TestPictures.H264(bFrames: 0, gop: 100);
        IReadOnlyList<MediaFrame> input = source.Encode(30, pool);
        using var ladder = new VideoLadder(pool, "superfast");
        ladder.SetLevels([Large]);
        Dictionary<string, List<Output>> output = Convert(ladder, [.. input.Take(10)]);
        ladder.SetLevels([Large, Small]);
        Convert(ladder, [.. input.Skip(10).Take(10)], output);
        ladder.SetLevels([Small]);
        ladder.RequestKeyframe();
        Convert(ladder, [.. input.Skip(20)], output);

        Assert.Equal([0, 30_000], KeyframesOf(output["180p"]));
        Assert.Equal(20, output["180p"].Count);
        Assert.Equal([30_000, 60_000], KeyframesOf(output["90p"]));
        Assert.Equal(20, output["90p"].Count);
    }

    [Fact]
    public void LevelWithFewerPictures_KeepsTheKeyframes()
    {
        using var pool = new TrackingBufferPool();
        using var source = TestPictures.H264(bFrames: 0, gop: 15);
        using var ladder = new VideoLadder(pool, "superfast");
        ladder.SetLevels([Small, Slow]);
        Dictionary<string, List<Output>> output = Convert(ladder, source.Encode(60, pool));
        Assert.Equal(60, output["90p"].Count);
        Assert.InRange(output["64p"].Count, 30, 34);
        Assert.Equal(KeyframesOf(output["90p"]), KeyframesOf(output["64p"]));
        Assert.Equal(30, ladder.PictureRate, 0.5);
    }

    [Fact]
    public void LevelHigherThanTheSource_KeepsItsSize()
    {
        using var pool = new TrackingBufferPool();
        using var source = TestPictures.H264(96, 64, bFrames: 0);
        using var ladder = new VideoLadder(pool, "superfast");
        ladder.SetLevels([Large]);
        Dictionary<string, List<Output>> output = Convert(ladder, source.Encode(5, pool));
        Assert.All(output["180p"], picture => Assert.Equal((96, 64), (picture.Format.Width, picture.Format.Height)));
    }

    [Fact]
    public void SourceChangesItsSize_TheLevelKeepsItsHeight()
    {
        using var pool = new TrackingBufferPool();
        using var small = TestPictures.H264(bFrames: 0);
        using var large = TestPictures.H264(640, 480, bFrames: 0);
        using var ladder = new VideoLadder(pool, "superfast");
        ladder.SetLevels([Small]);
        Dictionary<string, List<Output>> output = Convert(ladder, [.. small.Encode(5, pool), .. large.Encode(5, pool, first: 5)]);
        Assert.Equal([(160, 90), (120, 90)], output["90p"].Select(picture => (picture.Format.Width, picture.Format.Height)).Distinct());
        Assert.Equal([0, 15_000], KeyframesOf(output["90p"]));
    }

    [Fact]
    public void KeyframeThatIsNotShown_ComesWithTheNextPictureInEveryLevel()
    {
        using var pool = new TrackingBufferPool();
        using var source = TestPictures.H264(bFrames: 0, gop: 10);
        using var ladder = new VideoLadder(pool, "superfast");
        ladder.SetLevels([Large, Small]);
        Dictionary<string, List<Output>> output = Convert(ladder, source.Encode(20, pool), isShown: number => number is not (10 or 11));
        Assert.Equal([0, 36_000], KeyframesOf(output["180p"]));
        Assert.Equal([0, 36_000], KeyframesOf(output["90p"]));
    }

    [Fact]
    public void ManyLadders_LeaveNoMemoryBehind()
    {
        var pool = new BufferPool();
        using var source = TestPictures.H264(320, 180, bFrames: 2);
        MediaFrame[] input = [.. source.Encode(8, pool)];
        NativeHeap.AssertFlat(
            () =>
            {
                using var ladder = new VideoLadder(pool, "superfast");
                ladder.SetLevels([Small, Slow]);
                foreach (MediaFrame frame in input)
                {
                    ladder.Push(frame, isShown: true);
                }
            },
            rounds: 100,
            allowedBytesPerRound: 64);
    }

    private static long[] KeyframesOf(List<Output> pictures) =>
        [.. pictures.Where(picture => picture.IsKeyframe).Select(picture => picture.Time)];

    private static Dictionary<string, List<Output>> Convert(
        VideoLadder ladder, IReadOnlyList<MediaFrame> input, Dictionary<string, List<Output>>? into = null, Func<int, bool>? isShown = null)
    {
        Dictionary<string, List<Output>> output = into ?? [];
        foreach ((int number, MediaFrame frame) in input.Index())
        {
            ladder.Push(frame, isShown?.Invoke(number) ?? true);
            frame.Release();
            while (ladder.TryTake(out MediaFrame? picture, out string level))
            {
                Assert.Equal(picture!.Presentation, picture.Decoding);
                if (!output.TryGetValue(level, out List<Output>? pictures))
                {
                    output[level] = pictures = [];
                }

                pictures.Add(new Output(
                    picture.Presentation.Value, picture.IsKeyframe, (H264Format)picture.Format, AccessUnitInspector.Inspect(picture.Payload)));
                picture.Release();
            }
        }

        return output;
    }

    private sealed record Output(long Time, bool IsKeyframe, H264Format Format, AccessUnitInspector Inspector);
}
