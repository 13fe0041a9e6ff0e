using System.Globalization;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

/// <summary>
/// The loss table: a minute of media for each cell, in virtual time. Writes the table to the file that
/// <c>MEDIAGATEWAY_MEASUREMENTS</c> names; asserts the goals where there is one.
/// </summary>
public sealed class LossTableTests
{
    private const string FileVariable = "MEDIAGATEWAY_MEASUREMENTS";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(0, 0, 1, 0, 0)]
    [InlineData(0, 50, 1, 0, 0)]
    [InlineData(0, 100, 1, 0, 0)]
    [InlineData(0, 200, 1, 0, 0)]
    [InlineData(1, 0, 0.995, 0.01, 500)]
    [InlineData(1, 50, 0.995, 0.01, 500)]
    [InlineData(1, 100, 0.995, 0.01, 500)]
    [InlineData(1, 200, 0.97, 0.01, 1000)]
    [InlineData(5, 0, 0.97, 0.01, 500)]
    [InlineData(5, 50, 0.97, 0.01, 500)]
    [InlineData(5, 100, 0.97, 0.01, 500)]
    [InlineData(5, 200, 0.97, 0.05, 1000)]
    [InlineData(10, 0, 0.97, 0.01, 500)]
    [InlineData(10, 50, 0.97, 0.02, 1000)]
    [InlineData(10, 100, 0.97, 0.05, 1000)]
    [InlineData(10, 200, 0.9, 0.1, 2000)]
    [InlineData(20, 0, 0.9, 0.1, 2000)]
    [InlineData(20, 50, 0.9, 0.1, 2000)]
    [InlineData(20, 100, 0.9, 0.3, 4000)]
    [InlineData(20, 200, 0.8, 0.6, 8000)]
    public void RandomLoss(int percent, int roundTrip, double repaired, double frozen, int longestFreeze)
    {
        using var run = new LossRun(percent + roundTrip, Conditions(roundTrip) with { Loss = percent / 100.0 });
        run.Run(Minute);
        LossFigures figures = Note(run, $"{percent} % loss, {roundTrip} ms");

        CheckDecodable(run);
        Assert.InRange(figures.Repaired, repaired, 1);
        Assert.InRange(figures.Frozen, 0, frozen);
        Assert.InRange(figures.LongestFreeze.TotalMilliseconds, 0, longestFreeze);
        if (percent == 0)
        {
            Assert.Equal((0, 0L, 0L), (figures.KeyframeRequests, figures.Requests, figures.PicturesLost));
        }
    }

    [Theory]
    [InlineData(0.5, 500)]
    [InlineData(3, 1000)]
    [InlineData(10, 1000)]
    public void Outage(double seconds, int recovery)
    {
        foreach (int roundTrip in (int[])[20, 100])
        {
            using var run = new LossRun(1, Conditions(roundTrip));
            run.Run(TimeSpan.FromSeconds(20));
            run.Conditions = Conditions(roundTrip) with { Loss = 1 };
            run.Run(TimeSpan.FromSeconds(seconds));
            run.Conditions = Conditions(roundTrip);
            TimeSpan end = run.Now;
            int before = run.Pictures.Count;
            while (run.Pictures.Count == before)
            {
                run.Run(TimeSpan.FromMilliseconds(1));
            }

            double recovered = (run.Now - end).TotalMilliseconds;
            run.Run(TimeSpan.FromSeconds(20));
            Note(run, $"outage {seconds} s, {roundTrip} ms", $"first picture after {recovered:0} ms");
            CheckDecodable(run);
            Assert.InRange(recovered, 0, recovery);
        }
    }

    /// <summary>A call that moves from a good network to a distant one: what was learned of the round trip no longer holds.</summary>
    [Theory]
    [InlineData(1, 100)]
    [InlineData(1, 200)]
    [InlineData(5, 100)]
    [InlineData(5, 200)]
    [InlineData(10, 200)]
    [InlineData(20, 200)]
    public void RoundTripGrowsInMidCall(int percent, int roundTrip)
    {
        using var run = new LossRun(percent + roundTrip, Conditions(1) with { Loss = percent / 100.0 });
        run.Run(TimeSpan.FromSeconds(20));
        run.Conditions = Conditions(roundTrip) with { Loss = percent / 100.0 };
        run.Run(TimeSpan.FromSeconds(40));
        LossFigures figures = Note(run, $"{percent} % loss, 1 ms, after 20 s {roundTrip} ms");

        CheckDecodable(run);
        Assert.InRange(figures.Repaired, percent < 20 ? 0.97 : 0.9, 1);
        Assert.InRange(figures.Frozen, 0, percent < 20 ? 0.03 : 0.1);
        Assert.InRange(figures.LongestFreeze.TotalMilliseconds, 0, percent < 20 ? 1000 : 2700);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    public void Reordering(int roundTrip)
    {
        using var run = new LossRun(2, Conditions(roundTrip) with { Reordering = 0.05, ReorderingDepth = 10 });
        run.Run(Minute);
        LossFigures figures = Note(run, $"5 % overtaken by up to 10 packets, {roundTrip} ms");

        Assert.Equal((0L, 0), (figures.PicturesLost, figures.KeyframeRequests));
        Assert.InRange(figures.NeedlessShare, 0, 0.05);
        CheckDecodable(run);
    }

    [Fact]
    public void Duplicates()
    {
        using var run = new LossRun(3, Conditions(50) with { Duplication = 0.05 });
        run.Run(Minute);
        LossFigures figures = Note(run, "5 % duplicates, 50 ms");

        Assert.Equal((0L, 0L, 0), (figures.PicturesLost, figures.Requests, figures.KeyframeRequests));
    }

    [Fact]
    public void Corruption()
    {
        // What the tag of SRTP finds out never gets here: a flipped bit is a lost packet.
        using var run = new LossRun(4, Conditions(50) with { Loss = 0.001 });
        run.Run(Minute);
        LossFigures figures = Note(run, "0.1 % corrupted, 50 ms");

        Assert.Equal((0L, 0), (figures.PicturesLost, figures.KeyframeRequests));
    }

    [Theory]
    [InlineData(30, false, 0)]
    [InlineData(100, false, 0.005)]
    [InlineData(30, true, 0.0005)]
    [InlineData(100, true, 0.1)]
    public void Jitter(int milliseconds, bool reorders, double soundLost)
    {
        // +-30 ms is a spread of 60.
        LinkConditions conditions = Conditions(100) with
        {
            Delay = TimeSpan.FromMilliseconds(150 - milliseconds),
            Jitter = TimeSpan.FromMilliseconds(2 * milliseconds),
            JitterReorders = reorders,
        };
        using var run = new LossRun(5, conditions);
        run.Run(Minute);
        LossFigures figures = Note(run, $"jitter +-{milliseconds} ms{(reorders ? ", each packet on its own" : ", in order")}");

        CheckDecodable(run);
        Assert.InRange(figures.SoundLost, 0, soundLost);
        // Where the very first packets overtake each other, the first keyframe has no beginning.
        Assert.InRange(figures.KeyframeRequests, 0, reorders ? 3 : 0);
        Assert.InRange(figures.PicturesLost, 0, reorders ? 40 : 0);
    }

    private static LinkConditions Conditions(int roundTrip) => new() { Delay = TimeSpan.FromMilliseconds(roundTrip / 2.0) };

    private static LossFigures Note(LossRun run, string name, string more = "")
    {
        run.Finish();
        LossFigures figures = LossFigures.Of(run);
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {figures.Repaired:0.0 %} | {figures.PicturesLost} of {run.PicturesSent} | {figures.Frozen:0.0 %} | {figures.LongestFreeze.TotalMilliseconds:0} ms | {figures.KeyframeRequests} | {figures.Requests} ({figures.NeedlessRequests} needless) | {figures.DelayMedian:0} / {figures.DelayHigh:0} ms | {figures.SoundLost:0.00 %} | {more} |");
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
        {
            File.AppendAllText(file, line + "\n");
        }

        return figures;
    }

    /// <summary>Each picture is a keyframe or follows the one before it, and all but the last were sent in this order.</summary>
    private static void CheckDecodable(LossRun run)
    {
        int last = -2;
        foreach (Picture picture in run.Pictures)
        {
            Assert.True(picture.IsKeyframe || picture.Number == last + 1, "a picture whose reference is missing");
            Assert.True(picture.Number > last);
            last = picture.Number;
        }
    }
}
