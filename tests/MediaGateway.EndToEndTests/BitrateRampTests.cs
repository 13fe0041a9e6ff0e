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
/// and wide again, and within the bounds that are set. Needs chromium and ffmpeg.
/// </summary>
[Collection(Lane.Alone)]
public sealed class BitrateRampTests
{
    private const string Default = "default";
    private const string ConstantRemb = "ConstantRemb";
    private const int WideLink = 4_000_000;
    private const int NarrowLink = 300_000;
    private const int RunsOfTable = 3;
    private static readonly TimeSpan DeepQueue = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan ShallowQueue = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(200);

    private const string Probe = """
        (() => {
          const peers = [];
          const PeerConnection = window.RTCPeerConnection;
          window.RTCPeerConnection = class extends PeerConnection {
            constructor(...parameters) { super(...parameters); peers.push(this); }
          };
          window.answer = () => peers.at(-1)?.remoteDescription?.sdp ?? '';
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

    /// <summary>What is asserted with every long run; or, where figures of the long run are wanted, the whole table of <c>docs/measurements.md</c>.</summary>
    public static TheoryData<string, bool> Cases()
    {
        TheoryData<string, bool> cases = [];
        foreach (string feedback in IsTable ? (string[])["Remb", "TransportWide", "Both", ConstantRemb] : [Default])
        {
            cases.Add(feedback, true);
            if (IsTable)
            {
                cases.Add(feedback, false);
            }
        }

        return cases;
    }

    private static bool IsTable => LongRun.IsOn && Measurements.AreWanted;

    // In every run PublishingRateTests has the same limits, in virtual time.
    [Theory]
    [MemberData(nameof(Cases))]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task LinkGrowsNarrowAndWideAgain_BrowserFollows(string feedback, bool isDeep)
    {
        List<RampFigures> runs = [];
        for (int run = 0; run < (IsTable ? RunsOfTable : 1); run++)
        {
            runs.Add(await RunAsync(feedback, isDeep));
        }

        Measurements.Note($"| {feedback} | {(isDeep ? "1.5 s" : "150 ms")} | {RampFigures.Row(runs)} |");
        if (feedback == Default)
        {
            Assert.InRange(runs[0].Up?.TotalSeconds ?? double.MaxValue, 0, Limits.Time(5));
            Assert.InRange(runs[0].Down?.TotalSeconds ?? double.MaxValue, 0, Limits.Time(3));
            Assert.InRange(runs[0].Back?.TotalSeconds ?? double.MaxValue, 0, Limits.Time(10));
        }
    }

    /// <summary>The start bitrate is told in the answer and makes the first seconds better; nothing ever goes beyond the upper bound. What the answer says is held by <c>AnswerWriterTests</c> every time.</summary>
    [Theory]
    [InlineData("TransportWide", 0, Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData("TransportWide", 1_200_000, Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData("Remb", 0, Traits = [LongRun.Trait, LongRun.Full])]
    public async Task StartAndBound_AreKept(string feedback, int startBitrate)
    {
        const int Bound = 1_500_000;
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?>
        {
            ["WebRtc__CongestionFeedback"] = feedback,
            ["WebRtc__StartBitrate"] = $"{startBitrate}",
            ["WebRtc__MaximumBitrate"] = $"{Bound}",
        });
        Chromium browser = await Chromium.StartAsync(await NoiseAsync(folder));
        await browser.Page.AddScriptAsync(Probe);
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway, browser);
        await page.PublishAsync("bounded");
        RateSamples samples = new();
        await SampleAsync(browser, samples, Stopwatch.GetTimestamp(), _ => { }, at => at > TimeSpan.FromSeconds(8));

        string answer = await browser.Page.EvaluateAsync<string>("window.answer()");
        Assert.Equal(startBitrate > 0, answer.Contains($"x-google-start-bitrate={startBitrate / 1000}", StringComparison.Ordinal));
        double first = samples.All.First(sample => sample.TargetBitsPerSecond > 0).TargetBitsPerSecond;
        double most = samples.All.Max(sample => sample.TargetBitsPerSecond);
        Measurements.Note($"{feedback}, start {startBitrate / 1000} kbit/s, bound {Bound / 1000}: encoder at first {first / 1000:0}, at most {most / 1000:0}; kbit/s at 1, 2, 4, 8 s: "
            + samples.At(((int[])[1, 2, 4, 8]).Select(seconds => TimeSpan.FromSeconds(seconds))));
        Assert.InRange(most, 100_000, Bound * 1.02);
        if (startBitrate > 0)
        {
            Assert.InRange(first, 0.6 * startBitrate, Bound * 1.02);
        }
    }

    private static async Task<RampFigures> RunAsync(string feedback, bool isDeep)
    {
        using WorkFolder folder = new();
        using UdpRelay relay = new();
        LinkConditions wide = new() { BitsPerSecond = WideLink, Queue = isDeep ? DeepQueue : ShallowQueue, Delay = OneWay };
        relay.Up.Conditions = wide;
        relay.Down.Conditions = new LinkConditions { Delay = OneWay };
        var settings = new Dictionary<string, string?>(relay.Settings);
        if (feedback != Default)
        {
            settings["WebRtc__CongestionFeedback"] = feedback == ConstantRemb ? "Remb" : feedback;
        }

        await using GatewayProcess gateway = await GatewayProcess.StartAsync(settings);
        relay.Target = new IPEndPoint(IPAddress.Loopback, gateway.WebRtcPort);
        Chromium browser = await Chromium.StartAsync(await NoiseAsync(folder));
        await browser.Page.AddScriptAsync(Probe + (feedback == ConstantRemb ? WithoutSendTime : ""));
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway, browser);

        await page.PublishAsync("ramp");
        RampPhases phases = new(IsTable, NarrowLink);
        RateSamples samples = phases.Samples;
        await SampleAsync(
            browser,
            samples,
            Stopwatch.GetTimestamp(),
            at => relay.Up.Conditions = phases.IsNarrowAt(at) ? wide with { BitsPerSecond = NarrowLink } : wide,
            phases.IsOverAt);

        foreach (int index in Enumerable.Range(0, samples.All.Count))
        {
            RateSample sample = samples.All[index];
            TestContext.Current.TestOutputHelper?.WriteLine($"{sample.At.TotalSeconds:0.0} s: sent {samples.RateAt(index) / 1000:0} target {sample.TargetBitsPerSecond / 1000:0} {sample.Height}p");
        }

        RampFigures figures = phases.Figures(relay.Up.Overflowed);
        Measurements.Note($"{feedback}, {(isDeep ? "deep" : "shallow")} queue: {RampFigures.Row([figures])}; kbit/s and picture at 1, 2, 5, 10, 15, 16, 18, 20, 25, 35, 37, 40, 45, 49 s: "
            + samples.At(((int[])[1, 2, 5, 10, 15, 16, 18, 20, 25, 35, 37, 40, 45, 49]).Select(seconds => TimeSpan.FromSeconds(seconds))));
        return figures;
    }

    private static async Task SampleAsync(Chromium browser, RateSamples samples, long start, Action<TimeSpan> before, Predicate<TimeSpan> isOver)
    {
        for (TimeSpan at = TimeSpan.Zero; !isOver(at); at = Stopwatch.GetElapsedTime(start))
        {
            before(at);
            double[] sent = await browser.Page.EvaluateAsync<double[]>("window.sent()");
            samples.Add(new RateSample(Stopwatch.GetElapsedTime(start), (long)sent[0], sent[1], (int)sent[2]));
            await Task.Delay(SampleInterval, TestContext.Current.CancellationToken);
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
