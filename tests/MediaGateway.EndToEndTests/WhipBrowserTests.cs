using System.Text.Json;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>A page of another origin publishes by WHIP with nothing but <c>fetch</c>; ffmpeg watches. Needs chromium and ffmpeg.</summary>
[Collection(Lane.Browser)]
public sealed class WhipBrowserTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private const string Page = """
        <!doctype html><title>Elsewhere</title>
        <script>
        window.whip = {
          publish: async (address, encodings) => {
            const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
            const peer = new RTCPeerConnection();
            peer.addTransceiver(stream.getAudioTracks()[0], { direction: 'sendonly', streams: [stream] });
            const video = peer.addTransceiver(stream.getVideoTracks()[0], { direction: 'sendonly', streams: [stream], ...(encodings && { sendEncodings: encodings }) });
            const isWanted = (codec) => codec.mimeType === 'video/H264' || codec.mimeType === 'video/rtx';
            video.setCodecPreferences(RTCRtpSender.getCapabilities('video').codecs.filter(isWanted));
            await peer.setLocalDescription();
            const headers = { 'Content-Type': 'application/sdp', Authorization: 'Bearer a-token' };
            const answer = await fetch(address, { method: 'POST', body: peer.localDescription.sdp, headers });
            if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
            Object.assign(whip, { video, resource: new URL(answer.headers.get('Location'), address).href, tag: answer.headers.get('ETag') });
            await peer.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
          },
          trickle: async (tag) => (await fetch(whip.resource, { method: 'PATCH', body: 'a=mid:0\r\na=end-of-candidates\r\n',
            headers: { 'Content-Type': 'application/trickle-ice-sdpfrag', Authorization: 'Bearer a-token', 'If-Match': tag } })).status,
          remove: async (headers) => (await fetch(whip.resource, { method: 'DELETE', headers })).status,
          setActive: async (rid, active) => {
            const parameters = whip.video.sender.getParameters();
            parameters.encodings.find((encoding) => encoding.rid === rid).active = active;
            await whip.video.sender.setParameters(parameters);
          },
        };
        </script>
        """;

    [Fact]
    public async Task PageOfAnotherOriginPublishes_AndMayReadPatchAndDelete()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using WebApplication server = await PageServer.ServeAsync(Page);
        await using Chromium browser = await Chromium.StartAsync();
        await browser.Page.OpenAsync(new Uri(server.Urls.Single()));

        await browser.Page.EvaluateAsync<object>($"whip.publish('{new Uri(gateway.Page, "whip/page")}')");

        await gateway.WaitForStreamAsync("page", Patience, () => "");
        string file = folder.File("page.flv");
        await FfmpegRecorder.RecordAsync(gateway.RtmpAddress("page"), Length, file);
        DecodedMedia received = await RecordedStream.AssertSoundAsync(file, Length.TotalSeconds - 3);
        LipSync sync = LipSync.Measure(received);
        Measurements.Note($"WHIP from Chromium: {received.Pictures.Count} pictures; lip sync, flash minus beep {sync.Median:0.0} ms (spread {sync.Spread:0.0})");
        Assert.Equal(204, await browser.Page.EvaluateAsync<int>("whip.trickle(whip.tag)"));
        Assert.Equal(412, await browser.Page.EvaluateAsync<int>("whip.trickle('\"0123456789abcdef\"')"));
        Assert.Equal(401, await browser.Page.EvaluateAsync<int>("whip.remove({})"));
        Assert.Equal(200, await browser.Page.EvaluateAsync<int>("whip.remove({ Authorization: 'Bearer a-token' })"));
        Assert.Equal(404, await browser.Page.EvaluateAsync<int>("whip.remove({ Authorization: 'Bearer a-token' })"));
        await gateway.WaitForEndOfStreamAsync("page", Patience);
    }

    [Fact]
    public async Task ThreeLayersAreSent_TheLargestThatReallyComesIsTaken()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using WebApplication server = await PageServer.ServeAsync(Page);
        await using Chromium browser = await Chromium.StartAsync();
        await browser.Page.OpenAsync(new Uri(server.Urls.Single()));
        await browser.Page.EvaluateAsync<object>("flashAndBeep.resize(960, 540)");

        // Bitrates that leave no doubt that there is room for all three.
        await browser.Page.EvaluateAsync<object>(
            $"whip.publish('{new Uri(gateway.Page, "whip/layers")}', [{{ rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 80_000 }},"
            + " { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 150_000 }, { rid: 'f', maxBitrate: 400_000 }])");

        await WaitForWidthAsync(gateway, 960);
        string file = folder.File("layers.flv");
        await FfmpegRecorder.RecordAsync(gateway.RtmpAddress("layers"), Length, file);
        await RecordedStream.AssertSoundAsync(file, Length.TotalSeconds - 3);
        await browser.Page.EvaluateAsync<object>("whip.setActive('f', false)");
        await WaitForWidthAsync(gateway, 480);
        await browser.Page.EvaluateAsync<object>("whip.setActive('h', false)");
        await WaitForWidthAsync(gateway, 240);
        await browser.Page.EvaluateAsync<object>("whip.setActive('f', true)");
        await WaitForWidthAsync(gateway, 960);
        Assert.Equal(200, await browser.Page.EvaluateAsync<int>("whip.remove({ Authorization: 'Bearer a-token' })"));
    }

    private static async Task WaitForWidthAsync(GatewayProcess gateway, int width)
    {
        using HttpClient client = new();
        string streams = "";
        await Wait.UntilAsync(
            async () =>
            {
                streams = await client.GetStringAsync(new Uri(gateway.Page, "api/streams"));
                using JsonDocument document = JsonDocument.Parse(streams);
                return document.RootElement.EnumerateArray().Any(stream => stream.TryGetProperty("width", out JsonElement shown) && shown.ValueKind == JsonValueKind.Number && shown.GetInt32() == width);
            },
            Patience,
            () => $"pictures {width} wide in {streams}");
    }
}
