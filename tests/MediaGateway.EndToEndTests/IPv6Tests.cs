using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Media over IPv6. Needs chromium and a loopback interface with ::1.</summary>
[Collection(Lane.Browser)]
public sealed class IPv6Tests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task BrowserPublishesAndPlaysOverIPv6()
    {
        Dictionary<string, string?> settings = new()
        {
            ["WebRtc__BindAddress"] = "::1",
            ["WebRtc__AdvertisedAddresses__0"] = "::1",
        };
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(settings);
        Chromium browser = await Chromium.StartAsync();
        await browser.Page.AddScriptAsync(SelectedPaths.Script());
        await using StreamingPage page = await StreamingPage.OpenAsync(gateway, browser);

        await page.PublishAsync("over-ipv6");
        await page.PlayAsync("over-ipv6");
        await SelectedPaths.WaitForPicturesAsync(browser.Page, 60, Limit);

        IReadOnlyList<SelectedPaths.Selected> paths = await SelectedPaths.AskAsync(browser.Page);
        Assert.Equal(2, paths.Count);
        Assert.All(paths, path => Assert.Equal("::1", path.RemoteAddress?.Trim('[', ']')));
    }
}
