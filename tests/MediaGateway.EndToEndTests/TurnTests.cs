using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>STUN and TURN with a real coturn: the gateway asks it for its address and gives browsers credentials for it. Needs chromium and coturn.</summary>
[Collection(Lane.Browser)]
public sealed class TurnTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task BrowserThatOnlyTurnLetsThrough_PublishesAndPlays_AndCredentialsEnd()
    {
        await using Coturn coturn = await Coturn.StartAsync();
        Dictionary<string, string?> settings = new()
        {
            ["IceServers__Urls__0"] = $"turn:127.0.0.1:{coturn.Port}?transport=udp",
            ["IceServers__Urls__1"] = $"turn:127.0.0.1:{coturn.Port}?transport=tcp",
            ["IceServers__SharedSecret"] = Coturn.Secret,
            ["WebRtc__StunServer"] = $"stun:127.0.0.1:{coturn.Port}",
        };
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(settings);
        await Wait.UntilAsync(() => gateway.Log.Contains("The public address is 127.0.0.1", StringComparison.Ordinal), Limit, () => gateway.Log);
        Chromium browser = await Chromium.StartAsync();
        await browser.Page.AddScriptAsync(SelectedPaths.Script(onlyRelay: true));
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway, browser);

        await page.PublishAsync("through-turn");
        await page.PlayAsync("through-turn");
        await SelectedPaths.WaitForPicturesAsync(browser.Page, 60, Limit);

        IReadOnlyList<SelectedPaths.Selected> paths = await SelectedPaths.AskAsync(browser.Page);
        Assert.Equal(["relay", "relay"], paths.Select(path => path.LocalType));

        DateTimeOffset now = DateTimeOffset.UtcNow;
        Assert.NotEqual(0, await RelayCandidatesAsync(browser.Page, coturn, now.AddMinutes(1)));
        Assert.Equal(0, await RelayCandidatesAsync(browser.Page, coturn, now.AddMinutes(-1)));
        Assert.DoesNotContain(Coturn.Secret, gateway.Log, StringComparison.Ordinal);
    }

    /// <summary>How many relayed addresses a browser gets with credentials that end at this time.</summary>
    private static Task<int> RelayCandidatesAsync(BrowserPage page, Coturn coturn, DateTimeOffset end)
    {
        (string username, string credential) = Coturn.CredentialsUntil(end);
        return page.EvaluateAsync<int>($$"""
            (async () => {
              const peer = new RTCPeerConnection({
                iceServers: [{ urls: 'turn:127.0.0.1:{{coturn.Port}}?transport=udp', username: '{{username}}', credential: '{{credential}}' }],
                iceTransportPolicy: 'relay',
              });
              let relayed = 0;
              const gathered = new Promise((resolve) => {
                peer.onicecandidate = (event) => { if (event.candidate?.type === 'relay') relayed += 1; else if (!event.candidate) resolve(); };
              });
              peer.createDataChannel('any');
              await peer.setLocalDescription();
              await gathered;
              peer.close();
              return relayed;
            })()
            """);
    }
}
