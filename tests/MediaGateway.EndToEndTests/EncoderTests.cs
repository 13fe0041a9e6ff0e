using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Encoders that people use publish over RTMP; a viewer who comes later plays.</summary>
[Collection(Lane.Programs)]
public sealed class EncoderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task ObsPublishes_ViewerWhoComesLaterGetsPicturesAndSoundAtOnce()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using ObsStudio obs = await ObsStudio.PublishAsync(gateway.RtmpPort, "obs");
        await gateway.WaitForStreamAsync("obs", Patience, () => obs.Output);

        // OBS sends a keyframe every 250 pictures by default: the cache makes up for it.
        string file = folder.File("obs.flv");
        await FfmpegRecorder.RecordAsync(gateway.RtmpAddress("obs"), TimeSpan.FromSeconds(5), file);

        IReadOnlyList<MediaTrackInfo> tracks = await MediaTrackInfo.ListAsync(file);
        Assert.Equal(["aac", "h264"], tracks.Select(track => track.Codec).Order());
        Assert.Equal((640, 360), (tracks.Single(track => track.Kind == "video").Width, tracks.Single(track => track.Kind == "video").Height));
        IReadOnlyList<MediaPacket> packets = await MediaPacket.ListAsync(file);
        int pictures = packets.Count(packet => packet.Codec == "video");
        // Of 150; an encoder on a busy machine leaves pictures out.
        Assert.InRange(pictures, 30, 260);
        Assert.InRange(packets.Count(packet => packet.Codec == "audio"), 90, 360);
        Assert.Equal("", await DecodedMedia.DecodeErrorsAsync(file));
        Measurements.Note($"OBS: {pictures} pictures in 5 s");
    }

    // rtmp2sink speaks RTMP itself; rtmpsink is librtmp.
    [Theory]
    [InlineData("rtmp2sink")]
    [InlineData("rtmpsink", Traits = [LongRun.Trait, LongRun.Full])]
    public async Task GStreamerPublishes_ViewerPlays(string sink)
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using ToolProcess encoder = ToolProcess.Start(
            Tool.Require("gst-launch-1.0"),
            [
                "-q", "videotestsrc", "is-live=true", "!", "video/x-raw,width=320,height=180,framerate=30/1", "!",
                "x264enc", "tune=zerolatency", "speed-preset=ultrafast", "key-int-max=30", "!", "video/x-h264,profile=baseline", "!", "queue", "!", "mux.",
                "audiotestsrc", "is-live=true", "!", "audio/x-raw,rate=48000,channels=2", "!", "voaacenc", "!", "aacparse", "!", "queue", "!", "mux.",
                "flvmux", "name=mux", "streamable=true", "!", sink, $"location={gateway.RtmpAddress("gst")}",
            ]);
        await gateway.WaitForStreamAsync("gst", Patience, () => encoder.Output);

        string file = folder.File("gst.flv");
        await FfmpegRecorder.RecordAsync(gateway.RtmpAddress("gst"), TimeSpan.FromSeconds(4), file);

        IReadOnlyList<MediaPacket> packets = await MediaPacket.ListAsync(file);
        // Of 120 and 188; live sources of GStreamer leave out what a busy machine has no time for.
        Assert.InRange(packets.Count(packet => packet.Codec == "video"), 24, 240);
        Assert.InRange(packets.Count(packet => packet.Codec == "audio"), 40, 360);
        // Not the strict check of others: on a busy machine flvmux gives two pictures the same time.
        DecodedMedia media = await DecodedMedia.DecodeAsync(file);
        Assert.Equal(packets.Count(packet => packet.Codec == "video"), media.Pictures.Count);
    }
}
