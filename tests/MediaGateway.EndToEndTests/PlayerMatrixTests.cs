using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Players that people use play what an encoder publishes over RTMP; their pictures are counted.</summary>
[Collection(Lane.Programs)]
public sealed class PlayerMatrixTests(EncodedStreamFixture stream) : IClassFixture<EncodedStreamFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private string Address => stream.Address;

    [Fact]
    public async Task Vlc_ShowsPicturesAndPlaysSound()
    {
        await using VlcPlayer vlc = await VlcPlayer.StartAsync(Address);
        VlcPlayer.Statistics statistics = await vlc.StatisticsAsync();
        await Wait.UntilAsync(
            async () => (statistics = await vlc.StatisticsAsync()).FramesDisplayed > 120, Limit, () => $"120 pictures in VLC: {statistics}");

        Assert.Empty(vlc.DecoderErrors);
        // What it shows too late for want of a processor counts as lost, too; what is really missing makes decoder errors.
        Assert.InRange(statistics.FramesLost, 0, statistics.FramesDisplayed);
        Assert.InRange(vlc.Rebufferings, 0, Limits.Time(1));
        Assert.InRange(statistics.AudioBuffersPlayed, 100, int.MaxValue);
        Measurements.Note($"VLC: {statistics}, buffered anew {vlc.Rebufferings} times");
    }

    // RealPlayerTests lets ffmpeg, which shares its libraries, play every time.
    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Ffplay_Decodes120Pictures()
    {
        int pictures = 0;
        await using ToolProcess player = ToolProcess.Start(
            Tool.Require("ffplay"),
            ["-hide_banner", "-v", "verbose", "-nostats", "-vf", "showinfo", Address],
            line => pictures += line.Contains("iskey:", StringComparison.Ordinal) ? 1 : 0,
            environment: new Dictionary<string, string?> { ["SDL_VIDEODRIVER"] = "dummy", ["SDL_AUDIODRIVER"] = "dummy" });

        await Wait.UntilAsync(() => Volatile.Read(ref pictures) >= 120, Limit, () => $"120 pictures in ffplay, {pictures} came:\n{player.Output}");

        Assert.DoesNotContain("error while decoding", player.Output, StringComparison.OrdinalIgnoreCase);
        Measurements.Note("ffplay: 120 of 120 pictures decoded");
    }

    [Fact]
    public async Task Mpv_Shows120Pictures()
    {
        string said = await ToolProcess.RunAsync(
            Tool.Require("mpv"),
            [
                "--no-config", "--vo=null", "--ao=null", "--frames=120", "--no-ytdl", "--term-status-msg=",
                "--term-playing-msg=playing ${width}x${height} ${audio-codec-name}", Address,
            ],
            Limit);

        // mpv ends by itself, with status 0, when it has shown the pictures that it was told to.
        Assert.Contains("playing 320x180 aac", said, StringComparison.Ordinal);
        Measurements.Note("mpv: 120 of 120 pictures shown");
    }

    [Fact]
    public async Task GStreamer_Decodes120PicturesAnd150PacketsOfSound()
    {
        string said = await ToolProcess.RunAsync(
            Tool.Require("gst-launch-1.0"),
            [
                "-v", "rtmp2src", $"location={Address}", "!", "flvdemux", "name=demux",
                "demux.video", "!", "queue", "!", "h264parse", "!", "avdec_h264", "!", "fakesink", "name=pictures", "num-buffers=120",
                "demux.audio", "!", "queue", "!", "aacparse", "!", "avdec_aac", "!", "fakesink", "name=sounds", "num-buffers=150",
            ],
            Limit);

        Assert.Contains("width=(int)320", said, StringComparison.Ordinal);
        Assert.Contains("Got EOS from element", said, StringComparison.Ordinal);
        Assert.DoesNotContain("ERROR", said, StringComparison.Ordinal);
        Measurements.Note("GStreamer rtmp2src: 120 of 120 pictures decoded");
    }

    // RealPlayerTests lets it play every time.
    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Rtmpdump_RecordsFiveSeconds()
    {
        using WorkFolder folder = new();
        string file = folder.File("dump.flv");
        await using ToolProcess dump = ToolProcess.Start(Tool.Require("rtmpdump"), ["--live", "-r", Address, "-B", "5", "-o", file]);
        // Status 2: as told, not everything there is was recorded.
        Assert.InRange(await dump.WaitForExitAsync(Limit), 0, 2);

        IReadOnlyList<MediaPacket> packets = await MediaPacket.ListAsync(file);
        int pictures = packets.Count(packet => packet.Codec == "video");
        Assert.InRange(pictures, 100, 260);
        Assert.InRange(packets.Count(packet => packet.Codec == "audio"), 150, 400);
        Assert.Equal("", await DecodedMedia.DecodeErrorsAsync(file));
        Measurements.Note($"rtmpdump: {pictures} pictures in 5 s");
    }
}
