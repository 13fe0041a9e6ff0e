using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>ffmpeg and VLC play live streams and files over HLS.</summary>
[Collection(Lane.Programs)]
public sealed class HlsTests
{
    private static readonly TimeSpan PlayLimit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("index.m3u8")]
    [InlineData("index-ts.m3u8", Traits = [LongRun.Trait, LongRun.Full])]
    public async Task EncoderPublishes_FfmpegGetsItsPacketsAndVlcShowsThem(string playlist)
    {
        using WorkFolder folder = new();
        string source = await TestMedia.ShareFlvAsync(60, 640, 360, TestMedia.EncoderH264(bFrames: 3));
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, source, gateway.RtmpAddress("hls"));
        string address = new Uri(gateway.Page, $"hls/live/hls/{playlist}").ToString();

        string copy = folder.File("copy.mp4");
        Task recording = RecordAsync(address, copy, TimeSpan.FromSeconds(5));
        await using VlcPlayer vlc = await VlcPlayer.StartAsync(address);
        VlcPlayer.Statistics statistics = await vlc.StatisticsAsync();
        await Wait.UntilAsync(
            async () => (statistics = await vlc.StatisticsAsync()).FramesDisplayed > 50, PlayLimit, () => $"50 pictures in VLC: {statistics}");
        await recording;

        Assert.Empty(vlc.DecoderErrors);
        Assert.True(statistics.AudioBuffersPlayed > 20, statistics.ToString());
        AssertPart(await HashedPacket.ListAsync(source), await HashedPacket.ListAsync(copy), playlist == "index.m3u8");
    }

    [Fact]
    public async Task FileWithBFrames_FfmpegGetsEveryPacketOfIt()
    {
        using WorkFolder folder = new();
        string file = folder.File("clip.mp4");
        string[] video = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "50", "-bf", "3"];
        await TestMedia.EncodeAsync(folder, 15, 320, 180, 0, [.. video, "-c:a", "aac", "-ac", "2", file]);
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?> { ["Vod__Root"] = folder.Path });

        string copy = folder.File("copy.mp4");
        await RecordAsync(new Uri(gateway.Page, "hls/vod/clip.mp4/index.m3u8").ToString(), copy, TimeSpan.FromSeconds(60));

        IReadOnlyList<HashedPacket> source = await HashedPacket.ListAsync(file);
        IReadOnlyList<HashedPacket> copied = await HashedPacket.ListAsync(copy);
        foreach (string codec in (string[])["video", "audio"])
        {
            HashedPacket[] all = [.. source.Where(packet => packet.Codec == codec)];
            HashedPacket[] received = [.. copied.Where(packet => packet.Codec == codec)];

            // The last frame of sound ends after the pictures: ffmpeg may leave it out when it copies.
            Assert.InRange(all.Length - received.Length, 0, codec == "audio" ? 1 : 0);
            HashedPacket[] sent = all[..received.Length];
            Assert.Equal(sent.Select(packet => packet.Hash), received.Select(packet => packet.Hash));
            long shift = received[0].Pts - sent[0].Pts;
            Assert.All(sent.Zip(received), pair => Assert.InRange(pair.Second.Pts - pair.First.Pts - shift, -1, 1));
        }
    }

    private static async Task RecordAsync(string address, string file, TimeSpan length)
    {
        await using ToolProcess player = ToolProcess.Start(
            Tool.Require("ffmpeg"), ["-nostdin", "-v", "error", "-y", "-i", address, "-t", $"{length.TotalSeconds}", "-c", "copy", file]);
        int status = await player.WaitForExitAsync(length + PlayLimit);
        Assert.True(status == 0, $"ffmpeg ended with status {status}:\n{player.Output}");
        Assert.DoesNotContain("rror", player.Output, StringComparison.Ordinal);
    }

    /// <summary>What was received is a part of what was sent, without gaps, at the same distances in time.</summary>
    private static void AssertPart(IReadOnlyList<HashedPacket> source, IReadOnlyList<HashedPacket> copy, bool byHash)
    {
        HashedPacket[] sent = [.. source.Where(packet => packet.Codec == "video")];
        HashedPacket[] received = [.. copy.Where(packet => packet.Codec == "video")];
        Assert.True(received.Length > 80, $"{received.Length} pictures");
        if (!byHash)
        {
            return; // MPEG-TS carries pictures in another framing
        }

        int first = Array.FindIndex(sent, packet => packet.Hash == received[0].Hash);
        Assert.True(first >= 0, "The first picture is none of the source's.");
        HashedPacket[] part = sent[first..(first + received.Length)];
        Assert.Equal(part.Select(packet => packet.Hash), received.Select(packet => packet.Hash));
        long shift = received[0].Pts - part[0].Pts;
        Assert.All(part.Zip(received), pair => Assert.InRange(pair.Second.Pts - pair.First.Pts - shift, -1, 1));
    }
}
