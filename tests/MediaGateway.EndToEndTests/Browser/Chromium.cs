using System.Text.Json;
using System.Text.Json.Nodes;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests.Browser;

/// <summary>A headless Chromium of its own process and profile with one page.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private readonly WorkFolder _profile = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ToolProcess _process;
    private DevToolsConnection? _connection;
    private BrowserPage? _page;

    private Chromium(string program, string? cameraFile)
    {
        _process = ToolProcess.Start(program, BrowserFlags.All(_profile.Path, cameraFile), OnLine, keep: line => !RtpTrace.IsTrace(line));
    }

    /// <summary>What the browser sent by RTP and RTCP.</summary>
    public RtpTrace Trace { get; } = new();

    /// <summary>The page.</summary>
    public BrowserPage Page => _page ?? throw new InvalidOperationException("The browser is not started.");

    /// <summary>Starts the browser with an empty page whose camera and microphone are <c>flash-and-beep.js</c>.</summary>
    /// <param name="cameraFile">A Y4M or MJPEG file that is the camera instead, with the browser's own microphone.</param>
    public static async Task<Chromium> StartAsync(string? cameraFile = null)
    {
        Chromium browser = new(Tool.Require("chromium", "chromium-browser", "google-chrome"), cameraFile);
        try
        {
            Uri address = await browser._address.Task.WaitAsync(StartLimit);
            browser._connection = await DevToolsConnection.OpenAsync(address, browser.OnEvent);
            JsonElement target = await browser._connection.SendAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
            browser._page = await BrowserPage.AttachAsync(browser._connection, target.GetProperty("targetId").GetString()!);
            if (cameraFile is null)
            {
                await browser._page.AddScriptAsync(Resource("flash-and-beep.js"));
            }

            await browser._page.AddScriptAsync(Resource("spectator.js"));
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the browser and all its processes at once: nothing says goodbye.</summary>
    public async Task KillAsync()
    {
        _process.Process.Kill(entireProcessTree: true);
        await _process.Process.WaitForExitAsync();
    }

    /// <summary>Opens another tab in front of the page.</summary>
    public async Task OpenTabInFrontAsync()
    {
        JsonElement target = await _connection!.SendAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        await _connection.SendAsync("Target.activateTarget", new JsonObject { ["targetId"] = target.GetProperty("targetId").GetString() });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        await _process.DisposeAsync();
        _profile.Dispose();
    }

    private static string Resource(string name)
    {
        using StreamReader reader = new(typeof(Chromium).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private void OnLine(string line)
    {
        const string Announcement = "DevTools listening on ";
        Trace.AddLogLine(line);
        if (line.StartsWith(Announcement, StringComparison.Ordinal))
        {
            _address.TrySetResult(new Uri(line[Announcement.Length..]));
        }
    }

    // Errors of the page's own scripts belong to the record of a failed test.
    private void OnEvent(string method, JsonElement parameters)
    {
        if (method is "Runtime.exceptionThrown" or "Log.entryAdded")
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"page: {parameters}");
        }
    }
}
