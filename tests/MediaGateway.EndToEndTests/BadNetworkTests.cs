using System.Net;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Network;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Chromium publishes through a bad network; ffmpeg records over RTMP. Needs chromium and ffmpeg.</summary>
public sealed class BadNetworkTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("5 % loss, 100 ms round trip", 5, 50, 0, 0, 0)]
    [InlineData("10 % loss, 200 ms round trip", 10, 100, 0, 0, 0)]
    [InlineData("jitter 30 ms, 5 % reordered, 5 % doubled", 0, 40, 30, 5, 5)]
    public async Task BrowserPublishesThroughABadNetwork_RecordingHasNoBrokenPictureAndNoHoleInItsSound(
        string name, int loss, int delay, int jitter, int reordered, int doubled)
    {
        using WorkFolder folder = new();
        using UdpRelay relay = new();
        await using GatewayProcess gateway = await StartAsync(relay);
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);
        string address = await page.PublishAsync("bad");
        relay.SetBoth(new LinkConditions
        {
            Loss = loss / 100.0,
            Delay = TimeSpan.FromMilliseconds(delay),
            Jitter = TimeSpan.FromMilliseconds(jitter),
            Reordering = reordered / 100.0,
            Duplication = doubled / 100.0,
        });
        await Task.Delay(Settling, TestContext.Current.CancellationToken);

        string file = folder.File("recording.flv");
        await FfmpegRecorder.RecordAsync(address, Length, file);

        DecodedMedia received = await RecordedStream.AssertSoundAsync(file, Length.TotalSeconds - 3);
        IReadOnlyList<Gap> frozen = Timeline.Gaps([.. received.Pictures.Select(picture => picture.Seconds)], 250);
        LipSync lipSync = LipSync.Measure(received);
        Measurements.Note(
            $"{name}: {received.Pictures.Count} pictures, frozen {frozen.Sum(gap => gap.Milliseconds):0} ms in {frozen.Count} gaps, "
            + $"flash minus beep {lipSync.Median:0} ms (spread {lipSync.Spread:0})");
        Assert.All(received.Pictures, picture => Assert.NotNull(picture.Counter));
        Assert.InRange(frozen.Sum(gap => gap.Milliseconds), 0, Length.TotalMilliseconds * 0.4);
    }

    [Fact]
    public async Task NetworkIsDeadForHalfASecondAndForThreeSecondsThenHasANewAddress_OneStreamGoesOn()
    {
        using WorkFolder folder = new();
        using UdpRelay relay = new();
        await using GatewayProcess gateway = await StartAsync(relay);
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);
        string address = await page.PublishAsync("outage");
        string file = folder.File("recording.flv");
        Task recording = FfmpegRecorder.RecordAsync(address, TimeSpan.FromSeconds(28), file);
        await FfmpegRecorder.WaitForMediaAsync(file);

        foreach (int milliseconds in (int[])[500, 3000])
        {
            await Task.Delay(Settling, TestContext.Current.CancellationToken);
            relay.SetBoth(LinkConditions.Dead);
            await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
            relay.SetBoth(LinkConditions.Perfect);
        }

        await Task.Delay(Settling, TestContext.Current.CancellationToken);
        relay.ChangeAddress();
        await recording;

        DecodedMedia received = await RecordedStream.AssertSoundAsync(file, 20);
        IReadOnlyList<Gap> frozen = Timeline.Gaps([.. received.Pictures.Select(picture => picture.Seconds)], 250);
        Measurements.Note($"dead for 500 ms and 3 s, then a new address: gaps {string.Join(", ", frozen.Select(gap => $"{gap.Milliseconds:0} ms at {gap.From:0.0} s"))}");
        Assert.All(received.Pictures, picture => Assert.NotNull(picture.Counter));
        // The 3 s, the first clean picture within 1 s of their end, and four times that.
        Assert.InRange(frozen.Select(gap => gap.Milliseconds).DefaultIfEmpty(0).Max(), 2000, 3000 + Limits.Time(1000));
        Assert.InRange(frozen.Count, 1, 4);
        Assert.Contains("PUBLISHING", await page.Browser.Page.TextAsync("publish-status"));
    }

    private static async Task<GatewayProcess> StartAsync(UdpRelay relay)
    {
        GatewayProcess gateway = await GatewayProcess.StartAsync(relay.Settings);
        relay.Target = new IPEndPoint(IPAddress.Loopback, gateway.WebRtcPort);
        return gateway;
    }
}
