using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>The browser's test source and the trace of what it sends, without a gateway: a page that calls itself.</summary>
[Trait(LongRun.Trait, LongRun.Full)]
[Collection(Lane.Browser)]
public sealed class BrowserSourceTests
{
    private const string Page = """
        <!doctype html><title>Loopback</title><button>Call</button><script>
        document.querySelector('button').onclick = async () => {
          const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
          const [receiver, sender] = [new RTCPeerConnection(), new RTCPeerConnection()];
          sender.onicecandidate = (event) => receiver.addIceCandidate(event.candidate);
          receiver.onicecandidate = (event) => sender.addIceCandidate(event.candidate);
          for (const track of stream.getTracks()) sender.addTrack(track, stream);
          const video = sender.getTransceivers().find((one) => one.sender.track.kind === 'video');
          video.setCodecPreferences(RTCRtpSender.getCapabilities('video').codecs.filter((codec) => codec.mimeType === 'video/H264'));
          await sender.setLocalDescription();
          await receiver.setRemoteDescription(sender.localDescription);
          await receiver.setLocalDescription();
          await sender.setRemoteDescription(receiver.localDescription);
        };
        </script>
        """;

    [Fact]
    public async Task PageCallsItself_SpectatorSeesAndHearsAll()
    {
        await using WebApplication server = await PageServer.ServeAsync("<!doctype html><title>Direct</title><video autoplay></video>");
        await using Chromium browser = await Chromium.StartAsync();
        await browser.Page.OpenAsync(new Uri(server.Urls.Single()));
        await browser.Page.EvaluateAsync<object>("(async () => { window.peer = await flashAndBeep.callItself(document.querySelector('video')); })()");
        await browser.Page.WaitForAsync("document.querySelector('video').videoWidth > 0", TimeSpan.FromSeconds(30));

        Spectator spectator = await Spectator.WatchAsync(browser.Page, "direct", "document.querySelector('video')", "window.peer");
        await Task.Delay(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        Spectator.Report seen = await spectator.ReportAsync();

        Measurements.Note(
            $"direct call: flash minus beep {seen.LipSync.Median:0.0} ms (spread {seen.LipSync.Spread:0.0}), glass to glass p50 {seen.MedianDelay:0} ms, "
            + $"{seen.Pictures.Count} pictures, freezes {seen.FreezeCount}");
        Assert.Equal(0, seen.Unreadable);
        Assert.InRange(seen.Pictures.Count, 300, 500);
        Assert.InRange(seen.LipSync.Offsets.Count, 8, 12);
        Assert.InRange(seen.LipSync.Median, -150, 150);
        Assert.InRange(seen.MedianDelay, 10, 400);
    }

    [Fact]
    public async Task PageCallsItself_TraceAndRecorderShowTheSamePicturesAndBeeps()
    {
        using WorkFolder folder = new();
        await using WebApplication server = await PageServer.ServeAsync(Page);
        await using Chromium browser = await Chromium.StartAsync();
        await browser.Page.OpenAsync(new Uri(server.Urls.Single()));

        await browser.Page.ClickAsync("button", "Call");
        await browser.Page.WaitForAsync("window.flashAndBeep.senders().then(s => s.length === 2)", TimeSpan.FromSeconds(10));
        string recording = folder.File("recording.webm");
        await File.WriteAllBytesAsync(
            recording,
            Convert.FromBase64String(await browser.Page.EvaluateAsync<string>("flashAndBeep.record(10000)")),
            TestContext.Current.CancellationToken);
        SentMedia sent = await SentMedia.ReadAsync(browser, folder);
        DecodedMedia recorded = await DecodedMedia.DecodeAsync(recording);

        Measurements.Note(
            $"flash minus beep: sent {sent.LipSync.Median:0.0} ms (spread {sent.LipSync.Spread:0.0}), "
            + $"recorded {LipSync.Measure(recorded).Median:0.0} ms (spread {LipSync.Measure(recorded).Spread:0.0})");
        Assert.InRange(sent.Pictures.Count(picture => picture.Counter is not null), 200, 400);
        Assert.InRange(sent.LipSync.Offsets.Count, 7, 14);
        Assert.InRange(LipSync.Measure(recorded).Offsets.Count, 7, 11);
        Assert.InRange(sent.LipSync.Median, -150, 150);
    }
}
