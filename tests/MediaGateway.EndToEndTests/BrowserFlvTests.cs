using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>mpegts.js in a page of another origin plays FLV over HTTP and in a WebSocket. Needs chromium, ffmpeg and the packages of <c>web</c>.</summary>
[Collection(Lane.Browser)]
public sealed class BrowserFlvTests
{
    private const string Player = """
        <!doctype html><title>Elsewhere</title>
        <video id="http" muted autoplay></video><video id="ws" muted autoplay></video>
        <script>
        function play(id, url) {
          const player = mpegts.createPlayer({ type: "flv", isLive: true, url });
          player.on(mpegts.Events.ERROR, (kind, detail) => document.body.append(`${id}: ${kind} ${detail}`));
          player.attachMediaElement(document.getElementById(id));
          player.load();
          player.play();
        }
        const shown = (id) => { const video = document.getElementById(id); return video.getVideoPlaybackQuality().totalVideoFrames; };
        </script>
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task MpegtsJs_PlaysBoth()
    {
        using WorkFolder folder = new();
        string source = folder.File("source.flv");
        await TestMedia.EncodeAsync(folder, 4, 640, 360, 0, [.. TestMedia.RealTimeH264(30), "-c:a", "aac", "-ac", "2", "-f", "flv", source]);
        string script = Tool.RequirePath(Path.Combine(Repository.Root, "web", "node_modules", "mpegts.js", "dist", "mpegts.js"), "mpegts.js of web (npm ci)");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, source, gateway.RtmpAddress("web"), endless: true);
        await using WebApplication server = await PageServer.ServeAsync(Player);
        await using Chromium browser = await Chromium.StartAsync();
        await browser.Page.AddScriptAsync(await File.ReadAllTextAsync(script, TestContext.Current.CancellationToken));
        await browser.Page.OpenAsync(new Uri(server.Urls.First()));
        string address = $"{gateway.Page.Authority}/live/web.flv";
        await browser.Page.EvaluateAsync<bool>($"(play('http', 'http://{address}'), play('ws', 'ws://{address}'), true)");

        foreach (string id in (string[])["http", "ws"])
        {
            await browser.Page.WaitForAsync($"shown('{id}') > 90 && document.getElementById('{id}').videoWidth === 640", Limit);
        }

        Assert.Equal("", (await browser.Page.EvaluateAsync<string>("document.body.innerText")).Trim());
    }
}
