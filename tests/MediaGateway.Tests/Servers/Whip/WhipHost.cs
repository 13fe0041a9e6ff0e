using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using MediaGateway.Diagnostics;
using MediaGateway.Hooks;
using MediaGateway.Http;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Servers.WebRtc;
using MediaGateway.Servers.Whip;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Diagnostics;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Servers.Signaling;
using MediaGateway.Tests.Streams;
using MediaGateway.Vod;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.Tests.Servers.Whip;

/// <summary>
/// WHIP and WHEP as they are shipped, on a free loopback port: over played WebRTC and a clock of the test's own, or over the real WebRTC
/// server on the real clock. The header <see cref="FromHeader"/> stands in for the address from which a request comes.
/// </summary>
internal sealed class WhipHost : IAsyncDisposable
{
    public const string FromHeader = "X-Test-From";

    private readonly WebApplication _app;

    private WhipHost(WebApplication app, FakePeerSessions peers, FakeAccess access, ManualTimeProvider time)
    {
        (_app, Peers, Access, Time) = (app, peers, access, time);
        Client = new HttpClient { BaseAddress = Address };
    }

    public FakePeerSessions Peers { get; }

    public FakeAccess Access { get; }

    public ManualTimeProvider Time { get; }

    public HttpClient Client { get; }

    public Uri Address => new(_app.Urls.First());

    public SessionDirectory Directory => Get<SessionDirectory>();

    public StreamRegistry Streams => Get<StreamRegistry>();

    public WhipSessions Sessions => Get<WhipSessions>();

    public static Task<WhipHost> StartAsync(params (string Key, string Value)[] settings) => StartAsync(isReal: false, hasOwnCiphers: false, settings);

    /// <summary>Over the real WebRTC server, but for its ciphers.</summary>
    public static Task<WhipHost> StartRealAsync(params (string Key, string Value)[] settings) =>
        StartAsync(isReal: true, hasOwnCiphers: true, [("WebRtc:BindAddress", "127.0.0.1"), ("WebRtc:Port", "0"), .. settings]);

    /// <summary>Over the real WebRTC server, with real handshakes and ciphers.</summary>
    public static Task<WhipHost> StartEncryptedAsync(params (string Key, string Value)[] settings) =>
        StartAsync(isReal: true, hasOwnCiphers: false, [("WebRtc:BindAddress", "127.0.0.1"), ("WebRtc:Port", "0"), .. settings]);

    /// <summary>Sends a request; null: without a body.</summary>
    public async Task<WhipAnswer> SendAsync(
        string method, string path, string? body = null, string? type = WhipHeaders.Sdp, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        }

        foreach ((string name, string value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value), name);
        }

        using HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return new WhipAnswer(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Headers.Concat(response.Content.Headers)
                .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Offers.</summary>
    public Task<WhipAnswer> OfferAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync("POST", path, TestPublisher.Offer(), WhipHeaders.Sdp, headers);

    /// <summary>Sends a trickle fragment.</summary>
    public Task<WhipAnswer> PatchAsync(string location, string ifMatch, string fragment, params (string Name, string Value)[] headers) =>
        SendAsync("PATCH", location, fragment, WhipHeaders.Fragment, [("If-Match", ifMatch), .. headers]);

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task<WhipHost> StartAsync(bool isReal, bool hasOwnCiphers, (string Key, string Value)[] settings)
    {
        var peers = new FakePeerSessions();
        var access = new FakeAccess();
        var time = new ManualTimeProvider();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddGatewayOptions();
        builder.Services.AddRoutingCore().AddLogging();
        if (isReal)
        {
            builder.Services.AddWebRtcServer();
        }

        if (hasOwnCiphers)
        {
            builder.Services.AddSingleton(provider => new PeerServices(
                provider.GetRequiredService<BufferPool>(), new FakeDtlsFactory(), PlainSrtpCipher.Factory, RandomNumberGenerator.Create()));
        }

        if (!isReal)
        {
            builder.Services.AddSingleton<TimeProvider>(time).AddSingleton<IPeerSessions>(peers);
        }

        if (isReal)
        {
            builder.Services.AddAudioTranscoders();
        }
        else
        {
            builder.Services.AddSingleton<IAudioTranscoderFactory>(provider => new FakeTranscoderFactory(provider.GetRequiredService<BufferPool>()));
        }

        builder.Services.AddSingleton<IMemoryMeter>(new FakeMemoryMeter());
        builder.Services.AddDiagnostics().AddSessions().AddAccessControl().AddHooks(builder.Configuration).AddStreams().AddVod().AddConnectivity().AddHttpViewers().AddWhip();
        if (!settings.Any(setting => setting.Key.StartsWith("Hooks:", StringComparison.Ordinal) || setting.Key.StartsWith("Tokens:", StringComparison.Ordinal)))
        {
            builder.Services.AddSingleton<IAccessControl>(access);
        }

        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.Use(static (context, next) =>
        {
            if (context.Request.Headers[FromHeader] is [{ } from])
            {
                context.Connection.RemoteIpAddress = IPAddress.Parse(from);
            }

            return next(context);
        });
        app.UseRouting();
        app.MapWhip();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new WhipHost(app, peers, access, time);
    }
}

/// <summary>What a request was answered.</summary>
internal sealed record WhipAnswer(int Status, string? MediaType, string Text, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Where the session is, as the client was told.</summary>
    public string Location => Headers["Location"];

    /// <summary>The header of that name; empty when there is none.</summary>
    public string this[string header] => Headers.GetValueOrDefault(header, "");

    /// <summary>Fails unless it is a problem of that status in words.</summary>
    public WhipAnswer AssertProblem(int status)
    {
        Assert.True(Status == status, $"{Status} instead of {status}: {Text}");
        Assert.Equal("application/problem+json", MediaType);
        Assert.Equal("nosniff", this["X-Content-Type-Options"]);
        Assert.NotEqual("", this["Access-Control-Allow-Origin"]);
        Assert.Contains("\"detail\":\"", Text, StringComparison.Ordinal);
        Assert.DoesNotContain('<', Text);
        return this;
    }
}
