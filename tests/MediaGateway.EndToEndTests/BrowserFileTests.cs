using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>A file that somebody names on the page, <c>vod/clip.mp4</c>, plays there to its end: over WebRTC, converted where it must be, and over HLS.</summary>
[Collection(Lane.Alone)]
public sealed class BrowserFileTests
{
    private const int Seconds = 4;

    /// <summary>A browser on a busy machine shows fewer than there are.</summary>
    private const int Pictures = 30;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task FileWithBFrames_IsPlayedByThePageOverWebRtcAndHls()
    {
        using WorkFolder folder = new();
        await TestMedia.EncodeAsync(
            folder, Seconds, 320, 180, 0,
            ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "60", "-bf", "2", "-c:a", "aac", "-ac", "2", folder.File("clip.mp4")]);
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?> { ["Vod__Root"] = folder.Path });
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);

        await page.PlayAsync("vod/clip.mp4");
        await page.Browser.Page.WaitForAsync(
            "(async () => { for (const report of (await flashAndBeep.receivingPeer().getStats()).values())"
            + $" {{ if (report.kind === 'video' && report.framesDecoded > {Pictures}) {{ window.sawPictures = true; }}"
            + " if (report.kind === 'audio' && report.totalAudioEnergy > 0.0001) { window.heardSound = true; } }"
            + " return window.sawPictures === true && window.heardSound === true; })()",
            Limit);
        Assert.Contains("B-frames", await page.Browser.Page.EvaluateAsync<string>("document.body.innerText"), StringComparison.Ordinal);
        await page.Browser.Page.WaitForTextAsync("play-status", "Played to its end", Limit);

        await page.Browser.Page.OpenAsync(new Uri(gateway.Page, "?over=hls"));
        await page.Browser.Page.WaitForTextAsync("connection-status", "ESTABLISHED", Limit);
        await page.Browser.Page.EvaluateAsync<object>(
            $"({StreamingPage.PlayerVideo}.addEventListener('timeupdate', (event) => {{ window.shown = Math.max(window.shown ?? 0, event.target.getVideoPlaybackQuality().totalVideoFrames); }}), null)");
        await page.PlayAsync("vod/clip.mp4");
        await page.Browser.Page.WaitForTextAsync("play-status", "The stream has ended.", Limit);
        Assert.InRange(await page.Browser.Page.EvaluateAsync<int>("window.shown"), Pictures, Seconds * 60);
    }
}
