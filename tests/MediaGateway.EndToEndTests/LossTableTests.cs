using System.Globalization;
using System.Net;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Network;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>
/// Chromium publishes through a bad network; ffmpeg records over RTMP. What came is held against what the browser sent by its own trace.
/// All cells are measured when <c>MEDIAGATEWAY_TEST_FULL</c> is set, else one. Needs chromium and ffmpeg.
/// </summary>
[Collection(Lane.Alone)]
public sealed class LossTableTests
{
    private const double FreezeMilliseconds = 150;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    // The publisher's browser has the gateway's newest report, one a second, even if one is lost.
    private static readonly TimeSpan ReportTime = TimeSpan.FromSeconds(2.5);

    /// <summary>The names of the cells.</summary>
    public static TheoryData<string> Cells => [.. LossCell.All.Where(cell => cell.Value.IsRepresentative || LongRun.IsOn).Select(cell => cell.Key)];

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task BrowserPublishesThroughABadNetwork_NoPictureIsBrokenAndSoundHasNoHole(string name)
    {
        LossCell cell = LossCell.All[name];
        using WorkFolder folder = new();
        using UdpRelay relay = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(relay.Settings);
        relay.Target = new IPEndPoint(IPAddress.Loopback, gateway.WebRtcPort);
        await using BrowserCall call = await BrowserCall.PublishAsync(gateway, "lossy");
        await Task.Delay(ReportTime, TestContext.Current.CancellationToken);
        (BrowserCall.Sent sentBefore, BrowserCall.Received receivedBefore) = (await call.SentAsync(), await call.ReceivedAsync());

        relay.SetBoth(cell.Conditions);
        await Task.Delay(Settling, TestContext.Current.CancellationToken);
        string file = folder.File("recording.flv");
        Task recording = FfmpegRecorder.RecordAsync(gateway.RtmpAddress("lossy"), Length + cell.Outage, file);
        if (cell.Outage > TimeSpan.Zero)
        {
            await FfmpegRecorder.WaitForMediaAsync(file);
            await Task.Delay(Length / 2, TestContext.Current.CancellationToken);
            relay.SetBoth(LinkConditions.Dead);
            await Task.Delay(cell.Outage, TestContext.Current.CancellationToken);
            relay.SetBoth(cell.Conditions);
        }

        await recording;
        relay.SetBoth(LinkConditions.Perfect);
        await Task.Delay(ReportTime, TestContext.Current.CancellationToken);
        (BrowserCall.Sent sentAfter, BrowserCall.Received receivedAfter) = (await call.SentAsync(), await call.ReceivedAsync());

        DecodedMedia received = await RecordedStream.AssertSoundAsync(file, Length.TotalSeconds - 3);
        SentMedia sent = await SentMedia.ReadAsync(call.Browser, folder);
        LossReport report = new(received, sent, FreezeMilliseconds);
        long soundLost = Math.Max(0, sentAfter.SoundLost - sentBefore.SoundLost);
        long repaired = receivedAfter.RepairedPackets - receivedBefore.RepairedPackets;
        long givenUp = Math.Max(0, receivedAfter.LostPackets - receivedBefore.LostPackets - soundLost);
        double repairedShare = repaired + givenUp == 0 ? 1 : (double)repaired / (repaired + givenUp);
        Measurements.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {repairedShare:0.0 %} of {repaired + givenUp} | {report.PicturesLost} of {report.PicturesSent} | {report.Frozen:0.0 %} | {report.LongestFreeze:0} ms | {sentAfter.KeyframeRequests - sentBefore.KeyframeRequests} | {sentAfter.Repairs - sentBefore.Repairs} of {sentAfter.PicturePackets - sentBefore.PicturePackets} | {(double)soundLost / (sentAfter.SoundPackets - sentBefore.SoundPackets):0.0 %} | {report.AudioVideoError:0.0} ms |"));

        Assert.Equal(0, report.Unreadable);
        Assert.Equal(0, report.Backward);
        Assert.InRange(Math.Abs(report.AudioVideoError), 0, Limits.Time(40));
        Assert.InRange(1 - repairedShare, 0, cell.Repaired == 0 ? 1 : Limits.Time(1 - cell.Repaired));
        Assert.InRange(report.Frozen, 0, cell.Frozen == 0 ? 0.02 : Limits.Time(cell.Frozen));
        if (cell.Outage > TimeSpan.Zero)
        {
            Assert.InRange(report.LongestFreeze, 0, cell.Outage.TotalMilliseconds + Limits.Time(cell.Outage.TotalSeconds < 1 ? 500 : 1000));
        }
    }
}
