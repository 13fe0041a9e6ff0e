using System.Diagnostics;
using System.Net;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Network;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>
/// Chromium publishes pictures that need all the bits they can get (1280 by 720, 30 a second, noise) through a link that becomes narrow
/// and wide again. Needs chromium and ffmpeg.
/// </summary>
public sealed class BitrateRampTests
{
    private const int WideLink = 4_000_000;
    private const int NarrowLink = 300_000;
    private static readonly TimeSpan DeepQueue = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan ShallowQueue = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan WideTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan NarrowTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(200);

    private const string Probe = """
        (() => {
          const peers = [];
          const PeerConnection = window.RTCPeerConnection;
          window.RTCPeerConnection = class extends PeerConnection {
            constructor(...parameters) { super(...parameters); peers.push(this); }
          };
          window.sent = async () => {
            const figures = [0, 0, 0];
            for (const one of (await peers.at(-1)?.getStats())?.values() ?? []) {
              if (one.type === 'transport') figures[0] = one.bytesSent;
              if (one.type === 'outbound-rtp' && one.kind === 'video') [figures[1], figures[2]] = [one.targetBitrate ?? 0, one.frameHeight ?? 0];
            }
            return figures;
          };
        })();
        """;

    /// <summary>Without its abs-send-time nothing can be told from the delay: REMB says the same all the time.</summary>
    private const string WithoutSendTime = """
        (() => {
          const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(RTCPeerConnection.prototype), 'localDescription').get;
          Object.defineProperty(RTCPeerConnection.prototype, 'localDescription', { get() {
            const description = own.call(this);
            return description && { type: description.type, sdp: description.sdp.replace(/a=extmap:\d+ [^\r]*abs-send-time\r\n/g, '') };
          } });
        })();
        """;

    /// <summary>What is asserted with every run, and what only fills the table of <c>docs/measurements.md</c>.</summary>
    public static TheoryData<string, bool> Cases()
    {
        TheoryData<string, bool> cases = new() { { "Remb", true }, { "Remb", false } };
        if (Measurements.AreWanted)
        {
            foreach (string other in (string[])["ConstantRemb", "TransportWide", "Both"])
            {
                cases.Add(other, true);
                cases.Add(other, false);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task LinkGrowsNarrowAndWideAgain_BrowserFollows(string feedback, bool isDeep)
    {
        using WorkFolder folder = new();
        using UdpRelay relay = new();
        LinkConditions wide = new() { BitsPerSecond = WideLink, Queue = isDeep ? DeepQueue : ShallowQueue, Delay = OneWay };
        relay.Up.Conditions = wide;
        relay.Down.Conditions = new LinkConditions { Delay = OneWay };
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?>(relay.Settings)
        {
            ["WebRtc__CongestionFeedback"] = feedback == "ConstantRemb" ? "Remb" : feedback,
        });
        relay.Target = new IPEndPoint(IPAddress.Loopback, gateway.WebRtcPort);
        Chromium browser = await Chromium.StartAsync(await NoiseAsync(folder));
        await browser.Page.AddScriptAsync(Probe + (feedback == "ConstantRemb" ? WithoutSendTime : ""));
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway, browser);

        await page.PublishAsync("ramp");
        RateSamples samples = new();
        long start = Stopwatch.GetTimestamp();
        TimeSpan longestQueue = TimeSpan.Zero;
        TimeSpan end = WideTime + NarrowTime + WideTime;
        for (TimeSpan now = TimeSpan.Zero; now < end; now = Stopwatch.GetElapsedTime(start))
        {
            bool isNarrow = now >= WideTime && now < WideTime + NarrowTime;
            relay.Up.Conditions = isNarrow ? wide with { BitsPerSecond = NarrowLink } : wide;
            double[] sent = await browser.Page.EvaluateAsync<double[]>("window.sent()");
            samples.Add(new RateSample(Stopwatch.GetElapsedTime(start), (long)sent[0], sent[1], (int)sent[2]));
            await Task.Delay(SampleInterval, TestContext.Current.CancellationToken);
        }

        TimeSpan? up = samples.FirstAfter(TimeSpan.Zero, rate => rate >= 1_800_000);
        TimeSpan? down = samples.FirstAfter(WideTime, rate => rate < NarrowLink);
        TimeSpan? back = samples.FirstAfter(WideTime + NarrowTime, rate => rate >= 1_500_000);
        Measurements.Note(
            $"{feedback}, {(isDeep ? "deep" : "shallow")} queue: 1.8 Mbit/s after {up?.TotalSeconds:0.0} s, below 300 kbit/s after {down?.TotalSeconds:0.0} s, "
            + $"1.5 Mbit/s again after {back?.TotalSeconds:0.0} s; dropped by the queue {relay.Up.Overflowed}; kbit/s and picture at "
            + $"1, 2, 5, 10, 15, 16, 18, 20, 25, 35, 37, 40, 45, 50 s: "
            + samples.At(((int[])[1, 2, 5, 10, 15, 16, 18, 20, 25, 35, 37, 40, 45, 49]).Select(seconds => TimeSpan.FromSeconds(seconds))));
        foreach (int index in Enumerable.Range(0, samples.All.Count))
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{samples.All[index].At.TotalSeconds:0.0} s: sent {samples.RateAt(index) / 1000:0} target {samples.All[index].TargetBitsPerSecond / 1000:0} {samples.All[index].Height}p");
        }

        if (feedback == "Remb")
        {
            Assert.InRange(up?.TotalSeconds ?? double.MaxValue, 0, Limits.Time(5));
            Assert.InRange(down?.TotalSeconds ?? double.MaxValue, 0, Limits.Time(3));
            Assert.InRange(back?.TotalSeconds ?? double.MaxValue, 0, Limits.Time(10));
        }
    }

    /// <summary>Two seconds of moving shapes under noise, as an uncompressed file, which costs the browser no decoding.</summary>
    private static async Task<string> NoiseAsync(WorkFolder folder)
    {
        string file = folder.File("noise.y4m");
        await ToolProcess.RunAsync(
            Tool.Require("ffmpeg"),
            ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30:duration=2", "-vf", "noise=alls=25:allf=t", "-pix_fmt", "yuv420p", file],
            TimeSpan.FromSeconds(60));
        return file;
    }
}
