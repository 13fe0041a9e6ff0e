using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>What an encoder publishes over RTMP reaches viewers packet by packet, unchanged.</summary>
[Collection(Lane.Programs)]
public sealed class RelayTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The codecs of FLV that ffmpeg can make, as its options.</summary>
    private static readonly (string Name, string[] Options)[] Codecs =
    [
        ("Sorenson Spark and MP3", ["-c:v", "flv", "-g", "30", "-b:v", "500k", "-c:a", "libmp3lame", "-ar", "44100", "-b:a", "96k"]),
        ("Spark and G.711 A-law", ["-c:v", "flv", "-g", "30", "-c:a", "pcm_alaw", "-ar", "8000", "-ac", "1"]),
        ("Spark and G.711 mu-law", ["-c:v", "flv", "-g", "30", "-c:a", "pcm_mulaw", "-ar", "8000", "-ac", "1"]),
        ("H.264 and Speex", ["-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p", "-c:a", "libspeex", "-ar", "16000", "-ac", "1"]),
        ("H.264 and Nellymoser", ["-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p", "-c:a", "nellymoser", "-ar", "22050", "-ac", "1"]),
        ("H.264 and MP3", ["-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p", "-c:a", "libmp3lame", "-ar", "44100"]),
        ("Screen video and ADPCM", ["-c:v", "flashsv", "-g", "30", "-pix_fmt", "bgr24", "-c:a", "adpcm_swf", "-ar", "22050", "-ac", "1"]),
        ("Screen video 2 and PCM", ["-c:v", "flashsv2", "-g", "30", "-pix_fmt", "bgr24", "-c:a", "pcm_s16le", "-ar", "22050", "-ac", "1"]),
    ];

    [Fact]
    public async Task FfmpegPublishesAFile_ViewersOverRtmpRtmptAndRtmpsGetEveryPacketOfIt()
    {
        using WorkFolder folder = new();
        string source = folder.File("source.flv");
        // B-frames: presentation and decoding times differ.
        await TestMedia.EncodeAsync(
            folder,
            8,
            640,
            360,
            0,
            ["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "30", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", "-f", "flv", source]);
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, source, gateway.RtmpAddress("relay"));

        (string Name, string Address)[] ways =
        [
            ("rtmp.flv", gateway.RtmpAddress("relay")), ("rtmpt.flv", gateway.RtmptAddress("relay")), ("rtmps.flv", gateway.RtmpsAddress("relay")),
        ];
        await Task.WhenAll(ways.Select(way => FfmpegRecorder.RecordToEndAsync(way.Address, folder.File(way.Name), Limit)));
        await encoder.WaitForEndAsync(Limit);

        IReadOnlyList<HashedPacket> sent = await HashedPacket.ListAsync(source);
        foreach ((string name, _) in ways)
        {
            IReadOnlyList<HashedPacket> recorded = await HashedPacket.ListAsync(folder.File(name));
            long shift = HashedPacket.AssertTail(sent, recorded, "video");
            Assert.Equal(shift, HashedPacket.AssertTail(sent, recorded, "audio"));
            Assert.Contains(recorded, packet => packet.Pts > packet.Dts);
            int pictures = recorded.Count(packet => packet.Codec == "video");
            Assert.True(pictures >= 60, $"{name} holds only {pictures} pictures.");
            Assert.Equal("", await DecodedMedia.DecodeErrorsAsync(folder.File(name)));
            Measurements.Note($"{name}: {pictures} pictures and {recorded.Count - pictures} packets of sound equal, all stamps shifted by {shift} ms");
        }
    }

    [Fact]
    public async Task FfmpegPublishesEveryCodecOfFlv_ViewersGetEveryPacket()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();

        // All files first: while they are made, nothing else has the processor.
        await Task.WhenAll(Codecs.Select((codec, index) => EncodeAsync(codec.Options, folder.File($"codec{index}.flv"))));
        await Task.WhenAll(Codecs.Select((codec, index) => AssertRelayedAsync(gateway, folder, codec.Name, $"codec{index}")));
    }

    private static async Task EncodeAsync(string[] codecs, string file)
    {
        // A folder of its own: raw pictures lie in it while they are encoded.
        using WorkFolder own = new();
        await TestMedia.EncodeAsync(own, 9, 320, 180, 0, [.. codecs, "-f", "flv", file]);
    }

    private static async Task AssertRelayedAsync(GatewayProcess gateway, WorkFolder folder, string name, string stream)
    {
        string source = folder.File($"{stream}.flv");
        string recording = folder.File($"{stream}-recorded.flv");
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, source, gateway.RtmpAddress(stream));
        await FfmpegRecorder.RecordToEndAsync(gateway.RtmpAddress(stream), recording, Limit);

        IReadOnlyList<HashedPacket> sent = await HashedPacket.ListAsync(source);
        IReadOnlyList<HashedPacket> recorded = await HashedPacket.ListAsync(recording);
        long shift = HashedPacket.AssertTail(sent, recorded, "video");
        Assert.Equal(shift, HashedPacket.AssertTail(sent, recorded, "audio"));
        int pictures = recorded.Count(packet => packet.Codec == "video");
        Assert.True(pictures >= 15, $"{name}: {pictures} pictures.");
        Measurements.Note($"{name}: {pictures} pictures and {recorded.Count - pictures} packets of sound equal");
    }
}
