using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>One page publishes and plays its own stream, beside a direct call of the page to itself. Needs chromium.</summary>
[Collection(Lane.Alone)]
public sealed class TwoWayTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(LongRun.IsOn ? 60 : 12);

    [Fact]
    public async Task PublishedAndPlayedOnOnePage_IsAsSmoothAndInSyncAsADirectCall()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway, withSpectator: true);
        await page.PublishAsync("two-way");
        await page.PlayAsync("two-way");
        Spectator player = await page.WatchAsync();
        await page.Browser.Page.EvaluateAsync<object>(
            "(async () => { window.direct = document.body.appendChild(Object.assign(document.createElement('video'), { autoplay: true }));"
            + " window.directPeer = await flashAndBeep.callItself(direct); })()");
        await page.Browser.Page.WaitForAsync("window.direct.videoWidth > 0", TimeSpan.FromSeconds(30));
        Spectator direct = await Spectator.WatchAsync(page.Browser.Page, "direct", "window.direct", "window.directPeer");

        await Task.Delay(Length, TestContext.Current.CancellationToken);
        Spectator.Report seen = await player.ReportAsync();
        Spectator.Report reference = await direct.ReportAsync();

        double lipSync = seen.SentLipSync.Median - reference.SentLipSync.Median;
        Measurements.Note(
            $"{Length.TotalSeconds} s both ways: {seen.FramesDecoded} pictures decoded (direct call {reference.FramesDecoded}); freezes {seen.FreezeCount} (direct {reference.FreezeCount}); "
            + $"longest gap {seen.LongestGap:0} ms (direct {reference.LongestGap:0}); flash minus beep {seen.LipSync.Median:0.0} ms (direct {reference.LipSync.Median:0.0}), "
            + $"without what the browser adds {seen.SentLipSync.Median:0.0} (direct {reference.SentLipSync.Median:0.0}), difference {lipSync:0.0} ms, spread {seen.SentLipSync.Spread:0.0}; glass to glass p50 {seen.MedianDelay:0} ms (direct {reference.MedianDelay:0}); "
            + $"concealed sound {seen.ConcealedSamples - seen.SilentConcealedSamples:0} samples (direct {reference.ConcealedSamples - reference.SilentConcealedSamples:0})");
        Assert.Equal(0, seen.Unreadable);
        Assert.Equal(0, seen.Backward);
        Assert.InRange(seen.FramesDecoded, reference.FramesDecoded * 6 / 10, int.MaxValue);
        Assert.InRange(seen.FreezeCount, 0, Limits.Time(reference.FreezeCount + 3));
        Assert.InRange(seen.LipSync.Offsets.Count, 3, Length.TotalSeconds + 25); // it misses some where other programs run
        Assert.InRange(Math.Abs(lipSync), 0, Limits.Time(15) + Math.Max(seen.SentLipSync.Spread, reference.SentLipSync.Spread));
        Assert.InRange(seen.MedianDelay, 0, Limits.Time(200 + reference.MedianDelay));
    }
}
