using System.Net;
using System.Security.Cryptography;
using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Servers.WebRtc;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>The WebRTC server as it is shipped but for its ciphers, on a free loopback port.</summary>
internal sealed class WebRtcServerHost : IAsyncDisposable
{
    private readonly IHost _host;
    private int _nextSession;

    private WebRtcServerHost(IHost host) => _host = host;

    public IPeerSessions Publishing => Get<IPeerSessions>();

    public StreamRegistry Streams => Get<StreamRegistry>();

    public BufferPool Buffers => Get<BufferPool>();

    public GatewayClock Clock => Get<GatewayClock>();

    public GatewayMetrics Metrics => Get<GatewayMetrics>();

    /// <summary>The DTLS ends that were made.</summary>
    public FakeDtlsFactory Dtls => (FakeDtlsFactory)Get<PeerServices>().Dtls;

    public IServiceProvider Services => _host.Services;

    /// <param name="configure">Settings of WebRTC.</param>
    /// <param name="streams">Settings of streams.</param>
    /// <param name="video">Settings of converted pictures.</param>
    /// <param name="replace">Registers what the test brings itself.</param>
    public static async Task<WebRtcServerHost> StartAsync(
        Action<WebRtcOptions>? configure = null,
        Action<StreamOptions>? streams = null,
        Action<VideoOptions>? video = null,
        Action<IServiceCollection>? replace = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddDiagnostics().AddStreams().AddConnectivity().AddWebRtcServer();
        builder.Services.AddSingleton<IAudioTranscoderFactory>(provider => new FakeTranscoderFactory(provider.GetRequiredService<BufferPool>()));
        builder.Services.AddSingleton(provider => new PeerServices(
            provider.GetRequiredService<BufferPool>(), new FakeDtlsFactory(), PlainSrtpCipher.Factory, RandomNumberGenerator.Create()));
        builder.Services.AddOptions<AudioOptions>();
        builder.Services.AddOptions<StreamOptions>().Configure(options => streams?.Invoke(options));
        builder.Services.AddOptions<VideoOptions>().Configure(options => video?.Invoke(options));
        builder.Services.AddOptions<WebRtcOptions>().Configure(options =>
        {
            options.BindAddress = "127.0.0.1";
            options.Port = 0;
            configure?.Invoke(options);
        });
        replace?.Invoke(builder.Services);
        IHost host = builder.Build();
        await host.StartAsync();
        return new WebRtcServerHost(host);
    }

    /// <summary>Offers a stream and, when it is accepted, starts to publish it.</summary>
    public LoopbackPublisher Publish(string name, TransportProtocol protocol = TransportProtocol.Udp, IPAddress? address = null)
    {
        var publisher = new LoopbackPublisher($"session {_nextSession++}", protocol, address);
        Assert.True(TryPublish(name, publisher, out string? answer, out string? refusal), refusal);
        publisher.Start(answer!);
        return publisher;
    }

    public bool TryPublish(string name, LoopbackPublisher publisher, out string? answer, out string? refusal)
    {
        Assert.True(StreamKey.TryCreate("live", name, out StreamKey key, out refusal));
        var request = new PeerPublishRequest(publisher.SessionId, key, publisher.Offer, IPAddress.Loopback, publisher);
        return Publishing.TryPublish(request, out answer, out refusal);
    }

    /// <summary>Offers to play a stream and, when it is accepted, starts to.</summary>
    public LoopbackViewer Play(string name, bool isSilent = false, bool sendsRtcp = true, string? quality = null)
    {
        var viewer = new LoopbackViewer($"session {_nextSession++}", sendsRtcp);
        Assert.True(TryPlay(name, viewer, out string? answer, out string? refusal, isSilent, quality), refusal);
        viewer.Start(answer!);
        return viewer;
    }

    public bool TryPlay(string name, LoopbackViewer viewer, out string? answer, out string? refusal, bool isSilent = false, string? quality = null)
    {
        Assert.True(StreamKey.TryCreate("live", name, out StreamKey key, out refusal));
        var request = new PeerPlayRequest(viewer.SessionId, key, TestViewer.Offer(), IPAddress.Loopback, viewer, isSilent, quality);
        return Publishing.TryPlay(request, out answer, out refusal);
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();
}
