using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>
/// Chromium joins, over WebRTC and in the middle of a group of pictures, the stream of an encoder that nobody can ask for a keyframe. Needs
/// chromium and ffmpeg.
/// </summary>
[Collection(Lane.Alone)]
public sealed class BrowserJoinTests
{
    private const int GroupLength = 2 * TestPattern.PictureRate;

    [Fact]
    public async Task PlayIsClicked_TheFirstPictureComesSoonWhereverTheGroupStands()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await PublishAsync(gateway);
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);
        List<double> waits = [];
        foreach (int milliseconds in (int[])[0, 700, 1500])
        {
            await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
            await page.Browser.Page.EvaluateAsync<object>(
                "(document.addEventListener('click', () => window.clickedAt = performance.now(), { capture: true, once: true }), window.shownAt = 0,"
                + $" {StreamingPage.PlayerVideo}.requestVideoFrameCallback((now) => window.shownAt = now), null)");
            await page.PlayAsync("encoder");
            await page.Browser.Page.WaitForAsync("window.shownAt > 0", TimeSpan.FromSeconds(30));
            waits.Add(await page.Browser.Page.EvaluateAsync<double>("window.shownAt - window.clickedAt"));
            await page.Browser.Page.ClickAsync("button", "Stop playing");
            await page.WaitForPlayStatusAsync("STOPPED");
        }

        Measurements.Note(
            $"from the click on Play to the first picture, a keyframe every 2 s: median {Statistics.Median(waits):0} ms ({string.Join(", ", waits.Select(wait => $"{wait:0}"))})");
        if (LongRun.IsOn)
        {
            // A browser on a busy machine takes seconds to connect: only a machine of its own tells.
            Assert.InRange(Statistics.Median(waits), 0, Limits.Time(500));
        }
    }

    [Trait(LongRun.Trait, LongRun.Full)]
    [Fact]
    public async Task GroupIsCaughtUpWith_PicturesGoForwardAndThenAtTheirPace()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await PublishAsync(gateway);
        await using WebApplication server = await PageServer.ServeAsync("<!doctype html><title>Elsewhere</title><video id=\"player\" autoplay></video>");
        await using Chromium browser = await Chromium.StartAsync();
        await browser.Page.OpenAsync(new Uri(server.Urls.Single()));

        const string video = "document.querySelector('#player')";
        Spectator player = await Spectator.WatchAsync(browser.Page, "whep", video, $"spectator.playWhep('{new Uri(gateway.Page, "whep/encoder")}', {video})");
        await Task.Delay(TimeSpan.FromSeconds(8), TestContext.Current.CancellationToken);
        Spectator.Report seen = await player.ReportAsync();

        Assert.Equal(0, seen.Unreadable);
        Assert.Equal(0, seen.Backward);
        double first = seen.Pictures[0].ShownAt;
        Spectator.Shown[] afterwards = [.. seen.Pictures.Where(picture => picture.ShownAt >= first + 1000)];
        int shown = afterwards[^1].Counter!.Value - afterwards[0].Counter!.Value; // Not null: all were read.
        double rate = shown / (afterwards[^1].ShownAt - afterwards[0].ShownAt) * 1000;
        int caughtUp = afterwards[0].Counter!.Value - seen.Pictures[0].Counter!.Value;
        Measurements.Note(
            $"joining in the middle of a group: {caughtUp} numbers on in the first {afterwards[0].ShownAt - first:0} ms, then {rate:0.0} pictures a second; freezes {seen.FreezeCount}");
        Assert.InRange(rate, TestPattern.PictureRate * 0.9, TestPattern.PictureRate * 1.1);
        Assert.InRange(caughtUp, 1, GroupLength + (2 * TestPattern.PictureRate));
    }

    private static async Task<FfmpegEncoder> PublishAsync(GatewayProcess gateway)
    {
        string file = await TestMedia.ShareFlvAsync(40, 640, 360, TestMedia.RealTimeH264(GroupLength));
        return await FfmpegEncoder.PublishAsync(gateway, file, gateway.RtmpAddress("encoder"), endless: true);
    }
}
