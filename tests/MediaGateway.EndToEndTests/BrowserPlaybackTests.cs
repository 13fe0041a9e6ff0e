using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>
/// ffmpeg publishes H.264 and AAC over RTMP; Chromium plays it over WebRTC. The spectator's own ear is calibrated by a direct call in the
/// same page. Needs chromium and ffmpeg.
/// </summary>
[Collection(Lane.Alone)]
public sealed class BrowserPlaybackTests
{
    private const int Pictures = 4 * TestPattern.PictureRate;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(14);

    private const string OtherPage = "<!doctype html><title>Elsewhere</title><video id=\"player\" autoplay></video>";

    [Theory]
    [InlineData(0, Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData(3)]
    public async Task EncoderPublishes_ThePagePlaysPicturesInOrderAndSoundInSync(int bFrames)
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await PublishAsync(gateway, bFrames);
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway, withSpectator: true);
        Spectator.Report direct = await CallDirectlyAsync(page.Browser.Page);

        await page.PlayAsync("encoder");
        Spectator player = await page.WatchAsync();
        await Task.Delay(Length, TestContext.Current.CancellationToken);
        await player.WaitForPicturesAsync(Pictures);

        AssertWatched(await player.ReportAsync(), direct, $"RTMP with {bFrames} B-frames to the page");
        if (bFrames > 0)
        {
            Assert.Contains("B-frames", await page.Browser.Page.EvaluateAsync<string>("document.body.innerText"));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true, Traits = [LongRun.Trait, LongRun.Full])]
    public async Task EncoderPublishes_APageOfAnotherOriginPlaysItByWhep(bool inSync)
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await PublishAsync(gateway, bFrames: 0);
        await using WebApplication server = await PageServer.ServeAsync(OtherPage);
        await using Chromium browser = await Chromium.StartAsync();
        await browser.Page.OpenAsync(new Uri(server.Urls.Single()));
        Spectator.Report? direct = inSync ? await CallDirectlyAsync(browser.Page) : null;

        Spectator player = await Spectator.WatchAsync(
            browser.Page, "whep", "document.querySelector('#player')", $"spectator.playWhep('{new Uri(gateway.Page, "whep/encoder")}', document.querySelector('#player'))");
        await Task.Delay(inSync ? Length : TimeSpan.Zero, TestContext.Current.CancellationToken);
        await player.WaitForPicturesAsync(Pictures);

        Spectator.Report seen = await player.ReportAsync();
        AssertPictures(seen);
        if (direct is not null)
        {
            AssertWatched(seen, direct, "RTMP to a browser by WHEP");
        }

        Assert.Equal(200, await browser.Page.EvaluateAsync<int>("fetch(whepResource, { method: 'DELETE' }).then((answer) => answer.status)"));
        Assert.Equal(404, await browser.Page.EvaluateAsync<int>("fetch(whepResource, { method: 'DELETE' }).then((answer) => answer.status)"));
    }

    private static async Task<FfmpegEncoder> PublishAsync(GatewayProcess gateway, int bFrames) =>
        await FfmpegEncoder.PublishAsync(gateway, await TestMedia.ShareFlvAsync(60, 640, 360, TestMedia.EncoderH264(bFrames)), gateway.RtmpAddress("encoder"));

    /// <summary>What the spectator sees and hears of a call without a gateway: how much earlier or later it hears than it sees.</summary>
    private static async Task<Spectator.Report> CallDirectlyAsync(BrowserPage page)
    {
        await page.EvaluateAsync<object>(
            "(async () => { const video = Object.assign(document.createElement('video'), { autoplay: true });"
            + " window.directVideo = document.body.appendChild(video); window.directPeer = await flashAndBeep.callItself(video); })()");
        await page.WaitForAsync("window.directVideo.videoWidth > 0", TimeSpan.FromSeconds(30));
        Spectator spectator = await Spectator.WatchAsync(page, "direct", "window.directVideo", "window.directPeer");
        await Task.Delay(TimeSpan.FromSeconds(12), TestContext.Current.CancellationToken);
        Spectator.Report report = await spectator.ReportAsync();
        await page.EvaluateAsync<object>("(directPeer.close(), directVideo.remove(), null)");
        return report;
    }

    // Of the pictures that were published meanwhile: a browser that draws without a graphics card shows fewer when something else runs.
    private static void AssertPictures(Spectator.Report seen)
    {
        Assert.InRange(seen.FramesDecoded, seen.Published * 6 / 10, int.MaxValue);
        Assert.Equal(0, seen.Unreadable);
        Assert.Equal(0, seen.Backward);
    }

    private static void AssertWatched(Spectator.Report seen, Spectator.Report direct, string what)
    {
        double lipSync = seen.SentLipSync.Median - direct.SentLipSync.Median;
        Measurements.Note(
            $"{what}: {seen.Pictures.Count} pictures shown, freezes {seen.FreezeCount}, longest gap {seen.LongestGap:0} ms; flash minus beep {seen.LipSync.Median:0.0} ms, "
            + $"direct call {direct.LipSync.Median:0.0}; without what the browser adds {seen.SentLipSync.Median:0.0} and {direct.SentLipSync.Median:0.0} ms: {lipSync:0.0} ms (spread {seen.SentLipSync.Spread:0.0})");
        AssertPictures(seen);
        Assert.InRange(seen.SentLipSync.Offsets.Count, 3, 120); // of ten once it has settled
        Assert.InRange(Math.Abs(lipSync), 0, Limits.Time(20) + Math.Max(seen.SentLipSync.Spread, direct.SentLipSync.Spread));
    }
}
