using MediaGateway.Diagnostics;
using MediaGateway.Load;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Servers.Whip;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Load;

/// <summary>The load generator and the WHIP server, over HTTP and UDP with real handshakes and ciphers.</summary>
public sealed class LoadWhipTests
{
    private static readonly LoadServices Services = new(TimeProvider.System);

    [Fact]
    public async Task Publishers_TheirPicturesArriveWithStampsAndTheServersWishForAKeyframeIsMet()
    {
        await using WhipHost host = await WhipHost.StartEncryptedAsync();
        using var stop = new CancellationTokenSource();
        using var load = new LoadWhip(Settings(host, "load{n}", sessions: 3) with { Length = TimeSpan.FromMinutes(5) }, OneKeyframe(), null, Services);
        Task<LoadWhipReport> publishing = load.RunAsync(stop.Token);
        await RtmpServerHost.UntilAsync(
            () => Enumerable.Range(1, 3).All(number => Find(host, number)?.Snapshot() is { VideoFrames: > 10, AudioFrames: > 10 }), "pictures and sound of all");

        LiveStream stream = Find(host, 2)!; // not null: it was there just now, and goes on
        var outlet = new StampReader();
        Assert.True(stream.Attach(outlet, new SubscriptionOptions(AudioPreference.None, StartPoint.CachedGroup)));
        await RtmpServerHost.UntilAsync(() => outlet.Pictures > 5, "stamped pictures");
        int keyframes = outlet.Keyframes;
        await RtmpServerHost.UntilAsync(() => stream.RequestKeyframe() && outlet.Keyframes > keyframes, "a keyframe because of the wish"); // wishes are paced
        stream.Detach(outlet);
        await stop.CancelAsync();
        LoadWhipReport sent = await publishing;

        Assert.Equal((3, 3), (sent.Sessions, sent.Publishing));
        Assert.Empty(sent.Failures);
        Assert.Equal(3, sent.Connect?.Count);
        Assert.True(sent.Pictures > 0 && sent.MegabitsPerSecond > 0);
        Assert.True(sent.KeyframeRequests > 0, "no request was heard");
        Assert.Equal(0, outlet.Unstamped);
        await RtmpServerHost.UntilAsync(() => host.Directory.Connections.Count == 0 && Find(host, 1) is null, "the server knows that it is over");
    }

    [Fact]
    public async Task ServerRefuses_ReportSaysWhyAndHowOften()
    {
        await using WhipHost host = await WhipHost.StartEncryptedAsync();
        host.Access.OnPublish = static (session, _) => session.Key.Name == "load2" ? FakeAccess.Allowed : FakeAccess.Refused("not you");
        using var load = new LoadWhip(Settings(host, "load{n}", sessions: 3), LoadMedia.Synthetic(100, 10), null, Services);

        LoadWhipReport seen = await load.RunAsync(TestContext.Current.CancellationToken);

        (string words, int count) = Assert.Single(seen.Failures);
        Assert.StartsWith("The server answers 401: not you", words, StringComparison.Ordinal);
        Assert.Equal((2, 1), (count, seen.Publishing));
    }

    [Fact]
    public async Task ServerIsFull_ReportSaysSoInItsWords()
    {
        await using WhipHost host = await WhipHost.StartEncryptedAsync(("WebRtc:MaximumSessions", "1"));
        using var stop = new CancellationTokenSource();
        LoadSettings settings = Settings(host, "load{n}", sessions: 1) with { Length = TimeSpan.FromMinutes(5) };
        using var first = new LoadWhip(settings, LoadMedia.Synthetic(100, 10), null, Services);
        Task<LoadWhipReport> publishing = first.RunAsync(stop.Token);
        await RtmpServerHost.UntilAsync(() => Find(host, 1)?.Snapshot() is { VideoFrames: > 0 }, "pictures of the first");

        using var load = new LoadWhip(Settings(host, "other{n}", sessions: 2), LoadMedia.Synthetic(100, 10), null, Services);
        LoadWhipReport seen = await load.RunAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();

        (string words, int count) = Assert.Single(seen.Failures);
        Assert.StartsWith("The server answers 503: The gateway carries as many WebRTC sessions", words, StringComparison.Ordinal);
        Assert.Equal((2, 0), (count, seen.Publishing));
        Assert.Empty((await publishing).Failures);
    }

    [Fact]
    public async Task WithoutSound_PicturesAloneArePublished()
    {
        await using WhipHost host = await WhipHost.StartEncryptedAsync();
        using var stop = new CancellationTokenSource();
        LoadSettings settings = Settings(host, "load{n}", sessions: 1) with { Length = TimeSpan.FromMinutes(5) };
        using var load = new LoadWhip(settings, LoadMedia.Synthetic(500, 30), null, Services) { HasSound = false };
        Task<LoadWhipReport> publishing = load.RunAsync(stop.Token);
        await RtmpServerHost.UntilAsync(() => Find(host, 1)?.Snapshot() is { VideoFrames: > 10 }, "pictures");

        Assert.Equal(0, Find(host, 1)?.Snapshot().AudioFrames);
        await stop.CancelAsync();
        Assert.Empty((await publishing).Failures);
    }

