using System.Globalization;
using System.Net;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Network;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>A person chooses among the levels of a stream on the page, which plays it over WebRTC. Needs chromium and ffmpeg.</summary>
[Collection(Lane.Browser)]
public sealed class PageQualityTests
{
    private const int MediaSeconds = 10;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task LevelIsChosen_ThePicturesSizeFollows_AndAutomaticReturns()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(Ladder("low", 90, 200_000));
        await using FfmpegEncoder encoder = await PublishAsync(gateway, folder, [("show", "320x180", "400k"), ("show_low", "160x90", "150k")]);
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);
        await page.PlayAsync("show");
        await page.Browser.Page.WaitForAsync(WidthIs(320), Limit);

        foreach ((string quality, int width) in ((string, int)[])[("low", 160), ("auto", 320)])
        {
            Assert.True(await ChooseAsync(page, quality), quality);
            await page.Browser.Page.WaitForAsync(WidthIs(width), Limit);
        }

        await page.WaitForPlayStatusAsync("PLAYING");
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task LinkBecomesNarrowAndWideAgain_AutomaticFollows()
    {
        using WorkFolder folder = new();
        using UdpRelay relay = new();
        LinkConditions wide = new() { BitsPerSecond = 5_000_000, Delay = TimeSpan.FromMilliseconds(10) };
        relay.SetBoth(wide);
        Dictionary<string, string?> settings = Ladder("low", 90, 320_000);
        foreach ((string key, string? value) in relay.Settings)
        {
            settings[key] = value;
        }

        await using GatewayProcess gateway = await GatewayProcess.StartAsync(settings);
        relay.Target = new IPEndPoint(IPAddress.Loopback, gateway.WebRtcPort);
        await using FfmpegEncoder encoder = await PublishAsync(gateway, folder, [("show", "640x360", "2300k"), ("show_low", "160x90", "280k")]);
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);
        await page.PlayAsync("show");
        Assert.True(await ChooseAsync(page, "auto"), "there is a choice");
        await page.Browser.Page.WaitForAsync(WidthIs(640), Limit);
        await page.Browser.Page.EvaluateAsync<bool>(Watching);
        await Task.Delay(Phase, TestContext.Current.CancellationToken);

        relay.Down.Conditions = wide with { BitsPerSecond = 600_000 };
        double narrowed = await NowAsync(page);
        await page.Browser.Page.WaitForAsync(WidthIs(160), Limit);
        await Task.Delay(Phase, TestContext.Current.CancellationToken);
        relay.Down.Conditions = wide;
        double widened = await NowAsync(page);
        await page.Browser.Page.WaitForAsync(string.Create(CultureInfo.InvariantCulture, $"window.shown.some(picture => picture[0] > {widened} && picture[1] === 640)"), Limit);

        double[][] shown = await page.Browser.Page.EvaluateAsync<double[][]>("window.shown");
        double After(double time, int width) => (shown.First(picture => picture[0] > time && picture[1] == width)[0] - time) / 1000;
        double longest = shown.Zip(shown.Skip(1), (one, next) => (next[0] - one[0]) / 1000).Max();
        int changes = shown.Zip(shown.Skip(1)).Count(pair => pair.First[1] != pair.Second[1]);
        Measurements.Note(
            $"quality=auto over WebRTC, 5 Mbit/s, 600 kbit/s, 5 Mbit/s: low level shown {After(narrowed, 160):0.0} s after the link became narrow, "
            + $"high level {After(widened, 640):0.0} s after it became wide, {changes} changes, longest time without a picture {longest:0.00} s");
        Assert.InRange(longest, 0, 10);
    }

    private const string Watching =
        $"(() => {{ const video = {StreamingPage.PlayerVideo}; window.shown = [];"
        + " const note = (now) => { window.shown.push([now, video.videoWidth]); video.requestVideoFrameCallback(note); };"
        + " video.requestVideoFrameCallback(note); return true; })()";

    private static Task<double> NowAsync(StreamingPage page) => page.Browser.Page.EvaluateAsync<double>("performance.now()");

    private static Dictionary<string, string?> Ladder(string level, int height, int rate) => new()
    {
        ["Applications__live__Ladder"] = "two",
        ["Ladder__Convert"] = "false",
        [$"Ladder__Ladders__two__{level}__Height"] = $"{height}",
        [$"Ladder__Ladders__two__{level}__BitsPerSecond"] = $"{rate}",
    };

    private static string WidthIs(int width) => $"{StreamingPage.PlayerVideo}.videoWidth === {width}";

    private static Task<bool> ChooseAsync(StreamingPage page, string quality) => page.Browser.Page.EvaluateAsync<bool>(
        $"(() => {{ const choice = document.querySelector('[data-testid=play-quality]'); choice.value = '{quality}';"
        + $" choice.dispatchEvent(new Event('change')); return choice.value === '{quality}' && choice.offsetParent !== null; }})()");

    /// <summary>One ffmpeg encodes the same pictures in several sizes, another publishes all of them.</summary>
    private static async Task<FfmpegEncoder> PublishAsync(GatewayProcess gateway, WorkFolder folder, (string Name, string Size, string Rate)[] levels)
    {
        List<string> encode = ["-nostdin", "-v", "error", "-f", "lavfi", "-i", $"testsrc2=size={levels[0].Size}:rate=25,noise=alls=30:allf=t", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"];
        List<string> publish = [];
        foreach ((string name, string size, string rate) in levels)
        {
            string file = folder.File($"{name}.flv");
            encode.AddRange(["-map", "0", "-map", "1", "-t", $"{MediaSeconds}", "-s", size, .. TestMedia.RealTimeH264(25), "-b:v", rate, "-maxrate", rate, "-bufsize", rate]);
            encode.AddRange(["-c:a", "aac", "-b:a", "64k", "-ac", "2", "-f", "flv", "-y", file]);
            publish.AddRange(["-stream_loop", "-1", "-re", "-i", file]);
        }

        await ToolProcess.RunAsync(Tool.Require("ffmpeg"), encode, TimeSpan.FromSeconds(120));
        for (int level = 0; level < levels.Length; level++)
        {
            string[] where = level < levels.Length - 1 ? ["-f", "flv", gateway.RtmpAddress(levels[level].Name)] : [];
            publish.AddRange(["-map", $"{level}", "-c", "copy", .. where]);
        }

        return await FfmpegEncoder.PublishAsync(gateway, publish, gateway.RtmpAddress(levels[^1].Name));
    }
}
