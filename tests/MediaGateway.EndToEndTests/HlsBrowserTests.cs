using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>
/// ffmpeg publishes, a page plays it over HLS. How far behind it is, hls.js says by EXT-X-PROGRAM-DATE-TIME: when the gateway got what is shown. Goals: 3 s
/// with low latency, 8 s without.
/// </summary>
[Collection(Lane.Alone)]
public sealed class HlsBrowserTests
{
    /// <summary>Five seconds of pictures; where other programs take the processor, a browser shows fewer, and this takes longer.</summary>
    private const int Pictures = 150;

    /// <summary>A step back by more is the source, which begins anew.</summary>
    private const int Wrap = 900;

    private static readonly TimeSpan WatchLimit = TimeSpan.FromSeconds(120);

    /// <summary>The library as the page's build has packed it.</summary>
    private static string LibraryAddress
    {
        get
        {
            string folder = Path.Combine(Path.GetDirectoryName(Repository.GatewayProgram)!, "wwwroot", "assets");
            string source = Path.Combine(Repository.Root, "src", "MediaGateway", "wwwroot", "assets");
            string[] files = [.. new[] { folder, source }.Where(Directory.Exists).SelectMany(path => Directory.GetFiles(path, "hls-*.js"))];
            return $"/assets/{Path.GetFileName(files.MaxBy(file => new FileInfo(file).Length) ?? throw new InvalidOperationException("The page is not built."))}";
        }
    }

    [Theory]
    [InlineData("hls.js", true, false)]
    [InlineData("hls.js", true, true, Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData("hls.js", false, false, Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData("native", false, false, Traits = [LongRun.Trait, LongRun.Full])]
    public async Task EncoderPublishes_HlsShowsItsPicturesSoon(string player, bool lowLatency, bool secure)
    {
        string source = await TestMedia.ShareFlvAsync(60, 320, 180, TestMedia.EncoderH264(bFrames: 0));
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, source, gateway.RtmpAddress("own"), endless: true);
        await using Chromium browser = await Chromium.StartAsync();
        BrowserPage page = browser.Page;
        await page.BypassPolicyAsync();
        await page.ProceedDespiteCertificatesAsync();
        await page.OpenAsync(new Uri(secure ? gateway.SecurePage : gateway.Page, "player.html"));

        await page.EvaluateAsync<object>(player == "native" ? NativePlayer : LibraryPlayer(lowLatency));
        await page.WaitForAsync($"window.looked.pictures.length > {Pictures}", WatchLimit);

        Seen seen = await page.EvaluateAsync<Seen>("window.looked.report()");
        double[] delays = [.. seen.Pictures.Where(picture => picture.Delay is not null).Select(picture => picture.Delay!.Value)];
        double[] settled = [.. delays.TakeLast(Pictures / 5)]; // only hls.js tells
        int backward = seen.Pictures.Zip(seen.Pictures.Skip(1), (one, next) => next.Counter < one.Counter && next.Counter > one.Counter - Wrap ? 1 : 0).Sum();
        Measurements.Note(
            $"{player}{(lowLatency ? " with low latency" : "")} over {seen.Protocol}: {seen.Pictures.Count} pictures, "
            + (settled.Length == 0 ? "delay not told" : $"delay p50 {Statistics.Median(settled):0} ms, p95 {Statistics.Percentile(settled, 0.95):0} ms")
            + $", {seen.Stalls} stalls, {seen.Errors}");
        Assert.True(player == "native" || settled.Length == Pictures / 5, $"{settled.Length} pictures; {seen.Errors}");
        Assert.Equal(0, backward);
        Assert.Equal(secure ? "h2" : "http/1.1", seen.Protocol);
        if (LongRun.IsOn && settled.Length > 0)
        {
            // A browser that starts on a busy machine begins late and stays so: only a machine of its own tells.
            Assert.InRange(Statistics.Median(settled), 0, 4000 * (lowLatency ? 3 : 8));
        }
    }

    private const string NativePlayer =
        "(async () => { const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true });"
        + " document.body.append(video); window.looked = spectator.look(video); video.src = '/hls/live/own/index.m3u8'; await video.play(); })()";

    private static string LibraryPlayer(bool lowLatency) =>
        "(async () => { const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true });"
        + $" document.body.append(video); window.looked = spectator.look(video); const {{ default: Hls }} = await import('{LibraryAddress}');"
        + $" const hls = new Hls({{ enableWorker: false, maxLiveSyncPlaybackRate: 1.5, lowLatencyMode: {(lowLatency ? "true" : "false")} }});"
        + " hls.on(Hls.Events.ERROR, (_, data) => window.looked.errors.push(data.details + (data.fatal ? '!' : '')));"
        + " window.looked.date = () => hls.playingDate;"
        + " hls.loadSource('/hls/live/own/index.m3u8'); hls.attachMedia(video); })()";

    /// <summary>What <c>spectator.look</c> saw.</summary>
    private sealed record Seen(IReadOnlyList<Spectator.Shown> Pictures, int Stalls, string Errors, string Protocol);
}
