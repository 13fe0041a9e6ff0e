using System.Text.Json;
using System.Text.Json.Nodes;
using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Signaling;

namespace MediaGateway.EndToEndTests.Publishers;

/// <summary>
/// A browser that publishes its camera and microphone by a bare peer connection, without the page's own care for it; the test does the
/// signalling, and so may ask the gateway how the media come in.
/// </summary>
internal sealed class BrowserCall : IAsyncDisposable
{
    private const string Offer = """
        (async () => {
          const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
          window.caller = new RTCPeerConnection();
          for (const track of stream.getTracks()) caller.addTransceiver(track, { direction: 'sendonly' });
          await caller.setLocalDescription();
          while (caller.iceGatheringState !== 'complete') await new Promise((resolve) => setTimeout(resolve, 20));
          return caller.localDescription.sdp;
        })()
        """;

    private const string SentFigures = """
        (async () => {
          const of = (kind, type) => [...report.values()].find((one) => one.type === type && one.kind === kind) ?? {};
          const report = await caller.getStats();
          const [pictures, sound] = [of('video', 'outbound-rtp'), of('audio', 'outbound-rtp')];
          const repairs = pictures.retransmittedPacketsSent ?? 0;
          return {
            picturePackets: (pictures.packetsSent ?? 0) - repairs,
            repairs,
            keyframeRequests: (pictures.pliCount ?? 0) + (pictures.firCount ?? 0),
            soundPackets: sound.packetsSent ?? 0,
            soundLost: of('audio', 'remote-inbound-rtp').packetsLost ?? 0,
          };
        })()
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly SignalingClient _client;
    private readonly StreamingPage _page;
    private readonly string _mediaSessionId;

    private BrowserCall(SignalingClient client, StreamingPage page, string mediaSessionId)
    {
        _client = client;
        _page = page;
        _mediaSessionId = mediaSessionId;
    }

    /// <summary>The browser.</summary>
    public Chromium Browser => _page.Browser;

    /// <summary>What the publisher's own browser counts.</summary>
    /// <param name="PicturePackets">Packets of pictures sent for the first time.</param>
    /// <param name="Repairs">Packets of pictures sent again.</param>
    /// <param name="KeyframeRequests">Keyframes that it was asked for.</param>
    /// <param name="SoundPackets">Packets of sound sent.</param>
    /// <param name="SoundLost">Packets of sound that the gateway reports as lost.</param>
    internal sealed record Sent(long PicturePackets, long Repairs, long KeyframeRequests, long SoundPackets, long SoundLost);

    /// <summary>What the gateway counts.</summary>
    /// <param name="LostPackets">Packets that never came.</param>
    /// <param name="RepairedPackets">Packets that came when they were asked for again.</param>
    /// <param name="KeyframeRequests">Keyframes asked for.</param>
    /// <param name="AudioVideoErrorMilliseconds">Pictures late against sound, beyond what the sender reports say.</param>
    internal sealed record Received(long LostPackets, long RepairedPackets, long KeyframeRequests, double? AudioVideoErrorMilliseconds);

    /// <summary>Publishes and waits until the stream flows.</summary>
    public static async Task<BrowserCall> PublishAsync(GatewayProcess gateway, string streamName)
    {
        StreamingPage page = await StreamingPage.OpenAsync(gateway);
        SignalingClient? client = null;
        try
        {
            client = await SignalingClient.ConnectAsync(gateway.Signaling);
            SignalingClient.Published published = await client.PublishAsync(streamName, await page.Browser.Page.EvaluateAsync<string>(Offer));
            await page.Browser.Page.EvaluateAsync<bool>(
                $"caller.setRemoteDescription({{ type: 'answer', sdp: {JsonSerializer.Serialize(published.Sdp)} }}).then(() => true)");
            await client.WaitForStatusAsync("PUBLISHING", Limit);
            return new BrowserCall(client, page, published.MediaSessionId);
        }
        catch
        {
            await (client?.DisposeAsync() ?? ValueTask.CompletedTask);
            await page.DisposeAsync();
            throw;
        }
    }

    /// <summary>The browser's counters now.</summary>
    public Task<Sent> SentAsync() => Browser.Page.EvaluateAsync<Sent>(SentFigures);

    /// <summary>The gateway's counters now.</summary>
    public async Task<Received> ReceivedAsync()
    {
        JsonElement answer = await _client.InvokeAsync("Figures", new JsonObject { ["mediaSessionId"] = _mediaSessionId });
        return answer.Deserialize<Received>(JsonSerializerOptions.Web)!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _page.DisposeAsync();
    }
}
