using System.Buffers.Binary;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>
/// ffmpeg publishes over RTMP; clients of WHEP that share no code with the gateway play and record. Needs GStreamer 1.22 and Pion 3.1 of
/// the system's packages and ffmpeg. Chromium plays by WHEP in <see cref="BrowserPlaybackTests"/>.
/// </summary>
[Collection(Lane.Programs)]
public sealed class WhepConformanceTests
{
    private const int Seconds = 6;
    private const int Pictures = Seconds * TestPattern.PictureRate;

    [Fact]
    public async Task GStreamerPlays_PicturesAndSoundArriveTogether()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await PublishAsync(gateway);
        string file = folder.File("gstreamer.mkv");
        await using WhipClient client = await WhipClient.PlayWithGStreamerAsync(new Uri(gateway.Page, "live/encoder/whep"), "anna:secret", file);
        Assert.StartsWith("/whep/live/encoder/", client.Location, StringComparison.Ordinal);
        await client.WaitForPicturesAsync(Pictures);

        await AssertDeletesAsync(client);
        DecodedMedia received = await DecodedMedia.DecodeAsync(file);
        // Its jitter buffer leaves out what a busy machine brings too late, and its decoder shows what it makes of the rest; Pion, which has
        // none, gets every picture.
        AssertMany(received.Pictures);
        int inOrder = received.Pictures.Zip(received.Pictures.Skip(1)).Count(pair => pair.First.Counter < pair.Second.Counter);
        Assert.InRange(inOrder, received.Pictures.Count * 6 / 10, received.Pictures.Count);
        LipSync source = LipSync.Measure(await DecodedMedia.DecodeAsync(await SourceAsync()));
        LipSync sync = LipSync.Measure(received);
        double median = sync.Median - source.Median;
        Measurements.Note(
            $"WHEP to GStreamer: {received.Pictures.Count} pictures; flash minus beep {sync.Median:0.0} ms (spread {sync.Spread:0.0}), "
            + $"less the source's own {source.Median:0.0} ms: {median:0.0} ms");
        Assert.InRange(Math.Abs(median), 0, Limits.Time(20));
    }

    [Fact]
    public async Task PionPlays_EveryPictureAndSoundArrive()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await PublishAsync(gateway);
        PublisherMedia files = new(folder.File("pion.h264"), folder.File("pion.packets"));
        await using WhipClient client = await WhipClient.PlayWithPionAsync(new Uri(gateway.Page, "whep/encoder"), files);
        await client.WaitForPicturesAsync(Pictures);

        await AssertDeletesAsync(client);
        DecodedMedia pictures = await DecodedMedia.DecodeAsync(files.Video, audio: false, inputFormat: "h264");
        AssertPictures(pictures.Pictures);
        Assert.All(pictures.Pictures.Zip(pictures.Pictures.Skip(1)), pair => Assert.Equal(pair.First.Counter + 1, pair.Second.Counter));
        string ogg = folder.File("pion.ogg");
        OggOpusWriter.Write(ogg, PacketsOf(await File.ReadAllBytesAsync(files.Audio, TestContext.Current.CancellationToken)));
        DecodedMedia sound = await DecodedMedia.DecodeAsync(ogg, video: false);
        double[] due = client.TimesOf("video", 90_000);
        Assert.InRange(due.Length, pictures.Pictures.Count, pictures.Pictures.Count + 1); // the last one may not have come whole
        double firstSound = client.TimesOf("audio", TestPattern.SampleRate)[0];
        LipSync sync = LipSync.Measure(
            LipSync.Flashes([.. pictures.Pictures.Select((picture, index) => picture with { Seconds = due[index] })]),
            [.. LipSync.BeepSamples(sound.Sound).Select(sample => firstSound + (sample / (double)TestPattern.SampleRate))]);
        Measurements.Note(
            $"WHEP to Pion: {pictures.Pictures.Count} pictures, {sound.Sound.Length / 48_000.0:0.0} s of sound; by stamps and sender reports"
            + $" flash minus beep {sync.Median:0.0} ms (spread {sync.Spread:0.0})");
        Assert.InRange(Math.Abs(sync.Median), 0, Limits.Time(20));
        Assert.InRange(sound.Sound.Length / 48_000.0, Seconds - 3, Seconds * 6);
        Assert.InRange(sound.Sound.Max(), (short)8000, short.MaxValue); // the beeps
    }

    private static Task<string> SourceAsync() =>
        TestMedia.ShareFlvAsync(30, 640, 360, [.. TestMedia.RealTimeH264(TestPattern.PictureRate), "-b:v", "800k"]);

    private static async Task<FfmpegEncoder> PublishAsync(GatewayProcess gateway) =>
        await FfmpegEncoder.PublishAsync(gateway, await SourceAsync(), gateway.RtmpAddress("encoder"));

    private static void AssertMany(IReadOnlyList<Picture> pictures) =>
        Assert.InRange(pictures.Count, Pictures / 2, int.MaxValue);

    private static void AssertPictures(IReadOnlyList<Picture> pictures)
    {
        AssertMany(pictures);
        Assert.All(pictures, picture => Assert.NotNull(picture.Counter));
        Assert.All(pictures.Zip(pictures.Skip(1)), pair => Assert.True(pair.First.Counter < pair.Second.Counter));
    }

    // Each after its length in two bytes.
    private static List<byte[]> PacketsOf(ReadOnlySpan<byte> file)
    {
        List<byte[]> packets = [];
        while (file.Length >= sizeof(ushort))
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(file);
            packets.Add(file.Slice(sizeof(ushort), length).ToArray());
            file = file[(sizeof(ushort) + length)..];
        }

        return packets;
    }

    private static async Task AssertDeletesAsync(WhipClient client)
    {
        await client.DeleteAsync();
        Assert.Equal([200, 404], client.Statuses("deleted"));
        await client.CloseAsync();
    }
}
