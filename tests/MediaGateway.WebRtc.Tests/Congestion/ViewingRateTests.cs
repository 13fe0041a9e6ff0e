using System.Globalization;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Congestion;

/// <summary>
/// A viewer's link becomes narrow and wide again while the stream stays as it is: how soon what is sent follows, by transport-wide feedback
/// or by the viewer's REMB, and that no queue stays. Writes its figures to the file that <c>MEDIAGATEWAY_MEASUREMENTS</c> names.
/// </summary>
[Collection("RateFigures")]
public sealed class ViewingRateTests
{
    private const string FileVariable = "MEDIAGATEWAY_MEASUREMENTS";
    private static readonly TimeSpan LongReturn = TimeSpan.FromSeconds(20);

    public static TheoryData<string, bool> Links()
    {
        TheoryData<string, bool> cases = [];
        foreach (string link in RampLinks.Names)
        {
            cases.Add(link, true);
            cases.Add(link, false);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void LinkGrowsNarrowAndWideAgain_SendingFollows(string name, bool tellsArrivals)
    {
        BottleneckConditions wide = RampLinks.Find(name);
        using var run = new ViewingRun(1, wide, tellsArrivals);
        run.Run(RampLinks.WideTime);
        long droppedAtFirst = run.Statistics.DroppedPictures;
        run.Link.Conditions = wide with { BitsPerSecond = RampLinks.Narrow };
        run.Run(RampLinks.WideAgain - RampLinks.WideTime);
        run.Link.Conditions = wide;
        run.Run(LongReturn);

        RateRecord record = run.Record;
        double up = record.Until(TimeSpan.Zero, RampLinks.WideTime, rate => rate >= 1_800_000);
        double down = record.Until(RampLinks.WideTime, RampLinks.WideAgain, rate => rate < RampLinks.Narrow);
        double again = record.Until(RampLinks.WideAgain, RampLinks.WideAgain + LongReturn, rate => rate >= 1_500_000);
        double queue = record.Queue(RampLinks.Settled, RampLinks.WideAgain, 0.95);
        double used = record.Mean(RampLinks.Settled, RampLinks.WideAgain) / RampLinks.Narrow;
        Note(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name}, {(tellsArrivals ? "transport-wide" : "REMB")} | {up:0.0} s | {down:0.0} s | {again:0.0} s | {droppedAtFirst} | {used * 100:0} % | {record.Queue(RampLinks.Settled, RampLinks.WideAgain, 0.5):0} / {queue:0} ms |"));

        // Without transport-wide feedback nothing can be tried beside the keyframes, and what is not used does not grow. Long stalls spoil
        // the bursts that they meet.
        double limit = tellsArrivals && !name.EndsWith("stalls of 200 ms", StringComparison.Ordinal) ? 10 : LongReturn.TotalSeconds;
        if (down > 3 || again > limit || queue > 400)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(record.Describe());
        }

        Assert.Equal(0, droppedAtFirst);
        Assert.InRange(up, 0, 5);
        Assert.InRange(down, 0, 3);
        Assert.InRange(again, 0, limit);
        Assert.InRange(queue, 0, 400);
    }

    [Fact]
    public void HigherLevelIsWanted_BurstsFindOutWhetherTheLinkTakesItAndThePicturesGoOn()
    {
        const long Wanted = 6_000_000;
        BottleneckConditions narrow = RampLinks.Find(RampLinks.Names[0]) with { BitsPerSecond = 3_000_000 };
        using var run = new ViewingRun(1, narrow, tellsArrivals: true);
        run.Run(TimeSpan.FromSeconds(10));
        Assert.True(run.Statistics.FindsRoom, "arrivals are told and repetitions counted");
        run.Wanted = Wanted;
        TimeSpan wide = TimeSpan.FromSeconds(30);
        run.Run(wide - run.Elapsed);
        Assert.InRange(run.Statistics.EstimateBitsPerSecond, (long)ViewingRun.StreamBitsPerSecond, 4_500_000);

        run.Link.Conditions = narrow with { BitsPerSecond = 10_000_000 };
        while (run.Statistics.EstimateBitsPerSecond < Wanted && run.Elapsed < wide + LongReturn)
        {
            run.Run(TimeSpan.FromMilliseconds(100));
        }

        double found = (run.Elapsed - wide).TotalSeconds;
        Note(string.Create(CultureInfo.InvariantCulture, $"| 6 Mbit/s are wanted beside 2, the link goes from 3 to 10: found after | {found:0.0} s |"));
        Assert.InRange(found, 0, 6);
        Assert.Equal(0, run.Statistics.DroppedPictures);
    }

    private static void Note(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
        {
            File.AppendAllText(file, $"viewing {line}\n");
        }
    }
}
