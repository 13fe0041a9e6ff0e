using System.Net;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Push;
using MediaGateway.Relay;
using MediaGateway.Servers.Rtmp;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Servers.Rtmp.Tunnel;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Diagnostics;
using MediaGateway.Tests.Streams;
using MediaGateway.Tls;
using MediaGateway.Vod;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>The RTMP server as it is shipped, on a free loopback port, with a registry into which a test publishes.</summary>
internal sealed class RtmpServerHost : IAsyncDisposable
{
    /// <summary>What has not happened by then never will: far more than a busy machine needs, as nothing waits for it when all is well.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan BriskStep = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SlowStep = TimeSpan.FromMilliseconds(1);

    private readonly WebApplication _app;
    private readonly LogBook _log;

    private RtmpServerHost(WebApplication app, LogBook log)
    {
        (_app, _log) = (app, log);
        int[] ports = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address).Port)];
        (Port, TlsPort, TunnelPort, TunnelTlsPort) = (ports[0], ports[1], ports[2], ports[3]);
    }

    public int Port { get; }

    public int TlsPort { get; }

    public int TunnelPort { get; }

    public int TunnelTlsPort { get; }

    public StreamRegistry Streams => Get<StreamRegistry>();

    public GatewayClock Clock => Get<GatewayClock>();

    public GatewayMetrics Metrics => Get<GatewayMetrics>();

    public BufferPool Buffers => Get<BufferPool>();

    public FanOutWorkers Workers => Get<FanOutWorkers>();

    public SessionDirectory Sessions => Get<SessionDirectory>();

    /// <summary>Pushes, where a test has added them.</summary>
    public PushService Pushes => Get<PushService>();

    public RtmpRedirects Redirects => Get<RtmpRedirects>();

    public TunnelSessions Tunnels => Get<TunnelSessions>();

    public RtmpConnectionLimiter Limiter => Get<RtmpConnectionLimiter>();

    /// <summary>The lines logged so far, as <c>Level: text</c>.</summary>
    public IReadOnlyCollection<string> Log => _log.Lines;

    public string UrlOf(string stream, string protocol = "rtmp") => $"{protocol}://127.0.0.1:{PortOf(protocol)}/live/{stream}";

    public int PortOf(string protocol) => protocol switch
    {
        "rtmps" => TlsPort,
        "rtmpt" => TunnelPort,
        "rtmpts" => TunnelTlsPort,
        _ => Port,
    };

    public static async Task<RtmpServerHost> StartAsync(
        BufferPool buffers,
        Action<RtmpOptions>? configure = null,
        TimeProvider? time = null,
        Action<IServiceCollection>? services = null,
        Func<RtmpServerOptions, RtmpServerOptions>? server = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        var log = new LogBook();
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddSingleton(buffers);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton<IAudioTranscoderFactory>(new FakeTranscoderFactory(buffers));
        builder.Services.AddSingleton<IMemoryMeter>(new FakeMemoryMeter());
        builder.Services.AddDiagnostics().AddStreams().AddSessions().AddVod();
        builder.Services.AddOptions<VodOptions>();
        builder.Services.AddSingleton<IAccessControl, OpenAccess>();
        builder.Services.AddOptions<RtmpOptions>().Configure(options => configure?.Invoke(options));
        builder.Services.AddOptions<StreamOptions>();
        builder.Services.AddOptions<ApplicationsOptions>();
        services?.Invoke(builder.Services);
        builder.Services.AddRtmpServer().AddNodes();
        if (server is not null)
        {
            builder.Services.AddSingleton(provider => server(RtmpServerOptions.From(
                provider.GetRequiredService<IOptions<RtmpOptions>>().Value,
                provider.GetRequiredService<IOptions<StreamOptions>>().Value)));
        }

        builder.Services.AddServerCertificate();
        builder.Services.AddOptions<TlsOptions>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseRtmp());
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseRtmps());
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseRtmpTunnelOnly());
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseEncryptedRtmpTunnelOnly());
        });
        WebApplication app = builder.Build();
        app.UseRtmpTunnel();
        await app.StartAsync();
        return new RtmpServerHost(app, log);
    }

    /// <summary>Claims a stream name. By default the first track that shows itself is enough to start.</summary>
    public PublishLease Publish(string stream, ExpectedTracks tracks = ExpectedTracks.None)
    {
        Assert.True(StreamKey.TryCreate("live", stream, out StreamKey key, out _));
        PublishLease? lease = Streams.TryPublish(key, tracks, new FakePublisher(), out string? refusal);
        Assert.True(lease is not null, refusal);
        return lease;
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>Waits until something has come true that happens on another thread; fails after <see cref="Patience"/>.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, $"This did not happen in {Patience.TotalSeconds} seconds: {what}");
            await Task.Delay(5, CancellationToken.None);
        }
    }

    /// <summary>
    /// Lets virtual time pass until something has come true: briskly for as long as it is expected to take, then so slowly that a thread
    /// which gets its turn late hardly adds to it.
    /// </summary>
    public static Task AdvanceUntilAsync(ManualTimeProvider time, TimeSpan expected, Func<bool> condition, string what)
    {
        TimeSpan passed = TimeSpan.Zero;
        return UntilAsync(
            () =>
            {
                TimeSpan step = passed < expected ? BriskStep : SlowStep;
                passed += step;
                time.Advance(step);
                return condition();
            },
            what);
    }

    /// <summary>Waits until a figure stays the same for a while; fails after <see cref="Patience"/>.</summary>
    public static async Task UntilQuietAsync(Func<long> figure)
    {
        long last = -1;
        int same = 0;
        await UntilAsync(
            () =>
            {
                long now = figure();
                (same, last) = (now == last ? same + 1 : 0, now);
                return same >= 20;
            },
            "a figure comes to rest");
    }

    /// <summary>A service of the host.</summary>
    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();
}
