using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Servers.Files;
using MediaGateway.Servers.Hls;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using MediaGateway.Vod;
using Xunit;

namespace MediaGateway.Tests.Servers.Hls;

/// <summary>HLS as it is shipped, on a free loopback port and a clock of the test's own, over streams that the test feeds.</summary>
internal sealed class HlsHost : StreamHost
{
    private HlsHost(WebApplication app, ManualTimeProvider time)
        : base(app) => Time = time;

    public ManualTimeProvider Time { get; }

    public HlsStreams Muxers => Get<HlsStreams>();

    public HlsViewers Viewers => Get<HlsViewers>();

    public static Task<HlsHost> StartAsync(params (string Key, string Value)[] settings) =>
        StartAsync(TimeSpan.Zero, static _ => { }, settings);

    /// <summary>Starts it so much later than other hosts, and with what a test adds.</summary>
    public static async Task<HlsHost> StartAsync(TimeSpan later, Action<IServiceCollection> add, params (string Key, string Value)[] settings)
    {
        var time = new ManualTimeProvider();
        time.Advance(later);
        WebApplication app = await StartAsync(
            settings,
            time,
            services => add(services.AddVod().AddHls().AddFiles()),
            static app =>
            {
                app.MapHls();
                app.MapFiles();
            });
        return new HlsHost(app, time);
    }

    /// <summary>Publishes a stream.</summary>
    public PublishLease Publish(string name, bool isBrowser = true, FakePublisher? publisher = null) => Streams.TryPublish(
        TestHub.Key(name),
        ExpectedTracks.AudioAndVideo,
        publisher ?? new FakePublisher { Protocol = isBrowser ? "webrtc" : "rtmp", AnswersKeyframeRequests = isBrowser },
        out _) ?? throw new InvalidOperationException("The name is in use.");

    /// <summary>30 pictures a second with a keyframe every two seconds, and AAC; the test's clock goes along.</summary>
    public void Feed(PublishLease lease, int from, int to, H264Format? format = null)
    {
        double sound = from;
        for (int index = 0; from + (index * 1000 / 30) < to; index++)
        {
            int at = from + (index * 1000 / 30);
            Frames.ReceivedAt = Get<GatewayClock>().Now;
            lease.Publish(index % 60 == 0 ? Frames.Key(at, 500, format) : Frames.Delta(at, 100, format));
            for (; sound <= at; sound += 1024.0 / 48)
            {
                lease.Publish(Frames.EncoderSound(TestFrames.Aac, (int)sound));
            }
        }
    }

    public async Task<HlsResponse> GetAsync(string path, string method = "GET", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach ((string name, string value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value), name);
        }

        using HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return new HlsResponse(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken),
            response.Headers.Concat(response.Content.Headers)
                .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Publishes a stream of 4.7 s and opens it as a player does: two segments are complete, the third has one part. The stream goes on at 4700.
    /// </summary>
    public async Task<(PublishLease Lease, string Media)> PlayAsync(string name, string query = "", string index = "index.m3u8")
    {
        PublishLease lease = Publish(name);
        Feed(lease, 0, 2000);
        Task<HlsResponse> opening = GetAsync($"/hls/live/{name}/{index}{query}");
        await RtmpServerHost.UntilAsync(() => lease.Stream.Outlets > 0, "segments are made");
        Feed(lease, 2000, 4700);
        HlsResponse response = await opening;
        Assert.True(response.Status == 200, response.Text);
        string media = $"/hls/live/{name}/{response.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]}";
        while ((await ReadAsync(media)).Segments is not [{ Address: not null }, { Address: not null }, { Address: null, Parts.Count: 1 }])
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        return (lease, media);
    }

    /// <summary>
    /// Lets time pass, and after it a little more until the answer has come: what waits may set its timer when time has passed already.
    /// </summary>
    public async Task<HlsResponse> AdvanceAsync(TimeSpan by, Task<HlsResponse> answer)
    {
        Time.Advance(by);
        await RtmpServerHost.UntilAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromMilliseconds(10));
                return answer.IsCompleted;
            },
            "the answer");
        return await answer;
    }

    /// <summary>Opens a stream as a player does: the address of its media playlist.</summary>
    public async Task<string> OpenAsync(string name, string query = "")
    {
        HlsResponse index = await GetAsync($"/hls/live/{name}/index.m3u8{query}");
        Assert.True(index.Status == 200, index.Text);
        return $"/hls/live/{name}/{index.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]}";
    }

    /// <summary>Reads a playlist that holds the segment or part asked for.</summary>
    public async Task<HlsPlaylist> ReadAsync(string media, string directives = "")
    {
        HlsResponse response = await GetAsync(media + directives);
        Assert.True(response.Status == 200, $"{response.Status} {response.Text}");
        return HlsPlaylist.Read(response.Text).Check();
    }
}

/// <summary>What a request was answered.</summary>
internal sealed record HlsResponse(int Status, string? MediaType, byte[] Bytes, IReadOnlyDictionary<string, string> Headers)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Bytes);

    /// <summary>The header of that name; empty when there is none.</summary>
    public string this[string header] => Headers.GetValueOrDefault(header, "");
}
