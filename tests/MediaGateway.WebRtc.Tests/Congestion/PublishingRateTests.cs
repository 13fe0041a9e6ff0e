using System.Globalization;
using MediaGateway.WebRtc.Congestion;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Congestion;

/// <summary>
/// A browser publishes through a link that becomes narrow and wide again: how soon it follows what the gateway tells it (REMB), and that no
/// queue stays. Writes its figures to the file that <c>MEDIAGATEWAY_MEASUREMENTS</c> names.
/// </summary>
[Collection("RateFigures")]
public sealed class PublishingRateTests
{
    private const string FileVariable = "MEDIAGATEWAY_MEASUREMENTS";

    public static TheoryData<string, int> Links()
    {
        TheoryData<string, int> cases = [];
        foreach (string link in RampLinks.Names)
        {
            cases.Add(link, 1);
            cases.Add(link, 2);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void LinkGrowsNarrowAndWideAgain_BrowserFollows(string name, int seed)
    {
        BottleneckConditions wide = RampLinks.Find(name);
        using var run = new PublishingRun(seed, wide);
        run.Run(RampLinks.WideTime);
        run.Link.Conditions = wide with { BitsPerSecond = RampLinks.Narrow };
        run.Run(RampLinks.WideAgain - RampLinks.WideTime);
        run.Link.Conditions = wide;
        run.Run(RampLinks.End - RampLinks.WideAgain);

        RateRecord record = run.Record;
        double up = record.Until(TimeSpan.Zero, RampLinks.WideTime, rate => rate >= 1_800_000);
        double down = record.Until(RampLinks.WideTime, RampLinks.WideAgain, rate => rate < RampLinks.Narrow);
        double again = record.Until(RampLinks.WideAgain, RampLinks.End, rate => rate >= 1_500_000);
        double whole = record.Mean(TimeSpan.FromSeconds(5), RampLinks.WideTime);
        double used = record.Mean(RampLinks.Settled, RampLinks.WideAgain) / RampLinks.Narrow;
        double queue = record.Queue(RampLinks.Settled, RampLinks.WideAgain, 0.95);
        Note(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {up:0.0} s | {down:0.0} s | {again:0.0} s | {whole / 1000:0} kbit/s | {used * 100:0} % | {record.Queue(RampLinks.Settled, RampLinks.WideAgain, 0.5):0} / {queue:0} ms |"));
        if (up > 5 || down > 3 || again > 10)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(record.Describe());
        }

        Assert.InRange(up, 0, 5);
        Assert.InRange(down, 0, 3);
        Assert.InRange(again, 0, 10);
        bool hasRoom = wide.BitsPerSecond > RampLinks.Wide;
        Assert.True(whole > (hasRoom ? 0.95 : 0.5) * RampLinks.Wide, $"{whole:0} bit/s where there is room");
        Assert.InRange(queue, 0, 400);
        Assert.InRange(used, 0.5, 1);
    }

    /// <summary>A page that shared a still screen while the path was narrow has the path's width soon after its screen moves.</summary>
    [Fact]
    public void SenderThatHadLittleToSend_IsNotHeldAtWhatThePathOnceCarried()
    {
        var controller = new RateController(4_000_000, 50_000, 4_000_000);
        TimeSpan now = TimeSpan.Zero;
        TimeSpan step = TimeSpan.FromMilliseconds(50);
        TimeSpan response = TimeSpan.FromMilliseconds(200);
        for (int i = 0; i < 20; i++, now += step)
        {
            controller.Update(BandwidthUsage.Overusing, 200_000, 200_000, TimeSpan.FromMilliseconds(300), response, now);
        }

        Assert.InRange(controller.BitsPerSecond, 50_000, 200_000);
        for (int i = 0; i < 60 * 20; i++, now += step)
        {
            controller.Update(BandwidthUsage.Normal, 50_000, 50_000, TimeSpan.Zero, response, now);
        }

        // Not all of it: nobody has seen that the path carries it.
        Assert.InRange(controller.BitsPerSecond, 400_000, 700_000);
        double seconds = 0;
        for (; controller.BitsPerSecond < 1_500_000 && seconds < 60; seconds += step.TotalSeconds, now += step)
        {
            controller.Update(BandwidthUsage.Normal, controller.BitsPerSecond, controller.BitsPerSecond, TimeSpan.Zero, response, now);
        }

        Assert.InRange(seconds, 0, 5);
    }

    private static void Note(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
        {
            File.AppendAllText(file, $"publishing {line}\n");
        }
    }
}
