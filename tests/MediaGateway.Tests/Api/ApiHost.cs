using System.Net;
using System.Text;
using System.Text.Json;
using MediaGateway.Api;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using MediaGateway.Diagnostics;
using MediaGateway.Diagnostics.Export;
using MediaGateway.Http;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Push;
using MediaGateway.Recording;
using MediaGateway.Relay;
using MediaGateway.Servers.Rtmp;
using MediaGateway.Servers.Whip;
using MediaGateway.Sessions;
using MediaGateway.Snapshots;
using MediaGateway.Streams;
using MediaGateway.Tests.Diagnostics;
using MediaGateway.Tests.Servers.Signaling;
using MediaGateway.Tests.Streams;
using MediaGateway.Vod;

namespace MediaGateway.Tests.Api;

/// <summary>The API as it is shipped, on a free loopback port, over a registry and a directory into which a test enters what it likes.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiHost(WebApplication app)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public StreamRegistry Streams => Get<StreamRegistry>();

    public SessionDirectory Sessions => Get<SessionDirectory>();

    public PushService Pushes => Get<PushService>();

    public RtmpRedirects Redirects => Get<RtmpRedirects>();

    public MetricTable Metrics => Get<MetricTable>();

    public GatewayMetrics Figures => Get<GatewayMetrics>();

    public IHostApplicationLifetime Lifetime => Get<IHostApplicationLifetime>();

    public BufferPool Buffers => Get<BufferPool>();

    public IEnumerable<RouteEndpoint> Endpoints => Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    public FakeMemoryMeter Memory => Get<FakeMemoryMeter>();

    public static Task<ApiHost> StartAsync(params (string Key, string Value)[] settings) => StartAsync(TimeProvider.System, settings);

    public static async Task<ApiHost> StartAsync(TimeProvider time, params (string Key, string Value)[] settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddGatewayOptions();
        builder.Services.AddRoutingCore().AddLogging();
        var meter = new FakeMemoryMeter();
        builder.Services.AddSingleton<IMemoryMeter>(meter).AddSingleton(meter);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IAudioTranscoderFactory>(provider => new FakeTranscoderFactory(provider.GetRequiredService<BufferPool>()));
        builder.Services.AddDiagnostics().AddSessions().AddStreams().AddPush().AddRelay().AddVod().AddRecording().AddSnapshots().AddApi();
        builder.Services.AddAccessControl().AddConnectivity().AddHttpViewers().AddWhip();
        builder.Services.AddSingleton<IPeerSessions, FakePeerSessions>().AddSingleton<RtmpRedirects>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.UseRouting();
        app.UseApiProtection();
        app.MapHealth();
        app.MapMetrics();
        app.MapApi();
        app.MapLiveList();
        app.MapCrossDomainPolicy();
        app.MapWhip();
        await app.StartAsync();
        return new ApiHost(app);
    }

    /// <summary>A connection that is entered, and what was asked of it.</summary>
    public ClientConnection Connect(
        string remote = "192.0.2.1:5643", string appKey = ClientConnection.FlashApplication, string? userAgent = null, params (string, string)[] parameters)
    {
        var connection = new ClientConnection
        {
            Protocol = appKey == ClientConnection.PageApplication ? "webrtc" : "rtmp",
            AppKey = appKey,
            Remote = IPEndPoint.Parse(remote),
            Local = IPEndPoint.Parse("192.0.2.9:1935"),
            Parameters = [.. parameters.Select(parameter => KeyValuePair.Create(parameter.Item1, parameter.Item2))],
            Application = appKey == ClientConnection.PageApplication ? null : "live",
            TcUrl = "rtmp://192.0.2.9/live?token=secret",
            UserAgent = userAgent,
            ConnectedAt = Get<GatewayClock>().Now,
            End = (reason, text) => Ended.Add($"{remote} {reason} {text}"),
        };
        Sessions.Open(connection);
        return connection;
    }

    /// <summary>A media session that is entered.</summary>
    public MediaSession Enter(ClientConnection connection, string name, bool isPublisher, params (string, string)[] parameters)
    {
        var session = new MediaSession
        {
            Id = isPublisher ? $"id-of-{name}" : $"{name}{connection.Id}",
            Connection = connection,
            Key = TestHub.Key(name),
            IsPublisher = isPublisher,
            Parameters = [.. parameters.Select(parameter => KeyValuePair.Create(parameter.Item1, parameter.Item2))],
            StartedAt = Get<GatewayClock>().Now,
            End = (reason, text) => Ended.Add($"{name} {reason} {text}"),
        };
        Sessions.Change(session, isPublisher ? MediaSessionStatus.Publishing : MediaSessionStatus.Playing);
        return session;
    }

    /// <summary>What sessions and connections were told.</summary>
    public List<string> Ended { get; } = [];

    public PublishLease Publish(string name, FakePublisher? publisher = null, ExpectedTracks tracks = ExpectedTracks.Video) =>
        Streams.TryPublish(TestHub.Key(name), tracks, publisher ?? new FakePublisher(), out _)
            ?? throw new InvalidOperationException("The name is in use.");

    /// <summary>Calls; a body is sent as JSON.</summary>
    public async Task<ApiAnswer> CallAsync(HttpMethod method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await Client.SendAsync(request);
        return new ApiAnswer(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync(),
            response.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<ApiAnswer> GetAsync(string path, params (string Name, string Value)[] headers) => CallAsync(HttpMethod.Get, path, null, headers);

    public Task<ApiAnswer> PostAsync(string path, string? body = null) => CallAsync(HttpMethod.Post, path, body);

    public Task<ApiAnswer> DeleteAsync(string path) => CallAsync(HttpMethod.Delete, path);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();
}

/// <summary>What a call was answered.</summary>
internal sealed record ApiAnswer(int Status, string? MediaType, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The words of a problem.</summary>
    public string? Detail => Json.GetProperty("detail").GetString();
}
