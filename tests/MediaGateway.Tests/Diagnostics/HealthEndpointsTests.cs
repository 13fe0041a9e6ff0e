using System.Net;
using System.Text.Json;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Streams.Renditions;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using MediaGateway.Tests.Streams.Renditions;
using Xunit;

namespace MediaGateway.Tests.Diagnostics;

public sealed class HealthEndpointsTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private FakeVideoTranscoders? _pictures;
    private WebApplication? _application;
    private HttpClient? _client;

    private WebApplication Application => _application ?? throw new InvalidOperationException("The application has not been started.");

    private StreamRegistry Registry => Application.Services.GetRequiredService<StreamRegistry>();

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.AddGatewayOptions();
        builder.Services.AddRoutingCore().AddLogging();
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.AddSingleton<IAudioTranscoderFactory>(provider =>
            new FakeTranscoderFactory(provider.GetRequiredService<BufferPool>()));
        builder.Services.AddSingleton<IVideoTranscoderFactory>(provider => _pictures = new FakeVideoTranscoders(provider.GetRequiredService<BufferPool>()));
        builder.Services.AddDiagnostics().AddStreams();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.UseRouting();
        _application.MapHealth();
        await _application.StartAsync(TestContext.Current.CancellationToken);
        _client = new HttpClient { BaseAddress = new Uri(_application.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await Application.DisposeAsync();
    }

    [Fact]
    public async Task Health_IsHealthy()
    {
        using PublishLease lease = Publish("a");
        _time.Advance(TimeSpan.FromSeconds(7));
        JsonElement report = await GetAsync("/health");
        Assert.Equal("""{"status":"healthy","uptimeSeconds":7,"streams":1}""", report.GetRawText());
    }

    [Fact]
    public async Task Statistics_SayWhatTheSelfTestHasFound()
    {
        Application.Services.GetRequiredService<SelfTestResult>().Sentence = "All is well.";
        Assert.Equal("All is well.", (await GetAsync("/api/statistics")).GetProperty("selfTest").GetString());
    }

    [Fact]
    public async Task Streams_AreListedByNameWithTheirFigures()
    {
        using PublishLease second = Publish("b");
        using PublishLease first = Publish("a");
        var frames = new TestFrames(Application.Services.GetRequiredService<BufferPool>());
        first.Publish(frames.Key(0, bytes: 10_000));
        first.Publish(frames.Sound(0));
        _time.Advance(TimeSpan.FromSeconds(2));
        first.Publish(frames.Delta(2000));
        first.Stream.AddViewers(3);
        JsonElement report = await GetAsync("/api/streams");
        Assert.Equal(2, report.GetArrayLength());
        Assert.Equal(
            """{"key":"live/a","publisherProtocol":"webrtc","awaitsPublisher":false,"ageSeconds":2,"videoCodec":"H.264","width":640,"height":360,"hasBFrames":false,"audioCodec":"Opus","viewers":3""" +
            ""","bitsPerSecond":40200,"videoFrames":2,"audioFrames":1,"keyframeRequests":0,"cachedBytes":10150,"audioBridge":false,"skewSeconds":0,"keyframeAgeSeconds":2,"waitingFrames":0,"droppedFrames":{},"audioBridgeDelaySeconds":null}""",
            report[0].GetRawText());
        Assert.Equal("live/b", report[1].GetProperty("key").GetString());
        Assert.Equal(JsonValueKind.Null, report[1].GetProperty("videoCodec").ValueKind);
    }

    [Fact]
    public async Task StreamThatWaitsForItsPublisher_IsListedAsSuch()
    {
        PublishLease lease = Publish("a");
        lease.End(StreamEndReason.PublisherLost);
        JsonElement stream = (await GetAsync("/api/streams"))[0];
        Assert.True(stream.GetProperty("awaitsPublisher").GetBoolean());
        Assert.Equal(JsonValueKind.Null, stream.GetProperty("publisherProtocol").ValueKind);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, (await GetAsync("/api/streams")).GetArrayLength());
    }

    [Fact]
    public async Task Statistics_TellTheDelays()
    {
        GatewayMetrics metrics = Application.Services.GetRequiredService<GatewayMetrics>();
        metrics.FrameSent(TrackKind.Video, TimeSpan.FromMilliseconds(2));
        metrics.FrameSent(TrackKind.Audio, TimeSpan.FromMilliseconds(1));
        JsonElement report = await GetAsync("/api/statistics");
        Assert.Equal(
            """{"count":1,"p50Milliseconds":2,"p95Milliseconds":2,"p99Milliseconds":2,"maximumMilliseconds":2}""",
            report.GetProperty("videoDelay").GetRawText());
        Assert.Equal(1, report.GetProperty("audioDelay").GetProperty("maximumMilliseconds").GetDouble());
        Assert.Equal(0, report.GetProperty("buffers").GetProperty("WireImage").GetInt64());
    }

    [Fact]
    public async Task ConversionOfPicturesThatHangs_IsNamedUntilItGoesOn()
    {
        using PublishLease lease = Publish("a");
        VideoWorkers workers = Application.Services.GetRequiredService<VideoWorkers>();
        using var hanging = new SemaphoreSlim(0);
        using var goesOn = new ManualResetEventSlim();
        _pictures!.WhenPushed = () => // Made with the workers.
        {
            hanging.Release();
            goesOn.Wait();
        };
        Assert.True(workers.TryReserve(out VideoWorker? worker, out _));
        var bridge = new VideoBridge(new LeaseConversion(lease, workers, lease.Stream), workers, new Source());
        worker.Adopt(bridge);
        try
        {
            bridge.Offer(new TestFrames(Application.Services.GetRequiredService<BufferPool>()).Key(0));
            await hanging.WaitAsync(TestContext.Current.CancellationToken);
            await AssertWellAsync();

            _time.Advance(Heartbeats.Patience + TimeSpan.FromSeconds(1));
            using HttpResponseMessage answer = await _client!.GetAsync("/healthz", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Contains("The thread video-0 has not come back", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            goesOn.Set();
            bridge.Close();
        }

        ResourceLedger held = Application.Services.GetRequiredService<ResourceLedger>();
        await RtmpServerHost.UntilAsync(() => held.Count(ResourceKind.VideoBridge) == 0, "the conversion ends");
        Heartbeat thread = Application.Services.GetRequiredService<GatewayMetrics>().Threads.All.Single(thread => thread.Name == "video-0");
        await RtmpServerHost.UntilAsync(() => thread.BusyFor(Application.Services.GetRequiredService<GatewayClock>().Now) == TimeSpan.Zero, "its thread rests");
        await AssertWellAsync();
    }

    [Fact]
    public async Task ThreadThatWaitsForADisk_IsShownAndDoesNotMakeTheGatewayUnwell()
    {
        Heartbeats threads = Application.Services.GetRequiredService<GatewayMetrics>().Threads;
        GatewayClock clock = Application.Services.GetRequiredService<GatewayClock>();
        Heartbeat disk = threads.Add("recording-0", isVital: false);
        disk.Work(clock.Now);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.FromMinutes(1), threads.All.Single(thread => thread.Name == "recording-0").BusyFor(clock.Now));
        await AssertWellAsync();
    }

    private async Task AssertWellAsync()
    {
        using HttpResponseMessage answer = await _client!.GetAsync("/healthz", TestContext.Current.CancellationToken);
        Assert.Equal("""{"status":"ok","problems":[]}""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private PublishLease Publish(string name) =>
        Registry.TryPublish(TestHub.Key(name), ExpectedTracks.AudioAndVideo, new FakePublisher(), out _)!;

    private async Task<JsonElement> GetAsync(string path)
    {
        using HttpResponseMessage response = await _client!.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    private sealed class Source : IBridgeSource
    {
        public void RequestKeyframe()
        {
        }

        public bool IsWanted(TimeSpan now) => true;

        public void BridgeEnded(string? failure)
        {
        }
    }
}
