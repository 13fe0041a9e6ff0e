using System.Net;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Hooks;
using MediaGateway.Http;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers;

/// <summary>A server over HTTP as it is shipped, on a free loopback port, over streams that a test feeds.</summary>
internal abstract class StreamHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    protected StreamHost(WebApplication app)
    {
        _app = app;
        Client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        Frames = new TestFrames(Buffers);
    }

    public FakeAccess Access => (FakeAccess)Get<IAccessControl>();

    public TrackingBufferPool Buffers => (TrackingBufferPool)Get<BufferPool>();

    public TestFrames Frames { get; }

    public HttpClient Client { get; }

    public Uri Address => new(_app.Urls.First());

    public StreamRegistry Streams => Get<StreamRegistry>();

    public SessionDirectory Directory => Get<SessionDirectory>();

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        TrackingBufferPool buffers = Buffers;
        Client.Dispose();
        foreach (LiveStream stream in Streams.Streams)
        {
            stream.Lease?.End(StreamEndReason.Unpublished);
        }

        await _app.StopAsync();
        await _app.DisposeAsync();
        buffers.Dispose();
    }

    /// <summary>Builds and starts what the server under test stands on, with the server itself.</summary>
    protected static async Task<WebApplication> StartAsync(
        (string Key, string Value)[] settings, TimeProvider time, Action<IServiceCollection> add, Action<WebApplication> map)
    {
        var buffers = new TrackingBufferPool();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddGatewayOptions();
        builder.Services.AddRoutingCore().AddLogging();
        builder.Services.AddSingleton(time).AddSingleton<BufferPool>(buffers).AddSingleton<IAccessControl>(new FakeAccess());
        builder.Services.AddSingleton<IAudioTranscoderFactory>(new FakeTranscoderFactory(buffers));
        builder.Services.AddDiagnostics().AddSessions().AddHooks(builder.Configuration).AddStreams().AddHttpViewers();
        add(builder.Services);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.UseRouting();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
