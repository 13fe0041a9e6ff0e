using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using MediaGateway.Api;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using MediaGateway.Diagnostics;
using MediaGateway.Hooks;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Push;
using MediaGateway.Recording;
using MediaGateway.Relay;
using MediaGateway.Servers.Rtmp;
using MediaGateway.Servers.Signaling;
using MediaGateway.Sessions;
using MediaGateway.Snapshots;
using MediaGateway.Streams;
using MediaGateway.Tests.Diagnostics;
using MediaGateway.Tests.Hooks;
using MediaGateway.Tests.Streams;
using MediaGateway.Vod;
using Xunit;

namespace MediaGateway.Tests.Servers.Signaling;

/// <summary>The hub with hooks in WCS style and a real backend; only WebRTC is played.</summary>
public abstract class SignalingHost : IAsyncLifetime
{
    private TestBackend? _backend;
    private WebApplication? _app;

    private protected FakePeerSessions Peers { get; } = new();

    private protected LogBook Log { get; } = new();

    private protected TestBackend Backend => _backend ?? throw new InvalidOperationException("Not started.");

    private protected WebApplication App => _app ?? throw new InvalidOperationException("Not started.");

    private protected SessionDirectory Directory => App.Services.GetRequiredService<SessionDirectory>();

    /// <summary>Further settings.</summary>
    private protected virtual IEnumerable<KeyValuePair<string, string?>> Settings => [];

    public async ValueTask InitializeAsync()
    {
        _backend = await TestBackend.StartAsync();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(
        [
            KeyValuePair.Create("Hooks:Style", (string?)"wcs"), KeyValuePair.Create("Hooks:Url", (string?)_backend.Url), .. Settings,
        ]);
        builder.AddGatewayOptions();
        builder.Services.AddRoutingCore().AddLogging(logging => logging.AddProvider(Log));
        builder.Services.AddSingleton<IAudioTranscoderFactory>(provider =>
            new FakeTranscoderFactory(provider.GetRequiredService<BufferPool>()));
        builder.Services.AddSingleton<IPeerSessions>(Peers);
        builder.Services.AddSingleton<IMemoryMeter>(new FakeMemoryMeter());
        builder.Services.AddDiagnostics().AddSessions().AddAccessControl().AddHooks(builder.Configuration).AddStreams().AddVod().AddConnectivity().AddSignaling();
        builder.Services.AddPush().AddRelay().AddRecording().AddSnapshots().AddApi().AddSingleton<RtmpRedirects>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.UseRouting();
        _app.MapSignaling();
        _app.MapApi();
        await _app.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await App.DisposeAsync();
        await Backend.DisposeAsync();
    }

    private protected static JsonObject Offer(string name, params (string Key, string Value)[] parameters)
    {
        var custom = new JsonObject();
        foreach ((string key, string value) in parameters)
        {
            custom[key] = value;
        }

        return new JsonObject { ["streamName"] = name, ["sdp"] = "v=0\r\nm=video 9\r\n", ["parameters"] = custom };
    }

    /// <summary>Calls the interface for operators.</summary>
    private protected async Task<(HttpStatusCode Status, string Body)> OperateAsync(HttpMethod method, string path, string? body = null)
    {
        using HttpClient client = new() { BaseAddress = new Uri(App.Urls.First()) };
        using HttpRequestMessage request = new(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private protected static JsonObject Data(string id, JsonNode? payload) => new() { ["mediaSessionId"] = id, ["payload"] = payload };

    private protected static async Task<string> AvailableAsync(HubClient page, string name) =>
        (await page.CallAsync("Available", new JsonObject { ["streamName"] = name }))!.ToJsonString();

    private protected Task<HubClient> ConnectAsync(string query = "") => HubClient.ConnectAsync(
        new Uri($"{App.Urls.First().Replace("http", "ws", StringComparison.Ordinal)}/signaling{query}"), ("User-Agent", "test browser"));

    private protected async Task<List<string>> MethodsAsync(int count)
    {
        List<string> methods = [];
        while (methods.Count < count)
        {
            methods.Add((await Backend.NextAsync()).Method);
        }

        return methods;
    }

    /// <summary>The first body of each method, up to the first of one method that fits.</summary>
    private protected async Task<Dictionary<string, JsonNode>> CallsUntilAsync(string method, Predicate<JsonNode>? fits = null)
    {
        Dictionary<string, JsonNode> calls = [];
        while (true)
        {
            TestBackend.Call call = await Backend.NextAsync();
            JsonNode body = JsonNode.Parse(Encoding.UTF8.GetBytes(call.Body))!;
            calls.TryAdd(call.Method, body);
            if (call.Method == method && fits?.Invoke(body) != false)
            {
                return calls;
            }
        }
    }
}
