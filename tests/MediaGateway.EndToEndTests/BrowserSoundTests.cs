using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>
/// ffmpeg publishes each codec of sound that RTMP has; Chromium hears it as Opus, in time with the pictures. Needs chromium, and an ffmpeg
/// with LAME and Speex.
/// </summary>
[Trait(LongRun.Trait, LongRun.Full)]
[Collection(Lane.Browser)]
public sealed class BrowserSoundTests
{
    /// <summary>The spectator judges pictures and sound from its sixth second on.</summary>
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(11);

    private static readonly (string Name, string[] Options)[] Codecs =
    [
        ("aac", ["-c:a", "aac", "-ar", "48000", "-ac", "2"]),
        ("mp3", ["-c:a", "libmp3lame", "-ar", "44100", "-ac", "2"]),
        ("alaw", ["-c:a", "pcm_alaw", "-ar", "8000", "-ac", "1"]),
        ("speex", ["-c:a", "libspeex", "-ar", "16000", "-ac", "1"]),
    ];

    [Fact]
    public async Task EncoderPublishesAnyCodecOfRtmp_BrowserHearsItInTime()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        string[] video = [.. TestMedia.RealTimeH264(TestPattern.PictureRate)];
        await TestMedia.EncodeAsync(
            folder, 30, 320, 180, 0, Codecs.SelectMany(codec => (string[])["-map", "0:v", "-map", "1:a", .. video, .. codec.Options, "-f", "flv", folder.File($"{codec.Name}.flv")]));
        await using WebApplication server = await PageServer.ServeAsync("<!doctype html><title>Elsewhere</title>");
        await using Chromium browser = await Chromium.StartAsync();
        await browser.Page.OpenAsync(new Uri(server.Urls.Single()));

        Dictionary<string, Spectator.Report> seen = [];
        foreach ((string name, _) in Codecs)
        {
            await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, folder.File($"{name}.flv"), gateway.RtmpAddress(name));
            await browser.Page.EvaluateAsync<object>("(document.body.replaceChildren(window.player = Object.assign(document.createElement('video'), { autoplay: true })), null)");
            Spectator player = await Spectator.WatchAsync(
                browser.Page, name, "window.player", $"(window.peer = spectator.playWhep('{new Uri(gateway.Page, $"whep/{name}")}', window.player))");
            await Task.Delay(Length, TestContext.Current.CancellationToken);
            seen[name] = await player.ReportAsync();
            await browser.Page.EvaluateAsync<object>("window.peer.then((peer) => (peer.close(), null))");
        }

        double aac = seen["aac"].SentLipSync.Median;
        foreach ((string name, Spectator.Report report) in seen)
        {
            LipSync lipSync = report.SentLipSync;
            Measurements.Note(
                $"RTMP with {name} to a browser: {lipSync.Offsets.Count} beeps beside their flashes, {lipSync.Median - aac:0.0} ms from AAC's (spread {lipSync.Spread:0.0})");
            Assert.InRange(lipSync.Offsets.Count, 3, 12);
            Assert.InRange(Math.Abs(lipSync.Median - aac), 0, Limits.Time(20));
            Assert.Equal((0, 0), (report.Unreadable, report.Backward));
        }
    }
}
