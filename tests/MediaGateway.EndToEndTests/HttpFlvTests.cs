using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Players of FLV over HTTP. Needs ffmpeg and vlc.</summary>
[Collection(Lane.Programs)]
public sealed class HttpFlvTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task FfmpegPublishes_FfmpegGetsEveryPacketAndVlcShowsPictures()
    {
        using WorkFolder folder = new();
        string source = await TestMedia.ShareFlvAsync(60, 640, 360, TestMedia.EncoderH264(bFrames: 3));
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, source, gateway.RtmpAddress("web"));
        string address = new Uri(gateway.Page, "live/web.flv").AbsoluteUri;
        string received = folder.File("received.flv");
        Task recording = FfmpegRecorder.RecordToEndAsync(address, received, Limit);
        await using (VlcPlayer vlc = await VlcPlayer.StartAsync(address))
        {
            await Wait.UntilAsync(async () => (await vlc.StatisticsAsync()).FramesDisplayed > 60, Limit, () => "60 pictures in VLC");
            Assert.Empty(vlc.DecoderErrors);
        }

        await FfmpegRecorder.WaitForMediaAsync(received);
        await encoder.StopAsync();
        await recording;
        IReadOnlyList<HashedPacket> sent = await HashedPacket.ListAsync(source);
        IReadOnlyList<HashedPacket> packets = await HashedPacket.ListAsync(received);
        long shift = HashedPacket.AssertPart(sent, packets, "video");
        Assert.Equal(shift, HashedPacket.AssertPart(sent, packets, "audio", shift));
        Assert.True(packets.Count(packet => packet.Codec == "video") >= 60, "Less than two seconds came.");
        Assert.Equal("", await DecodedMedia.DecodeErrorsAsync(received));
    }
}
