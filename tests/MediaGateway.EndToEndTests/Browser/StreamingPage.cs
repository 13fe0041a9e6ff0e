using MediaGateway.EndToEndTests.Gateway;
using Xunit;

namespace MediaGateway.EndToEndTests.Browser;

/// <summary>The gateway's page in a browser of its own, used as a person uses it.</summary>
internal sealed class StreamingPage : IAsyncDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan PublishLimit = TimeSpan.FromSeconds(40);

    private StreamingPage(Chromium browser)
    {
        Browser = browser;
    }

    /// <summary>The browser.</summary>
    public Chromium Browser { get; }

    /// <summary>Opens the page, which connects by itself.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="parameters">The query of the page's address, with its question mark.</param>
    /// <param name="status">What the page shall say of its connection.</param>
    /// <param name="withSpectator">Lets a <see cref="Spectator"/> listen in, which the page's own policy forbids.</param>
    public static async Task<StreamingPage> OpenAsync(
        GatewayProcess gateway, string parameters = "", string status = "ESTABLISHED", bool withSpectator = false) =>
        await OpenAsync(gateway, await Chromium.StartAsync(), parameters, status, withSpectator);

    /// <summary>Opens the page in a browser, which ends with it.</summary>
    public static async Task<StreamingPage> OpenAsync(
        GatewayProcess gateway, Chromium browser, string parameters = "", string status = "ESTABLISHED", bool withSpectator = false)
    {
        StreamingPage page = new(browser);
        try
        {
            if (withSpectator)
            {
                await page.Browser.Page.BypassPolicyAsync();
            }

            await page.Browser.Page.OpenAsync(new Uri(gateway.Page, parameters));
            await page.Browser.Page.WaitForTextAsync("connection-status", status, ConnectLimit);
            return page;
        }
        catch
        {
            await page.DisposeAsync();
            throw;
        }
    }

    /// <summary>Publishes under a name and returns the RTMP address that the page shows.</summary>
    public async Task<string> PublishAsync(string streamName)
    {
        await ClickPublishAsync(streamName);
        await Browser.Page.WaitForTextAsync("publish-status", "PUBLISHING", PublishLimit);
        string address = await Browser.Page.TextAsync("rtmp-url");
        Assert.EndsWith($"/live/{streamName.Split('?')[0]}", address);
        return address;
    }

    /// <summary>Tries to publish and returns what the page says once it has failed.</summary>
    public async Task<string> PublishInVainAsync(string streamName)
    {
        await ClickPublishAsync(streamName);
        await Browser.Page.WaitForTextAsync("publish-status", "FAILED", PublishLimit);
        return await Browser.Page.TextAsync("publish-status");
    }

    /// <summary>What the page says of its connection.</summary>
    public Task<string> ConnectionStatusAsync() => Browser.Page.TextAsync("connection-status");

    /// <summary>Stops publishing.</summary>
    public async Task StopAsync()
    {
        await Browser.Page.ClickAsync("button", "Stop");
        await Browser.Page.WaitForTextAsync("publish-status", "UNPUBLISHED", ConnectLimit);
    }

    /// <summary>Plays a stream on the page's player and waits until it says so.</summary>
    public async Task PlayAsync(string streamName)
    {
        await Browser.Page.FillAsync("Stream to play", streamName);
        await Browser.Page.ClickAsync("button", "Play");
        await WaitForPlayStatusAsync("PLAYING");
    }

    /// <summary>Waits for a status of the player.</summary>
    public Task WaitForPlayStatusAsync(string status) => Browser.Page.WaitForTextAsync("play-status", status, PublishLimit);

    /// <summary>Waits until the player no longer says so.</summary>
    public Task WaitForPlayStatusToLeaveAsync(string status) => Browser.Page.WaitForAsync(
        $"!document.querySelector('[data-testid=play-status]').innerText.includes('{status}')", TimeSpan.FromSeconds(40));

    /// <summary>Begins to watch the page's player.</summary>
    public Task<Spectator> WatchAsync(string name = "player") =>
        Spectator.WatchAsync(Browser.Page, name, PlayerVideo, "flashAndBeep.receivingPeer()");

    /// <summary>An expression for the player's video element.</summary>
    public const string PlayerVideo = "document.querySelector('[data-testid=play-video]')";

    /// <summary>Changes the camera's resolution.</summary>
    public Task ResizeAsync(int width, int height) => Browser.Page.EvaluateAsync<object>($"flashAndBeep.resize({width}, {height})");

    /// <summary>Records the page's own camera and microphone with the browser's recorder.</summary>
    public async Task RecordSourceAsync(TimeSpan length, string file)
    {
        string recording = await Browser.Page.EvaluateAsync<string>($"flashAndBeep.record({length.TotalMilliseconds})");
        await File.WriteAllBytesAsync(file, Convert.FromBase64String(recording));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Browser.DisposeAsync();

    private async Task ClickPublishAsync(string streamName)
    {
        await Browser.Page.FillAsync("Stream name", streamName);
        await Browser.Page.ClickAsync("button", "Publish");
    }
}
