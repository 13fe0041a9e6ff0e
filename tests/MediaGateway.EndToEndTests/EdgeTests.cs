using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Two gateways: published on the first, watched on the second, which pulls what its viewers want.</summary>
[Collection(Lane.Programs)]
public sealed class EdgeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task PublishedOnTheFirst_IsWatchedOnTheSecondDirectlyThroughSmilRedirectAndHttp()
    {
        using WorkFolder folder = new();
        string source = await TestMedia.ShareFlvAsync(60, 640, 360, TestMedia.EncoderH264(bFrames: 3));
        int originPort = FreePort.Tcp();
        await using GatewayProcess edge = await GatewayProcess.StartAsync(EdgeOf(originPort));
        await using GatewayProcess origin = await GatewayProcess.StartAsync(new Dictionary<string, string?>
        {
            ["Rtmp__Port"] = Number(originPort),
            ["Relay__Nodes__0__Address"] = $"rtmp://127.0.0.1:{edge.RtmpPort}",
            ["Relay__RedirectPlayers"] = "true",
        });
        string published = $"rtmp://127.0.0.1:{originPort}/live/relay";
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(origin, source, published);

        string redirected = await RedirectOfAsync(published) + "/relay";
        string manifest = await AddressInManifestAsync(new Uri(origin.Page, "smil/live/relay.smil"));
        Assert.Equal(edge.RtmpAddress("relay"), redirected);
        Assert.Equal(edge.RtmpAddress("relay"), manifest);
        string[] files = ["direct.flv", "redirected.flv", "manifest.flv", "http.flv"];
        Task recordings = Task.WhenAll(
            new[] { edge.RtmpAddress("relay"), redirected, manifest, new Uri(edge.Page, "live/relay.flv").ToString() }.Zip(files, (address, file) => FfmpegRecorder.RecordToEndAsync(address, folder.File(file), Limit)));
        await UntilAsync(edge, "api/v1/streams/live/relay", stream => stream.GetProperty("viewers").GetInt32() == 4, "four viewers on the second");
        await AssertHlsAsync(edge, folder);
        Assert.Equal(1, (await GetAsync(edge, "api/v1/pulls")).GetArrayLength());
        Assert.Equal(1, (await GetAsync(origin, "api/v1/streams/live/relay")).GetProperty("viewers").GetInt32());
        await AssertPicturesAsync(edge, folder);
        await Task.WhenAll(files.Select(file => FfmpegRecorder.WaitForMediaAsync(folder.File(file))));
        await encoder.StopAsync();
        await recordings;

        IReadOnlyList<HashedPacket> sent = await HashedPacket.ListAsync(source);
        foreach (string file in files)
        {
            IReadOnlyList<HashedPacket> recorded = await HashedPacket.ListAsync(folder.File(file));
            long shift = HashedPacket.AssertPart(sent, recorded, "video");
            Assert.Equal(shift, HashedPacket.AssertPart(sent, recorded, "audio", shift));
            Assert.Equal("", await DecodedMedia.DecodeErrorsAsync(folder.File(file)));
            Measurements.Note($"{file}: {recorded.Count} packets equal through two gateways, all stamps shifted by {shift} ms");
        }
    }

    // Every time, OriginPullTests shows both with gateways of its own process.
    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public Task ViewersKilledOnTheSecond_ThePullEnds_AndALoopIsAnError() => KillViewersAsync(2, static (_, _, _) => Task.CompletedTask);

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public Task DelayOfAnEdge_IsMeasured() => KillViewersAsync(12, MeasureAsync);

    private static async Task KillViewersAsync(int seconds, Func<RtmpPlayer, string, string, Task> watch)
    {
        using WorkFolder folder = new();
        string source = folder.File("source.flv");
        await TestMedia.EncodeAsync(
            folder, seconds, 320, 180, 0, ["-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p", "-an", "-f", "flv", source]);
        int originPort = FreePort.Tcp();
        await using GatewayProcess edge = await GatewayProcess.StartAsync(EdgeOf(originPort));
        await using GatewayProcess origin = await GatewayProcess.StartAsync(new Dictionary<string, string?>(EdgeOf(edge.RtmpPort)) { ["Rtmp__Port"] = Number(originPort) });
        string published = $"rtmp://127.0.0.1:{originPort}/live/a";
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(origin, source, published, endless: true);
        using (RtmpPlayer first = RtmpPlayer.Start(edge.RtmpAddress("a")))
        {
            await UntilAsync(origin, "api/v1/streams/live/a", stream => stream.GetProperty("viewers").GetInt32() == 1, "the pull is a viewer of the first");
            await Wait.UntilAsync(() => Pictures(first).Count > 0, Limit, () => "a picture");
            await watch(first, published, edge.RtmpAddress("a"));
        }

        await UntilAsync(origin, "api/v1/streams/live/a", stream => stream.GetProperty("viewers").GetInt32() == 0, "the first has no viewer");
        await UntilAsync(edge, "api/v1/streams", streams => streams.GetArrayLength() == 0, "the second has forgotten the stream");

        using var loop = RtmpPlayer.Start(edge.RtmpAddress("nobody"));
        await Wait.UntilAsync(
            () => loop.Messages.Any(message => Text(message).Contains("the relay is a loop", StringComparison.Ordinal)), Limit, () => "the loop is told to the viewer");
    }

    private static Dictionary<string, string?> EdgeOf(int originPort) => new()
    {
        ["Relay__Origins__0__Url"] = $"rtmp://127.0.0.1:{originPort}",
        ["Relay__IdleTime"] = "00:00:01",
    };

    /// <summary>How soon pictures come, and how much later than at the first gateway.</summary>
    private static async Task MeasureAsync(RtmpPlayer first, string atOrigin, string atEdge)
    {
        using RtmpPlayer direct = RtmpPlayer.Start(atOrigin);
        using RtmpPlayer second = RtmpPlayer.Start(atEdge);
        await Wait.UntilAsync(() => Pictures(second).Count >= 120 && Pictures(direct).Count >= 120, Limit, () => "four seconds of pictures");
        Dictionary<string, long> came = [];
        foreach (RtmpMessage picture in Pictures(direct))
        {
            came[Convert.ToHexString(picture.Payload)] = picture.CompleteAt;
        }

        // What comes in the first second is the cached group.
        double[] later =
        [
            .. Pictures(second).Where(picture => picture.CompleteAt > second.PlaySentAt + 1_000_000_000)
                .Where(picture => came.ContainsKey(Convert.ToHexString(picture.Payload)))
                .Select(picture => (picture.CompleteAt - came[Convert.ToHexString(picture.Payload)]) / 1e6).Order(),
        ];
        Assert.True(later.Length > 30, $"{later.Length} pictures came both ways");
        string starts = string.Join(", ", new[] { first, second }.Select(player => $"{(Pictures(player)[0].CompleteAt - player.PlaySentAt) / 1e6:F0} ms"));
        Measurements.Note($"first picture at an edge after play, before and after there is a pull: {starts}");
        Measurements.Note($"pictures come later at the edge than at the origin by p50 {later[later.Length / 2]:F1}, p99 {later[(later.Length * 99) / 100]:F1} ms");
    }

    private static IReadOnlyList<RtmpMessage> Pictures(RtmpPlayer player) => [.. player.Messages.Where(message => message.IsPicture)];

    private static async Task AssertPicturesAsync(GatewayProcess gateway, WorkFolder folder)
    {
        using HttpClient client = new();
        foreach ((string path, string size) in new[] { ("api/v1/streams/live/relay/snapshot.jpg", "640,360"), ("live-streams/live/relay.jpg", "480,270") })
        {
            string file = folder.File("picture.jpg");
            await File.WriteAllBytesAsync(file, await client.GetByteArrayAsync(new Uri(gateway.Page, path)));
            string shown = await ToolProcess.RunAsync(
                Tool.Require("ffprobe"), ["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", file], Limit);
            Assert.Equal(size, shown.Trim());
            Assert.Equal("", await DecodedMedia.DecodeErrorsAsync(file));
        }
    }

    /// <summary>The playlists through the edge, and the first segment, which begins with its pictures.</summary>
    private static async Task AssertHlsAsync(GatewayProcess gateway, WorkFolder folder)
    {
        using HttpClient client = new();
        var address = new Uri(gateway.Page, "hls/live/relay/index.m3u8");
        string[] lines = await LinesAsync(address);
        if (!lines.Any(line => line.StartsWith("#EXTINF", StringComparison.Ordinal)))
        {
            address = new Uri(address, lines.First(line => line.Length > 0 && line[0] != '#'));
            await Wait.UntilAsync(
                async () => (lines = await LinesAsync(address)).Any(line => line.StartsWith("#EXTINF", StringComparison.Ordinal)), Limit, () => string.Join('\n', lines));
        }

        string map = lines.First(line => line.StartsWith("#EXT-X-MAP:", StringComparison.Ordinal)).Split('"')[1];
        string segment = lines.SkipWhile(line => !line.StartsWith("#EXTINF", StringComparison.Ordinal)).First(line => line[0] != '#');
        string file = folder.File("segment.mp4");
        await File.WriteAllBytesAsync(
            file,
            [.. await client.GetByteArrayAsync(new Uri(address, map)), .. await client.GetByteArrayAsync(new Uri(address, segment))]);
        Assert.Equal("", await DecodedMedia.DecodeErrorsAsync(file));
        Assert.Contains((await HashedPacket.ListAsync(file)), packet => packet.Codec == "video");

        async Task<string[]> LinesAsync(Uri playlist) => (await client.GetStringAsync(playlist)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<string> RedirectOfAsync(string address)
    {
        using var player = RtmpPlayer.Start(address);
        string? target = null;
        await Wait.UntilAsync(
            () => (target = player.Messages.Select(RedirectIn).FirstOrDefault(found => found is not null)) is not null, Limit, () => "a redirect");
        return target!;
    }

    // AMF0: the property's name, then the marker of a string and its length.
    private static string? RedirectIn(RtmpMessage message)
    {
        int at = message.Payload.AsSpan().IndexOf("redirect\u0002"u8);
        if (message.Type != 20 || at < 0)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(message.Payload.AsSpan(at + 9));
        return System.Text.Encoding.UTF8.GetString(message.Payload, at + 11, length);
    }

    private static async Task<string> AddressInManifestAsync(Uri manifest)
    {
        using HttpClient client = new();
        XElement smil = XElement.Parse(await client.GetStringAsync(manifest));
        string? levels = smil.Descendants("meta").First().Attribute("base")?.Value;
        return levels + smil.Descendants("video").First().Attribute("src")?.Value;
    }

    private static async Task UntilAsync(GatewayProcess gateway, string path, Func<JsonElement, bool> condition, string what)
    {
        JsonElement last = default;
        await Wait.UntilAsync(
            async () => condition(last = await GetAsync(gateway, path)), Limit, () => $"{what}; {path} is {last}\n{gateway.Log}");
    }

    private static async Task<JsonElement> GetAsync(GatewayProcess gateway, string path)
    {
        using HttpClient client = new();
        using HttpResponseMessage answer = await client.GetAsync(new Uri(gateway.Page, path));
        JsonElement json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        return answer.IsSuccessStatusCode ? json : JsonDocument.Parse("""{"viewers":-1}""").RootElement;
    }

    private static string Text(RtmpMessage message) => System.Text.Encoding.UTF8.GetString(message.Payload);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
