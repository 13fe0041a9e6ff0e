using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>What happens to a page that publishes or plays: stops, changes, crashes, restarts. Needs chromium.</summary>
[Collection(Lane.Browser)]
public sealed class PageLifeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task StoppedAndPublishedAgain_ThePlayerShowsTheNewPictures()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway, withSpectator: true);
        await page.PublishAsync("again");
        await page.PlayAsync("again");
        await page.StopAsync();
        await page.WaitForPlayStatusToLeaveAsync("PLAYING");

        await page.PublishAsync("again");
        if (!(await page.Browser.Page.TextAsync("play-status")).Contains("PLAYING", StringComparison.Ordinal)
            && await page.Browser.Page.EvaluateAsync<bool>("!document.querySelector('[data-testid=play-button]').disabled"
                + " && document.querySelector('[data-testid=play-button]').innerText.trim() === 'Play'"))
        {
            await page.PlayAsync("again");
        }

        await page.WaitForPlayStatusAsync("PLAYING");
        await AssertPicturesAsync(await page.WatchAsync("after"));
    }

    [Fact]
    public async Task PlayedBeforeItIsPublished_ThePageSaysSoInWords()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);

        await page.Browser.Page.FillAsync("Stream to play", "nobody");
        await page.Browser.Page.ClickAsync("button", "Available");
        await page.Browser.Page.WaitForTextAsync("available-status", "UNAVAILABLE", Limit);
        await page.Browser.Page.ClickAsync("button", "Play");
        await page.Browser.Page.WaitForAsync("/Stream not found|waiting/i.test(document.querySelector('[data-testid=play-status]').innerText)", Limit);
    }

    [Fact]
    public async Task CameraChangesItsSize_ThePlayerFollows()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway, withSpectator: true);
        await page.PublishAsync("size");
        await page.PlayAsync("size");
        Spectator spectator = await page.WatchAsync();
        await WaitForPicturesAsync(spectator, picture => picture.Width == 640);

        await page.ResizeAsync(320, 180);
        await WaitForPicturesAsync(spectator, picture => picture.Width == 320);

        Spectator.Report seen = await spectator.ReportAsync();
        Assert.Equal(0, seen.Unreadable);
    }

    [Fact]
    public async Task PublisherIsMutedAndItsTabIsInTheBackground_ThePlayerGoesOn()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage publisher = await StreamingPage.OpenAsync(gateway);
        await publisher.PublishAsync("quiet");
        await using StreamingPage viewer = await StreamingPage.OpenAsync(gateway, withSpectator: true);
        await viewer.PlayAsync("quiet");
        Spectator spectator = await viewer.WatchAsync();
        await AssertPicturesAsync(spectator);

        await publisher.Browser.Page.ClickAsync("button", "Mute microphone");
        int beeps = -1;
        await Wait.UntilAsync(
            async () =>
            {
                // What was on its way is still heard; then there are seconds with pictures and without a beep.
                int before = beeps;
                await AssertPicturesAsync(spectator);
                await Task.Delay(TimeSpan.FromSeconds(1));
                beeps = (await spectator.ReportAsync()).Beeps.Count;
                return beeps == before;
            },
            Limit,
            () => "silence");

        await publisher.Browser.Page.ClickAsync("button", "Unmute microphone");
        await Wait.UntilAsync(async () => (await spectator.ReportAsync()).Beeps.Count >= beeps + 4, Limit, () => "beeps again");

        await publisher.Browser.OpenTabInFrontAsync();
        beeps = (await spectator.ReportAsync()).Beeps.Count;
        await Wait.UntilAsync(async () => (await spectator.ReportAsync()).Beeps.Count >= beeps + 4, Limit, () => "sound of a tab in the background");
        Assert.Contains("PLAYING", await viewer.Browser.Page.TextAsync("play-status"));
    }

    // Every time, PeerSessionEndTests and WebRtcPlaybackTests end the session of a publisher who is gone.
    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task BrowserOfThePublisherDies_ThePlayerIsToldAndTheNameIsFree()
    {
        Dictionary<string, string?> settings = new() { ["WebRtc__ConsentTimeout"] = "00:00:06" };
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(settings);
        await using StreamingPage viewer = await StreamingPage.OpenAsync(gateway);
        await using (StreamingPage publisher = await StreamingPage.OpenAsync(gateway))
        {
            await publisher.PublishAsync("crash");
            await viewer.PlayAsync("crash");
            await publisher.Browser.KillAsync();
        }

        await viewer.WaitForPlayStatusToLeaveAsync("PLAYING");
        await gateway.WaitForEndOfStreamAsync("crash", Limit);
        await viewer.PublishAsync("crash");
    }

    [Fact]
    public async Task GatewayIsKilledAndStartedAgain_ThePagePublishesAndPlaysUnderTheSameNameByItself()
    {
        GatewayProcess first = await GatewayProcess.StartAsync();
        await using (first)
        {
            await using StreamingPage page = await StreamingPage.OpenAsync(first, withSpectator: true);
            await page.PublishAsync("survivor");
            await page.PlayAsync("survivor");

            await first.KillAsync();
            await using GatewayProcess second = await GatewayProcess.StartAsync(former: first);

            await second.WaitForStreamAsync("survivor", Limit, () => "");
            await page.Browser.Page.WaitForTextAsync("publish-status", "PUBLISHING", Limit);
            await page.Browser.Page.WaitForTextAsync("play-status", "PLAYING", Limit);
            await AssertPicturesAsync(await page.WatchAsync("after"));
        }
    }

    [Fact]
    public async Task DataSent_ReachesThePlayersOfTheStream()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);
        await page.PublishAsync("data");
        await page.PlayAsync("data");

        await page.Browser.Page.ClickAsync("button", "Send");

        await page.Browser.Page.WaitForAsync(
            "/^\\d+:\\d\\d - .*\"count\":\\s*23/m.test(document.querySelector('[data-testid=data-received]').innerText)", Limit);
    }

    private static Task AssertPicturesAsync(Spectator spectator) => WaitForPicturesAsync(spectator, picture => picture.Counter is not null);

    /// <summary>Waits for 45 more pictures of that kind.</summary>
    private static async Task WaitForPicturesAsync(Spectator spectator, Func<Spectator.Shown, bool> kind)
    {
        int before = (await spectator.ReportAsync()).Pictures.Count(kind);
        await Wait.UntilAsync(
            async () => (await spectator.ReportAsync()).Pictures.Count(kind) >= before + 45, Limit, () => "45 pictures");
    }
}
