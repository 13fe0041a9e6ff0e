using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>A file that somebody names on the page, <c>vod/clip.mp4</c>, plays there to its end: over WebRTC, converted where it must be, and over HLS.</summary>
[Collection(Lane.Alone)]
public sealed class BrowserFileTests
{
    private const int Seconds = 6;

    /// <summary>A browser on a busy machine shows fewer than there are.</summary>
    private const int Pictures = 30;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    /// <summary>Notes, as long as the page is there, the most that its newest connection has decoded, and whether the page has told of the conversion.</summary>
    private const string Look =
        "(window.seen = { pictures: 0, energy: 0, isTold: false }, setInterval(async () => {"
        + " window.seen.isTold ||= document.body.innerText.includes('B-frames');"
        + " for (const report of (await (await flashAndBeep.receivingPeer())?.getStats())?.values() ?? []) {"
        + " window.seen.pictures = Math.max(window.seen.pictures, report.framesDecoded ?? 0);"
        + " window.seen.energy = Math.max(window.seen.energy, report.kind === 'audio' ? report.totalAudioEnergy ?? 0 : 0); } }, 100), null)";

    [Fact]
    public async Task FileWithBFrames_IsPlayedByThePageOverWebRtcAndHls()
    {
        using WorkFolder folder = new();
        await TestMedia.EncodeAsync(
            folder, Seconds, 320, 180, 0,
            ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "60", "-bf", "2", "-c:a", "aac", "-ac", "2", folder.File("clip.mp4")]);
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?> { ["Vod__Root"] = folder.Path });
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);

        await page.Browser.Page.EvaluateAsync<object>(Look);
        await page.PlayAsync("vod/clip.mp4");
        await page.Browser.Page.WaitForTextAsync("play-status", "Played to its end", Limit);
        Seen seen = await page.Browser.Page.EvaluateAsync<Seen>("window.seen");
        Assert.True(seen is { IsTold: true, Energy: > 0.0001, Pictures: >= Pictures }, $"{seen}");

        await page.Browser.Page.OpenAsync(new Uri(gateway.Page, "?over=hls"));
        await page.Browser.Page.WaitForTextAsync("connection-status", "ESTABLISHED", Limit);
        await page.Browser.Page.EvaluateAsync<object>(
            $"({StreamingPage.PlayerVideo}.addEventListener('timeupdate', (event) => {{ window.shown = Math.max(window.shown ?? 0, event.target.getVideoPlaybackQuality().totalVideoFrames); }}), null)");
        await page.PlayAsync("vod/clip.mp4");
        await page.Browser.Page.WaitForTextAsync("play-status", "The stream has ended.", Limit);
        Assert.InRange(await page.Browser.Page.EvaluateAsync<int>("window.shown"), Pictures, Seconds * 60);
    }

    private sealed record Seen(int Pictures, double Energy, bool IsTold);
}
