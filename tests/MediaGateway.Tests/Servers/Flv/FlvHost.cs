using System.Net;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Hooks;
using MediaGateway.Http;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Servers.Flv;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Flv;

/// <summary>FLV over HTTP and WebSockets as it is shipped, on a free loopback port, over streams that a test feeds.</summary>
internal sealed class FlvHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FlvHost(WebApplication app, FakeAccess access, TrackingBufferPool buffers)
    {
        (_app, Access, Buffers) = (app, access, buffers);
        Client = new HttpClient { BaseAddress = Address };
        Frames = new TestFrames(buffers);
    }

    public FakeAccess Access { get; }

    public TrackingBufferPool Buffers { get; }

    public TestFrames Frames { get; }

    public HttpClient Client { get; }

    public Uri Address => new(_app.Urls.First());

    public Uri WebSocketAddress => new UriBuilder(Address) { Scheme = "ws" }.Uri;

    public StreamRegistry Streams => Get<StreamRegistry>();

    public SessionDirectory Directory => Get<SessionDirectory>();

    public static async Task<FlvHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var access = new FakeAccess();
        var buffers = new TrackingBufferPool();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddGatewayOptions();
        builder.Services.AddRoutingCore().AddLogging();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<BufferPool>(buffers).AddSingleton<IAccessControl>(access);
        builder.Services.AddSingleton<IAudioTranscoderFactory>(new FakeTranscoderFactory(buffers));
        builder.Services.AddDiagnostics().AddSessions().AddHooks(builder.Configuration).AddStreams().AddHttpViewers().AddFlv();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.UseRouting();
        app.MapFlv();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new FlvHost(app, access, buffers);
    }

    /// <summary>Publishes a stream as an encoder does.</summary>
    public PublishLease Publish(string name) => Streams.TryPublish(
        TestHub.Key(name),
        ExpectedTracks.AudioAndVideo,
        new FakePublisher { Protocol = "rtmp", AnswersKeyframeRequests = false },
        out _) ?? throw new InvalidOperationException("The name is in use.");

    /// <summary>Asks for a stream and reads until its headers have come.</summary>
    public async Task<FlvAnswer> PlayAsync(string path)
    {
        HttpResponseMessage response = await Client.GetAsync(
            new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new FlvAnswer(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (LiveStream stream in Streams.Streams)
        {
            stream.Lease?.End(StreamEndReason.Unpublished);
        }

        await _app.StopAsync();
        await _app.DisposeAsync();
        Buffers.Dispose();
    }
}
