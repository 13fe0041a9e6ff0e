using System.Globalization;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>What one more viewer over WebRTC costs the gateway. Needs chromium and ffmpeg.</summary>
[Trait(LongRun.Trait, LongRun.Full)]
[Collection(Lane.Alone)]
public sealed class ViewerCostTests
{
    private const int MoreViewers = 8;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task EightMoreViewersCome_AllGetPicturesAndTheirCostIsNoted()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        string file = folder.File("source.flv");
        string[] noise = ["-vf", "noise=alls=24:allf=t", "-b:v", "1200k", "-maxrate", "1200k", "-bufsize", "600k"];
        await TestMedia.EncodeAsync(
            folder, 20, 320, 180, 0, [.. TestMedia.RealTimeH264(TestPattern.PictureRate), .. noise, "-c:a", "aac", "-ac", "2", "-f", "flv", file]);
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, file, gateway.RtmpAddress("encoder"), endless: true);
        await using WebApplication server = await PageServer.ServeAsync("<!doctype html><title>Elsewhere</title>");
        await using Chromium browser = await Chromium.StartAsync();
        await browser.Page.OpenAsync(new Uri(server.Urls.Single()));

        await PlayAsync(browser.Page, gateway, 1 + MoreViewers);
        TimeSpan all = await MeasureAsync(gateway);
        int[] decoded = await browser.Page.EvaluateAsync<int[]>(
            "Promise.all(window.peers.map(async (peer) => [...(await peer.getStats()).values()].find((entry) => entry.type === 'inbound-rtp' && entry.kind === 'video')?.framesDecoded ?? 0))");
        // The many come first, so that the program is compiled when the one is measured.
        await browser.Page.EvaluateAsync<object>("(window.peers.slice(1).forEach((peer) => peer.close()), null)");
        TimeSpan one = await MeasureAsync(gateway);
        double perViewer = (all - one).TotalMilliseconds / MoreViewers / Length.TotalSeconds;
        Measurements.Note(
            $"a viewer over WebRTC of 1.2 Mbit/s and sound: {perViewer:0.0} ms of CPU a second; one viewer and the publisher {one.TotalMilliseconds / Length.TotalSeconds:0} ms; pictures decoded {string.Join(", ", decoded)}");
        Assert.Equal(1 + MoreViewers, decoded.Length);
        Assert.All(decoded, count => Assert.InRange(count, 30, int.MaxValue));
    }

    private static async Task PlayAsync(BrowserPage page, GatewayProcess gateway, int count) => await page.EvaluateAsync<object>(
        $"(async () => {{ window.peers ??= []; for (let i = 0; i < {count.ToString(CultureInfo.InvariantCulture)}; i++)"
        + $" window.peers.push(await spectator.playWhep('{new Uri(gateway.Page, "whep/encoder")}',"
        + " document.body.appendChild(Object.assign(document.createElement('video'), { autoplay: true, muted: true, width: 80 })))); })()");

    private static async Task<TimeSpan> MeasureAsync(GatewayProcess gateway)
    {
        await Task.Delay(Settling, TestContext.Current.CancellationToken);
        TimeSpan before = gateway.ProcessorTime;
        await Task.Delay(Length, TestContext.Current.CancellationToken);
        return gateway.ProcessorTime - before;
    }
}
