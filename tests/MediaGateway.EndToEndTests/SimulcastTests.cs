using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Signaling;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Chromium publishes two encodings of its camera at once; ffmpeg watches. Needs chromium, ffmpeg and ffprobe.</summary>
[Trait(LongRun.Trait, LongRun.Full)]
[Collection(Lane.Browser)]
public sealed class SimulcastTests
{
    private const string CallWithTwoLayers = """
        (async () => {
          const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
          window.caller = new RTCPeerConnection();
          caller.addTransceiver(stream.getAudioTracks()[0], { direction: 'sendonly' });
          window.video = caller.addTransceiver(stream.getVideoTracks()[0], {
            direction: 'sendonly', sendEncodings: [{ rid: 'q', scaleResolutionDownBy: 2 }, { rid: 'f' }] });
          await caller.setLocalDescription();
          while (caller.iceGatheringState !== 'complete') await new Promise((resolve) => setTimeout(resolve, 20));
          return caller.localDescription.sdp;
        })()
        """;

    private const string SentFigures = """
        (async () => {
          const figures = [0, 0, 0];
          for (const one of (await caller.getStats()).values()) {
            if (one.type !== 'outbound-rtp' || one.kind !== 'video') continue;
            figures[0] += one.retransmittedPacketsSent ?? 0;
            figures[1] += one.rtxSsrc ? 1 : 0;
            figures[2] += one.active ? 1 : 0;
          }
          return figures;
        })()
        """;

    [Fact]
    public async Task TwoEncodings_TheLargerIsTakenAndTheSmallerWhenItStops()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway);
        await using SignalingClient client = await SignalingClient.ConnectAsync(gateway.Signaling);
        BrowserPage browser = page.Browser.Page;

        SignalingClient.Published published = await client.PublishAsync("layers", await browser.EvaluateAsync<string>(CallWithTwoLayers));
        Assert.Contains("a=simulcast:recv q;f", published.Sdp, StringComparison.Ordinal);
        await browser.EvaluateAsync<bool>(
            $"caller.setRemoteDescription({{ type: 'answer', sdp: {System.Text.Json.JsonSerializer.Serialize(published.Sdp)} }}).then(() => true)");
        await client.WaitForStatusAsync("PUBLISHING", TimeSpan.FromSeconds(20));

        string full = await browser.EvaluateAsync<string>("String(video.sender.track.getSettings().height)");
        string height = "";
        await Wait.UntilAsync(
            async () => (height = await HeightAsync(gateway, folder)) == full,
            TimeSpan.FromSeconds(40),
            () => $"pictures of height {height} instead of {full}");

        await browser.EvaluateAsync<bool>(
            "(() => { const p = video.sender.getParameters(); p.encodings[1].active = false; return video.sender.setParameters(p).then(() => true); })()");
        string half = (int.Parse(full, System.Globalization.CultureInfo.InvariantCulture) / 2).ToString(System.Globalization.CultureInfo.InvariantCulture);
        await Wait.UntilAsync(
            async () => (height = await HeightAsync(gateway, folder)) == half,
            TimeSpan.FromSeconds(20),
            () => $"pictures of height {height} instead of {half}");

        int[] figures = await browser.EvaluateAsync<int[]>(SentFigures);
        Assert.Equal((2, 1), (figures[1], figures[2]));
    }

    private static async Task<string> HeightAsync(GatewayProcess gateway, WorkFolder folder)
    {
        string file = folder.File($"{Guid.NewGuid():N}.flv");
        await FfmpegRecorder.RecordAsync(gateway.RtmpAddress("layers"), TimeSpan.FromSeconds(1), file);
        string text = await ToolProcess.RunAsync(
            Tool.Require("ffprobe"), ["-v", "error", "-select_streams", "v", "-show_entries", "stream=height", "-of", "csv=p=0", file], TimeSpan.FromSeconds(20));
        return text.Trim();
    }
}
