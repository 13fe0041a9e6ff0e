using System.Net;
using System.Text.Json;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Network;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Chromium publishes and plays on while ICE is restarted and its address changes. Needs chromium and ffmpeg.</summary>
[Collection(Lane.Alone)]
public sealed class NetworkChangeTests
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task AddressChangesAndIceRestarts_TheSameSessionsGoOn()
    {
        using WorkFolder folder = new();
        using UdpRelay relay = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(relay.Settings);
        relay.Target = new IPEndPoint(IPAddress.Loopback, gateway.WebRtcPort);
        Chromium browser = await Chromium.StartAsync();
        await browser.Page.AddScriptAsync(SelectedPaths.Script());
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway, browser, withSpectator: true);
        string address = await page.PublishAsync("moving");
        await page.PlayAsync("moving");
        Spectator player = await page.WatchAsync();
        string sessions = await WebRtcSessionsAsync(gateway);
        string file = folder.File("recording.flv");
        Task recording = FfmpegRecorder.RecordAsync(address, TimeSpan.FromSeconds(18), file);
        await FfmpegRecorder.WaitForMediaAsync(file);

        await Task.Delay(Between, TestContext.Current.CancellationToken);
        double before = await LongestGapAsync(player, 0);
        double started = await NewestPictureAsync(player);
        await RestartIceAsync(browser.Page);
        await Task.Delay(Between, TestContext.Current.CancellationToken);
        double restarted = await LongestGapAsync(player, started);

        started = await NewestPictureAsync(player);
        relay.ChangeAddress();
        await Task.Delay(Between, TestContext.Current.CancellationToken);
        double moved = await LongestGapAsync(player, started);

        started = await NewestPictureAsync(player);
        relay.ChangeAddress();
        await RestartIceAsync(browser.Page);
        await recording;
        double both = await LongestGapAsync(player, started);

        DecodedMedia received = await RecordedStream.AssertSoundAsync(file, 13);
        double published = Timeline.Gaps([.. received.Pictures.Select(picture => picture.Seconds)], 0).Max(gap => gap.Milliseconds);
        Measurements.Note(
            $"longest gap over RTMP {published:0} ms; at the page's player {before:0} ms before anything, {restarted:0} ms with an ICE restart, "
            + $"{moved:0} ms with a new address that the browser does not know of, {both:0} ms with both");
        Assert.All(received.Pictures, picture => Assert.NotNull(picture.Counter));
        // What a busy machine does to it is seen before anything has changed.
        double limit = Limits.Time(500) + Limits.Time(before);
        Assert.InRange(published, 0, limit);
        Assert.InRange(restarted, 0, limit);
        Assert.InRange(both, 0, 2500 + limit);
        // Until the browser's next check, which it sends every 2.5 s while all is well: nothing else may move a viewer's media.
        Assert.InRange(moved, 0, 2500 + limit);
        Assert.Equal(sessions, await WebRtcSessionsAsync(gateway));
    }

    /// <summary>The longest time without a new picture since a time of the page's clock, until there are 30 new ones, in milliseconds.</summary>
    private static async Task<double> LongestGapAsync(Spectator player, double since)
    {
        double[] times = [];
        await Wait.UntilAsync(
            async () => (times = [.. (await player.ReportAsync()).Pictures.Select(picture => picture.ShownAt).Where(at => at >= since)]).Length > TestPattern.PictureRate,
            Limit,
            () => "pictures again");
        return times.Zip(times.Skip(1), (one, next) => next - one).DefaultIfEmpty(double.MaxValue).Max();
    }

    private static async Task<double> NewestPictureAsync(Spectator player) => (await player.ReportAsync()).Pictures[^1].ShownAt;

    /// <summary>As after a change of network: the page asks for new credentials for each of its connections.</summary>
    private static async Task RestartIceAsync(BrowserPage page)
    {
        string[] before = (await SelectedPaths.FragmentsAsync(page)).Split(',');
        await Wait.UntilAsync(
            async () =>
            {
                // The page takes no further news of its network for a while after a restart.
                await page.EvaluateAsync<object>("window.dispatchEvent(new Event('online'))");
                await Task.Delay(500);
                return !(await SelectedPaths.FragmentsAsync(page)).Split(',').Intersect(before).Any();
            },
            Limit,
            () => $"other credentials than {string.Join(',', before)}");
    }

    /// <summary>The ids of the publisher's and the viewer's session over WebRTC.</summary>
    private static async Task<string> WebRtcSessionsAsync(GatewayProcess gateway)
    {
        using HttpClient client = new();
        using JsonDocument answer = JsonDocument.Parse(await client.GetStringAsync(new Uri(gateway.Page, "api/v1/sessions")));
        JsonElement list = answer.RootElement.ValueKind == JsonValueKind.Array ? answer.RootElement : answer.RootElement.GetProperty("sessions");
        string[] ids = [.. list.EnumerateArray()
            .Where(session => session.GetProperty("protocol").GetString() != "rtmp")
            .Select(session => session.GetProperty("id").GetString()!)
            .Order(StringComparer.Ordinal)];
        Assert.Equal(2, ids.Length);
        return string.Join(',', ids);
    }
}
