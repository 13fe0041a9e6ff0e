using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>The measurements measured: files with known faults, made by ffmpeg.</summary>
[Collection(Lane.Programs)]
public sealed class AnalysisTests
{
    private static readonly string[] Flv = [.. TestMedia.RealTimeH264(60), "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-f", "flv"];

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(-60)]
    public async Task SoundShiftedByKnownTime_LipSyncFindsTheShift(int milliseconds)
    {
        using WorkFolder folder = new();
        string file = folder.File("shifted.flv");
        await TestMedia.EncodeAsync(folder, 8, 640, 360, milliseconds * TestPattern.SampleRate / 1000, [.. Flv, file]);

        LipSync sync = LipSync.Measure(await DecodedMedia.DecodeAsync(file));

        Assert.InRange(sync.Offsets.Count, 6, 8);
        Assert.InRange(sync.Median, -milliseconds - 2.0, -milliseconds + 2.0);
        Assert.InRange(sync.Spread, 0, 2);
    }

    [Theory]
    [InlineData(640, 360)]
    [InlineData(320, 180)]
    [InlineData(1280, 720)]
    public async Task EncodedPattern_EveryCounterIsRead(int width, int height)
    {
        using WorkFolder folder = new();
        string file = folder.File("pattern.flv");
        await TestMedia.EncodeAsync(folder, 3, width, height, 0, [.. Flv, file]);

        DecodedMedia media = await DecodedMedia.DecodeAsync(file);

        Assert.Equal(Enumerable.Range(0, 90), media.Pictures.Select(picture => picture.Counter ?? -1));
        Assert.Equal(9, media.Pictures.Count(picture => picture.Flash));
        Assert.Equal("", await DecodedMedia.DecodeErrorsAsync(file));
    }

    [Fact]
    public async Task PicturesLeftOut_GapIsFoundUnlessTheSourceHasIt()
    {
        using WorkFolder folder = new();
        string file = folder.File("gap.flv");
        await TestMedia.EncodeAsync(folder, 4, 320, 180, 0, ["-vf", "select='not(between(n,50,59))'", "-fps_mode", "passthrough", .. Flv, file]);
        IReadOnlyList<Picture> pictures = (await DecodedMedia.DecodeAsync(file)).Pictures;
        Dictionary<int, double> whole = Enumerable.Range(0, 120).ToDictionary(n => n, n => n / 30.0);
        Dictionary<int, double> withGap = whole.Where(sent => sent.Key is < 50 or > 59).ToDictionary();

        Gap gap = Assert.Single(Timeline.Gaps([.. pictures.Select(picture => picture.Seconds)], 150));

        Assert.InRange(gap.Milliseconds, 360, 374);
        Assert.Single(Timeline.GapsNotSent(pictures, 150, whole));
        Assert.Empty(Timeline.GapsNotSent(pictures, 150, withGap));
    }

    [Fact]
    public async Task AacPacketMissing_StampErrorIsOneFrame()
    {
        using WorkFolder folder = new();
        string whole = folder.File("whole.flv");
        string broken = folder.File("broken.flv");
        await TestMedia.EncodeAsync(folder, 4, 320, 180, 0, [.. Flv, whole]);
        await ToolProcess.RunAsync(
            Tool.Require("ffmpeg"),
            ["-nostdin", "-v", "error", "-i", whole, "-c", "copy", "-bsf:a", "noise=drop='eq(n,77)'", broken],
            TimeSpan.FromSeconds(30));

        Assert.InRange(Timeline.AacStampError(await AudioTimesAsync(whole)), 0, 1.0);
        Assert.InRange(Timeline.AacStampError(await AudioTimesAsync(broken)), 20.3, 22.4);
    }

    [Fact]
    public async Task DamagedPicture_DecodeErrorsAreReported()
    {
        using WorkFolder folder = new();
        string whole = folder.File("whole.flv");
        string broken = folder.File("broken.flv");
        await TestMedia.EncodeAsync(folder, 4, 320, 180, 0, [.. Flv, whole]);
        await ToolProcess.RunAsync(
            Tool.Require("ffmpeg"),
            ["-nostdin", "-v", "error", "-i", whole, "-c", "copy", "-bsf:v", "noise=amount='if(eq(mod(n,10),5),8,0)'", broken],
            TimeSpan.FromSeconds(30));

        Assert.NotEqual("", await DecodedMedia.DecodeErrorsAsync(broken));
    }

    [Theory]
    [InlineData(0.0, 0.1, 0.5, 0.4)]
    public void TimesWithJumpAndStepBack_BothAreGaps(params double[] times)
    {
        IReadOnlyList<Gap> gaps = Timeline.Gaps(times, 150);

        Assert.Equal([400, -100], gaps.Select(gap => Math.Round(gap.Milliseconds)));
    }

    private static async Task<IReadOnlyList<double>> AudioTimesAsync(string file) =>
        [.. (await MediaPacket.ListAsync(file)).Where(packet => packet.Codec == "audio").Select(packet => packet.Pts)];
}
