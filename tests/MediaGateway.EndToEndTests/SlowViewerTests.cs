using System.Net;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Network;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>
/// Two players of one stream of 1.2 Mbit/s in Chromium, one of them behind a link that for a while takes 300 kbit/s. Needs chromium and
/// ffmpeg.
/// </summary>
[Collection(Lane.Alone)]
public sealed class SlowViewerTests
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Narrow = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Wide = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FiveSeconds = TimeSpan.FromSeconds(5);

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task LinkOfOneViewerIsNarrow_ItSeesWholePicturesNowAndThenAndTheOtherAllOfThem()
    {
        using WorkFolder folder = new();
        using UdpRelay relay = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(relay.Settings);
        relay.Target = new IPEndPoint(IPAddress.Loopback, gateway.WebRtcPort);
        await using FfmpegEncoder encoder = await PublishAsync(gateway, folder);
        await using WebApplication server = await PageServer.ServeAsync(
            "<!doctype html><title>Elsewhere</title><video id=\"slow\" autoplay></video><video id=\"free\" autoplay></video>");
        await using Chromium browser = await Chromium.StartAsync();
        await browser.Page.OpenAsync(new Uri(server.Urls.Single()));
        Spectator slow = await WatchAsync(browser.Page, gateway, "slow", port: null);
        Spectator free = await WatchAsync(browser.Page, gateway, "free", gateway.WebRtcPort);
        await Task.Delay(Settling, TestContext.Current.CancellationToken);

        double narrowed = await NowAsync(browser.Page);
        relay.Down.Conditions = new LinkConditions { BitsPerSecond = 300_000, Queue = TimeSpan.FromSeconds(1) };
        await Task.Delay(Narrow, TestContext.Current.CancellationToken);
        double widened = await NowAsync(browser.Page);
        relay.Down.Conditions = LinkConditions.Perfect;
        await Task.Delay(Wide, TestContext.Current.CancellationToken);

        double end = await NowAsync(browser.Page);
        Spectator.Report slowly = await slow.ReportAsync();
        Spectator.Report freely = await free.ReportAsync();
        // What was in the queue of the link when it narrowed and widened again is left to either side.
        int narrowSlow = Count(slowly, narrowed + 3000, widened);
        int narrowFree = Count(freely, narrowed + 3000, widened);
        int wideSlow = Count(slowly, end - 5000, end);
        int wideFree = Count(freely, end - 5000, end);
        Measurements.Note(
            $"one viewer at 300 kbit/s: {narrowSlow} pictures in {Narrow.TotalSeconds - 3:0} s, the other {narrowFree}; link wide again, pictures of every 5 s: "
            + string.Join(", ", Enumerable.Range(0, (int)(Wide / FiveSeconds)).Select(index => Count(slowly, widened + (index * 5000), widened + ((index + 1) * 5000))))
            + $" and {wideFree} of the other's; "
            + $"freezes {slowly.FreezeCount} and {freely.FreezeCount}, the other's longest gap {freely.LongestGap:0} ms");
        Assert.Equal(0, slowly.Unreadable); // It may see a group once more: the cached one, after it has lost the picture.
        Assert.Equal((0, 0), (freely.Unreadable, freely.Backward));
        Assert.InRange(narrowSlow, 1, narrowFree / 2);
        Assert.InRange(narrowFree, (Narrow.TotalSeconds - 3) * TestPattern.PictureRate * 0.5, int.MaxValue);
        Assert.InRange(wideSlow, wideFree / 2, int.MaxValue);
    }

    private static Task<Spectator> WatchAsync(BrowserPage page, GatewayProcess gateway, string name, int? port) => Spectator.WatchAsync(
        page,
        name,
        $"document.querySelector('#{name}')",
        $"spectator.playWhep('{new Uri(gateway.Page, "whep/encoder")}', document.querySelector('#{name}'), {port?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null"})");

    private static Task<double> NowAsync(BrowserPage page) => page.EvaluateAsync<double>("performance.now()");

    private static int Count(Spectator.Report report, double from, double to) =>
        report.Pictures.Count(picture => picture.ShownAt >= from && picture.ShownAt < to);

    private static async Task<FfmpegEncoder> PublishAsync(GatewayProcess gateway, WorkFolder folder)
    {
        string file = folder.File("source.flv");
        string[] noise = ["-vf", "noise=alls=24:allf=t", "-b:v", "1200k", "-maxrate", "1200k", "-bufsize", "600k"];
        await TestMedia.EncodeAsync(
            folder, 60, 480, 270, 0, [.. TestMedia.RealTimeH264(2 * TestPattern.PictureRate), .. noise, "-c:a", "aac", "-ac", "2", "-f", "flv", file]);
        return await FfmpegEncoder.PublishAsync(gateway, file, gateway.RtmpAddress("encoder"));
    }
}
