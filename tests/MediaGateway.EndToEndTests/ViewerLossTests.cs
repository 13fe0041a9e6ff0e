using System.Net;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Network;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>
/// ffmpeg publishes over RTMP; the page plays through a bad network. The same page before the network becomes bad is the measure. Needs
/// chromium and ffmpeg.
/// </summary>
[Collection(Lane.Alone)]
public sealed class ViewerLossTests
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(5, 50, Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData(10, 100)]
    public async Task PagePlaysThroughABadNetwork_WhatIsLostIsSentAgainAndPicturesKeepWithTheSound(int loss, int roundTrip)
    {
        using UdpRelay relay = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(relay.Settings);
        relay.Target = new IPEndPoint(IPAddress.Loopback, gateway.WebRtcPort);
        string file = await TestMedia.ShareFlvAsync(60, 640, 360, TestMedia.EncoderH264(bFrames: 0));
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, file, gateway.RtmpAddress("far"));
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway, withSpectator: true);
        LinkConditions clean = new() { Delay = TimeSpan.FromMilliseconds(roundTrip / 2.0) };
        relay.SetBoth(clean);
        await page.PlayAsync("far");

        Spectator.Report reference = await WatchAsync(page, "before", Before);
        relay.SetBoth(clean with { Loss = loss / 100.0 });
        Spectator.Report seen = await WatchAsync(page, "after", Length);

        double lipSync = seen.SentLipSync.Median - reference.SentLipSync.Median;
        int freezes = seen.FreezeCount - reference.FreezeCount;
        double concealed = (seen.ConcealedSamples - seen.SilentConcealedSamples - reference.ConcealedSamples + reference.SilentConcealedSamples)
            / (seen.TotalSamplesReceived - reference.TotalSamplesReceived);
        Measurements.Note(
            $"page plays, {loss} % loss, {roundTrip} ms: {seen.Pictures.Count} pictures shown in {Length.TotalSeconds} s, {seen.FramesDecoded - reference.FramesDecoded} decoded of {LastNumber(seen) - LastNumber(reference)}, {relay.Down.Lost} packets lost and "
            + $"{seen.RepairsReceived - reference.RepairsReceived} repairs received, freezes {freezes}, longest gap {seen.LongestGap:0} ms (clean {reference.LongestGap:0}), "
            + $"sound made up {concealed:0.0 %}, flash minus beep against the clean link {lipSync:0.0} ms");
        Assert.Equal((0, 0), (seen.Unreadable, seen.Backward));
        // Of the pictures that were published meanwhile, by their own numbers: without repair nearly every group would be broken from its first
        // pictures on. How many a browser shows of them is the machine's: of those that come in a bunch it shows the last.
        int decoded = seen.FramesDecoded - reference.FramesDecoded;
        Assert.InRange(decoded, (LastNumber(seen) - LastNumber(reference)) * 8 / 10, int.MaxValue);
        Assert.InRange(LastNumber(seen) - LastNumber(reference), TestPattern.PictureRate, int.MaxValue);
        Assert.InRange(seen.RepairsReceived - reference.RepairsReceived, 1, long.MaxValue);
        Assert.InRange(seen.LongestGap, 0, Limits.Time(500) + (2 * reference.LongestGap));
        Assert.InRange(Math.Abs(lipSync), 0, Limits.Time(20) + Math.Max(seen.SentLipSync.Spread, reference.SentLipSync.Spread));
        if (LongRun.IsOn)
        {
            // Of twenty repairs, one (or of ten) is lost as well; its picture waits two round trips, which the browser calls a freeze.
            Assert.InRange(freezes, 0, Limits.Time(loss / 2.0));
        }
    }

    private static int LastNumber(Spectator.Report report) => report.Pictures.Max(picture => picture.Counter) ?? 0;

    private static async Task<Spectator.Report> WatchAsync(StreamingPage page, string name, TimeSpan length)
    {
        Spectator spectator = await page.WatchAsync(name);
        await Task.Delay(length, TestContext.Current.CancellationToken);
        return await spectator.ReportAsync();
    }
}
