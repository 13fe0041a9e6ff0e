using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>A browser that UDP does not get through from publishes and plays over TCP (RFC 6544).</summary>
[Collection(Lane.Browser)]
public sealed class IceTcpTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>As if a firewall dropped UDP: the page never learns of the gateway's UDP candidates. And it keeps its connections for the test.</summary>
    private const string NoUdp = """
        window.peers = [];
        const Native = window.RTCPeerConnection;
        window.RTCPeerConnection = class extends Native {
          constructor(...options) { super(...options); window.peers.push(this); }
          setRemoteDescription(description) {
            const sdp = description.sdp.replace(/a=candidate:\S+ 1 udp [^\r\n]*\r\n/g, '');
            return super.setRemoteDescription({ type: description.type, sdp });
          }
        };
        window.protocols = async () => {
          const used = [];
          for (const peer of window.peers.filter((peer) => peer.connectionState === 'connected')) {
            const stats = await peer.getStats();
            const pairId = [...stats.values()].find((entry) => entry.type === 'transport')?.selectedCandidatePairId;
            const pair = stats.get(pairId);
            used.push(pair ? stats.get(pair.remoteCandidateId).protocol : 'none');
          }
          return used.join();
        };
        window.pictures = async () => {
          let decoded = 0;
          for (const peer of window.peers) {
            for (const entry of (await peer.getStats()).values()) {
              decoded += entry.type === 'inbound-rtp' && entry.kind === 'video' ? entry.framesDecoded : 0;
            }
          }
          return decoded;
        };
        """;

    [Fact]
    public async Task BrowserWithoutUdp_PublishesAndPlays()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using Chromium browser = await Chromium.StartAsync();
        await browser.Page.AddScriptAsync(NoUdp);
        await browser.Page.OpenAsync(gateway.Page);
        await browser.Page.WaitForTextAsync("connection-status", "ESTABLISHED", Limit);
        await browser.Page.FillAsync("Stream name", "over-tcp");
        await browser.Page.ClickAsync("button", "Publish");
        await browser.Page.WaitForTextAsync("publish-status", "PUBLISHING", Limit);
        Assert.Equal("tcp", await browser.Page.EvaluateAsync<string>("protocols()"));

        await browser.Page.FillAsync("Stream to play", "over-tcp");
        await browser.Page.ClickAsync("button", "Play");
        await browser.Page.WaitForTextAsync("play-status", "PLAYING", Limit);

        await browser.Page.WaitForAsync("pictures().then((count) => count > 60)", Limit);
        Assert.Equal("tcp,tcp", await browser.Page.EvaluateAsync<string>("protocols()"));
    }
}
