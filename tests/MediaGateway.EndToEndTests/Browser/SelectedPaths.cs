namespace MediaGateway.EndToEndTests.Browser;

/// <summary>Over which candidates the connections of a page run: a script that keeps the page's connections for the test, and questions to it.</summary>
internal static class SelectedPaths
{
    /// <summary>To be added before the page is opened.</summary>
    /// <param name="onlyRelay">Whether the page's connections may use TURN servers only, as behind a firewall that lets nothing else through.</param>
    public static string Script(bool onlyRelay = false) => $$"""
        window.keptPeers = [];
        {
          const Native = window.RTCPeerConnection;
          window.RTCPeerConnection = class extends Native {
            constructor(configuration, ...rest) {
              super({{(onlyRelay ? "{ ...configuration, iceTransportPolicy: 'relay' }" : "configuration")}}, ...rest);
              window.keptPeers.push(this);
            }
          };
        }
        window.selectedPaths = async () => {
          const paths = [];
          for (const peer of window.keptPeers.filter((peer) => peer.connectionState === 'connected')) {
            const stats = await peer.getStats();
            const transport = [...stats.values()].find((entry) => entry.type === 'transport');
            const pair = stats.get(transport?.selectedCandidatePairId);
            if (!pair) continue;
            const local = stats.get(pair.localCandidateId);
            const remote = stats.get(pair.remoteCandidateId);
            paths.push({ protocol: remote.protocol, localType: local.candidateType, remoteAddress: remote.address });
          }
          return paths;
        };
        window.decodedPictures = async () => {
          let decoded = 0;
          for (const peer of window.keptPeers) {
            for (const entry of (await peer.getStats()).values()) {
              decoded += entry.type === 'inbound-rtp' && entry.kind === 'video' ? entry.framesDecoded : 0;
            }
          }
          return decoded;
        };
        window.remoteFragments = () => window.keptPeers
          .filter((peer) => peer.connectionState !== 'closed' && peer.remoteDescription)
          .map((peer) => /a=ice-ufrag:(\S+)/.exec(peer.remoteDescription.sdp)[1]).join();
        """;

    /// <summary>The paths of the connections that are connected.</summary>
    public static Task<IReadOnlyList<Selected>> AskAsync(BrowserPage page) => page.EvaluateAsync<IReadOnlyList<Selected>>("selectedPaths()");

    /// <summary>Waits until the page has decoded so many pictures.</summary>
    public static Task WaitForPicturesAsync(BrowserPage page, int count, TimeSpan limit) =>
        page.WaitForAsync($"decodedPictures().then((count) => count >= {count})", limit);

    /// <summary>The gateway's username fragments, one for each connection: others after an ICE restart.</summary>
    public static Task<string> FragmentsAsync(BrowserPage page) => page.EvaluateAsync<string>("remoteFragments()");

    /// <summary>One path.</summary>
    /// <param name="Protocol"><c>udp</c> or <c>tcp</c>.</param>
    /// <param name="LocalType">The browser's candidate: <c>host</c>, <c>prflx</c>, <c>srflx</c> or <c>relay</c>.</param>
    /// <param name="RemoteAddress">The gateway's address.</param>
    internal sealed record Selected(string Protocol, string LocalType, string? RemoteAddress);
}
