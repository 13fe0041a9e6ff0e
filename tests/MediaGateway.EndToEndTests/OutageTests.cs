using System.Net;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Network;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>The page publishes through a network that dies for a while and changes; ffmpeg records over RTMP. Needs chromium and ffmpeg.</summary>
[Trait(LongRun.Trait, LongRun.Full)]
[Collection(Lane.Alone)]
public sealed class OutageTests
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

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
