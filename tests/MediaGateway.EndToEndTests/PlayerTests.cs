using System.Net.NetworkInformation;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>The players of these tests against a server that is not ours: ffmpeg, listening for one player.</summary>
[Collection(Lane.Programs)]
public sealed class PlayerTests
{
    private static readonly string[] Flv = [.. TestMedia.RealTimeH264(30), "-c:a", "aac", "-ac", "2", "-f", "flv"];

    [Fact]
    public async Task FfmpegServesAFile_OwnPlayerReceivesEveryPacketOfIt()
    {
        using WorkFolder folder = new();
        string file = folder.File("served.flv");
        await TestMedia.EncodeAsync(folder, 3, 320, 180, 0, [.. Flv, file]);
        string address = $"rtmp://127.0.0.1:{FreePort.Tcp()}/live/file";
        await using ToolProcess server = await ServeAsync(file, address);

        using RtmpPlayer player = RtmpPlayer.Start(address);
        await server.WaitForExitAsync(TimeSpan.FromSeconds(20));
        IReadOnlyList<MediaPacket> packets = await MediaPacket.ListAsync(file);
        MediaPacket[] pictures = [.. packets.Where(packet => packet.Codec == "video")];
        await Wait.UntilAsync(
            () => player.Messages.Count(message => message.IsPicture) == pictures.Length, TimeSpan.FromSeconds(5), () => $"{pictures.Length} pictures");

        RtmpMessage[] received = [.. player.Messages.Where(message => message.IsPicture)];
        Assert.Equal(pictures.Select(packet => Math.Round(packet.Dts * 1000)), received.Select(message => (double)message.Timestamp));
        Assert.Equal(pictures.Select(packet => packet.IsKeyframe), received.Select(message => message.IsKeyframe));
        Assert.Equal(packets.Count(packet => packet.Codec == "audio"), player.Messages.Count(message => message.IsSound));
        Assert.All(received, message => Assert.InRange(message.CompleteAt, message.FirstByteAt, long.MaxValue));
        Assert.InRange(received[0].FirstByteAt, player.PlaySentAt, long.MaxValue);
    }

    // PlayerMatrixTests lets VLC show pictures every time, RelayTests the own player.
    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task FfmpegServesAFile_VlcShowsItsPictures()
    {
        using WorkFolder folder = new();
        string file = folder.File("served.flv");
        await TestMedia.EncodeAsync(folder, 15, 320, 180, 0, [.. Flv, file]);
        string address = $"rtmp://127.0.0.1:{FreePort.Tcp()}/live/file";
        await using ToolProcess server = await ServeAsync(file, address);

        await using VlcPlayer vlc = await VlcPlayer.StartAsync(address);
        VlcPlayer.Statistics statistics = await vlc.StatisticsAsync();
        await Wait.UntilAsync(
            async () => (statistics = await vlc.StatisticsAsync()).FramesDisplayed > 90, TimeSpan.FromSeconds(20), () => $"90 pictures in VLC: {statistics}");

        Assert.Empty(vlc.DecoderErrors);
        Assert.True(statistics.AudioBuffersPlayed > 50, statistics.ToString());
    }

    [Fact]
    public async Task FfmpegServesDamagedPictures_VlcsDecoderErrorsAreSeen()
    {
        using WorkFolder folder = new();
        string whole = folder.File("whole.flv");
        string damaged = folder.File("damaged.flv");
        await TestMedia.EncodeAsync(folder, 10, 320, 180, 0, [.. Flv, whole]);
        await ToolProcess.RunAsync(
            Tool.Require("ffmpeg"),
            ["-nostdin", "-v", "error", "-i", whole, "-c", "copy", "-bsf:v", "noise=amount='if(eq(mod(n,10),5),8,0)'", damaged],
            TimeSpan.FromSeconds(30));
        string address = $"rtmp://127.0.0.1:{FreePort.Tcp()}/live/file";
        await using ToolProcess server = await ServeAsync(damaged, address);

        await using VlcPlayer vlc = await VlcPlayer.StartAsync(address);

        await Wait.UntilAsync(() => vlc.DecoderErrors.Count > 0, TimeSpan.FromSeconds(15), () => "complaints of VLC's decoders");
    }

    private static async Task<ToolProcess> ServeAsync(string file, string address)
    {
        ToolProcess server = ToolProcess.Start(
            Tool.Require("ffmpeg"), ["-nostdin", "-v", "warning", "-re", "-i", file, "-c", "copy", "-f", "flv", "-listen", "1", address]);
        int port = new Uri(address).Port;
        await Wait.UntilAsync(
            () => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port),
            TimeSpan.FromSeconds(10),
            () => $"ffmpeg to listen:\n{server.Output}");
        return server;
    }
}
