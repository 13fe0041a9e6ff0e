using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>VLC 3.0 and mpv play files over RTMP. What FFmpeg gets of them, byte for byte, is shown without a gateway of its own process.</summary>
[Collection(Lane.Programs)]
public sealed class FilePlayerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Vlc_PlaysMp4WithBFramesPausesAndGoesOn()
    {
        using WorkFolder folder = new();
        await MakeAsync(folder, "clip.mp4", 20, "-bf", "2");
        await using GatewayProcess gateway = await StartAsync(folder);
        await using VlcPlayer vlc = await VlcPlayer.StartAsync(gateway.RtmpAddress("mp4:clip.mp4", "vod"));
        await WaitForPicturesAsync(vlc, 60);

        await vlc.PauseAsync();
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        await vlc.PauseAsync();
        await WaitForPicturesAsync(vlc, 120);

        VlcPlayer.Statistics end = await vlc.StatisticsAsync();
        Measurements.Note($"VLC, MP4 with B-frames over RTMP, paused for 3 s: {end}, decoder errors {vlc.DecoderErrors.Count}");
        Assert.Empty(vlc.DecoderErrors);
        Assert.True(end.AudioBuffersPlayed > 50, end.ToString());
    }

    // PlayerMatrixTests lets mpv play every time, RealFilePlayerTests lets ffmpeg play this kind of file.
    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Mpv_PlaysFlvToItsEnd()
    {
        using WorkFolder folder = new();
        await MakeAsync(folder, "clip.flv", 4, "-bf", "0");
        await using GatewayProcess gateway = await StartAsync(folder);

        string said = await ToolProcess.RunAsync(
            Tool.Require("mpv"),
            [
                "--no-config", "--vo=null", "--ao=null", "--no-ytdl", "--term-status-msg=",
                "--term-playing-msg=playing ${width}x${height} ${audio-codec-name} ${duration}", gateway.RtmpAddress("clip.flv", "vod"),
            ],
            Limit);

        Assert.Contains("playing 320x180 aac", said, StringComparison.Ordinal);
        Assert.DoesNotContain("rror", said, StringComparison.Ordinal);
    }

    private static Task<GatewayProcess> StartAsync(WorkFolder folder) =>
        GatewayProcess.StartAsync(new Dictionary<string, string?> { ["Vod__Root"] = folder.Path });

    private static Task MakeAsync(WorkFolder folder, string name, int seconds, params string[] options) => TestMedia.EncodeAsync(
        folder, seconds, 320, 180, 0, ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "30", .. options, "-c:a", "aac", folder.File(name)]);

    private static async Task WaitForPicturesAsync(VlcPlayer vlc, int more)
    {
        int before = (await vlc.StatisticsAsync()).FramesDisplayed;
        VlcPlayer.Statistics now = await vlc.StatisticsAsync();
        await Wait.UntilAsync(
            async () => (now = await vlc.StatisticsAsync()).FramesDisplayed >= before + more, Limit, () => $"{more} more pictures than {before}: {now}");
    }
}
