using System.Net;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Push;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Push;

/// <summary>Pushes as they are shipped, over a registry into which a test publishes; loopback targets are allowed unless it says otherwise.</summary>
internal sealed class PushHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly LogBook _log = new();

    public PushHost(params (string Key, string Value)[] settings)
        : this(null, settings)
    {
    }

    public PushHost(Func<string, CancellationToken, Task<IPAddress[]>>? resolve, params (string Key, string Value)[] settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Push:AllowPrivateAddresses", (string?)"true")]);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddGatewayOptions();
        builder.Logging.AddProvider(_log);
        builder.Services.AddSingleton<BufferPool>(Buffers);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IAudioTranscoderFactory>(new FakeTranscoderFactory(Buffers));
        builder.Services.AddDiagnostics().AddSessions().AddStreams().AddPush();
        if (resolve is not null)
        {
            builder.Services.AddSingleton(provider => new PushDialer(
                provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<PushOptions>>(), TimeProvider.System, resolve));
        }

        _host = builder.Build();
        _host.Start();
    }

    public TrackingBufferPool Buffers { get; } = new();

    public StreamRegistry Streams => Get<StreamRegistry>();

    public SessionDirectory Sessions => Get<SessionDirectory>();

    public PushService Pushes => Get<PushService>();

    public GatewayIdentity Identity => Get<GatewayIdentity>();

    public GatewayClock Clock => Get<GatewayClock>();

    /// <summary>The lines logged so far.</summary>
    public IReadOnlyCollection<string> Log => _log.Lines;

    public PublishLease Publish(string name, ExpectedTracks tracks = ExpectedTracks.Video)
    {
        PublishLease? lease = Streams.TryPublish(TestHub.Key(name), tracks, new FakePublisher(), out string? refusal);
        Assert.True(lease is not null, refusal);
        return lease;
    }

    public StreamPush Push(string name, string url)
    {
        PushTarget? target = PushTarget.Create(TestHub.Key(name), url, isFullUrl: true, out string? refusal);
        Assert.True(target is not null, refusal);
        Assert.Equal(PushStart.Started, Pushes.Start(target, out StreamPush? push));
        return push!;
    }

    public static Task UntilAsync(Func<bool> condition, string what) => RtmpServerHost.UntilAsync(condition, what);

    public static Task UntilAsync(StreamPush push, PushState state) =>
        RtmpServerHost.UntilAsync(() => push.State == state, $"{state}, not {push.State}: {push.Reason}");

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Buffers.Dispose();
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();
}