    [Fact]
    public async Task PlayedOverRtmp_StampsTellTheDelayOfPicturesAndSound()
    {
        await using WhipHost host = await WhipHost.StartEncryptedAsync();
        await using RtmpServerHost rtmp = await RtmpServerHost.StartAsync(
            host.Get<BufferPool>(), services: services => services.AddSingleton(host.Streams).AddSingleton(host.Get<GatewayClock>()));
        using var stop = new CancellationTokenSource();
        LoadSettings settings = Settings(host, "load{n}", sessions: 1) with { Length = TimeSpan.FromMinutes(5) };
        using var load = new LoadWhip(settings, LoadMedia.Synthetic(500, 30), null, Services);
        Task<LoadWhipReport> publishing = load.RunAsync(stop.Token);
        await RtmpServerHost.UntilAsync(() => Find(host, 1)?.Snapshot() is { VideoFrames: > 10, AudioFrames: > 10 }, "pictures and sound");

        var viewers = new LoadSettings(rtmp.UrlOf("load{n}"), 2, Ramp: 1000, TimeSpan.Zero, TimeSpan.FromSeconds(2), Process: null);
        LoadPlayReport seen = await new LoadPlay(viewers, streams: 1, sample: 2, Services).RunAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await publishing;

        Assert.Equal((2, 2), (seen.Sessions, seen.Playing));
        Assert.Equal(2, seen.FirstPicture?.Count);
        Assert.True(seen.PictureDelay is { P50: > 0 } && seen.PictureDelay.Count == seen.Pictures, $"{seen.Pictures} pictures, {seen.PictureDelay}");
        Assert.True(seen.SoundDelay is { Count: > 0 }, "no sound");
    }

    [Fact]
    public async Task AddressOfNothing_IsToldInWords()
    {
        await using WhipHost host = await WhipHost.StartEncryptedAsync();
        var settings = new LoadSettings($"{host.Address}nothing", 1, 1000, TimeSpan.Zero, TimeSpan.FromMilliseconds(1), null);
        using var load = new LoadWhip(settings, LoadMedia.Synthetic(100, 10), null, Services);

        LoadWhipReport seen = await load.RunAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("The server answers 404", Assert.Single(seen.Failures).Key, StringComparison.Ordinal);
        Assert.Null(seen.Connect);
    }

    [Fact]
    public async Task NobodyIsThere_IsToldInWords()
    {
        var settings = new LoadSettings("http://127.0.0.1:9/whip/load", 1, 1000, TimeSpan.Zero, TimeSpan.FromMilliseconds(1), null);
        using var load = new LoadWhip(settings, LoadMedia.Synthetic(100, 10), null, Services);

        LoadWhipReport seen = await load.RunAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("The server cannot be reached", Assert.Single(seen.Failures).Key, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtmp://127.0.0.1/live/load", 1, "http://")]
    [InlineData("http://127.0.0.1:9/whip/load", 2, "{n}")]
    public async Task WrongAddress_IsToldInWords(string address, int sessions, string words)
    {
        var settings = new LoadSettings(address, sessions, 1000, TimeSpan.Zero, TimeSpan.FromSeconds(1), null);
        using var load = new LoadWhip(settings, LoadMedia.Synthetic(100, 10), null, Services);

        LoadException exception = await Assert.ThrowsAsync<LoadException>(() => load.RunAsync(TestContext.Current.CancellationToken));

        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    private static LiveStream? Find(WhipHost host, int number) => host.Streams.Find(TestHub.Key($"load{number}"));

    private static LoadSettings Settings(WhipHost host, string name, int sessions) =>
        new($"{host.Address}whip/{name}", sessions, Ramp: 1000, TimeSpan.Zero, TimeSpan.FromSeconds(1), Process: null);

    /// <summary>A minute of pictures of which only the first is a keyframe: another one comes only because it was asked for.</summary>
    private static LoadMedia OneKeyframe()
    {
        var group = LoadMedia.Synthetic(500, 30);
        LoadFrame other = group.Frames.First(frame => frame is { IsPicture: true, IsKeyframe: false });
        IEnumerable<LoadFrame> frames = Enumerable.Range(0, 30).SelectMany(number => group.Frames
            .Where(frame => frame.IsPicture)
            .Select(frame => (number == 0 ? frame : other) with { Milliseconds = frame.Milliseconds + (number * 2000) }));
        return new LoadMedia([.. frames], TimeSpan.FromMinutes(1));
    }

    /// <summary>Counts pictures, and those without a stamp.</summary>
    private sealed class StampReader : IStreamOutlet
    {
        private int _pictures;
        private int _keyframes;
        private int _unstamped;

        public int Pictures => Volatile.Read(ref _pictures);

        public int Keyframes => Volatile.Read(ref _keyframes);

        public int Unstamped => Volatile.Read(ref _unstamped);

        public void Start(StreamFormats formats)
        {
        }

        public void Deliver(MediaFrame frame)
        {
            if (frame.Kind == TrackKind.Video)
            {
                Interlocked.Add(ref _unstamped, LoadStamp.TryRead(frame.Payload, out _, out _) ? 0 : 1);
                Interlocked.Add(ref _keyframes, frame.IsKeyframe ? 1 : 0);
                Interlocked.Increment(ref _pictures);
            }

            frame.Release();
        }

        public void Describe(StreamMetadata metadata)
        {
        }

        public void End(StreamEndReason reason)
        {
        }
    }
}
