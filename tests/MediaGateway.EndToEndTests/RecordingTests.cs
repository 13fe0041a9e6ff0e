using System.Diagnostics;
using System.Text.Json;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Streams are recorded while ffmpeg publishes them: the gateway is killed, the disk is full. Needs ffmpeg.</summary>
[Collection(Lane.Programs)]
public sealed class RecordingTests
{
    private const int FramesPerSecond = 30;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task GatewayIsKilled_RecordingsHoldAllButTheLastTwoSeconds()
    {
        using WorkFolder folder = new();
        string source = await EncodeAsync(folder, 11, "500k");
        GatewayProcess[] gateways =
        [
            await StartAsync(folder.File("flv"), "flv"), await StartAsync(folder.File("mp4"), "mp4"),
        ];
        await Task.WhenAll(gateways.Zip(["flv", "mp4"], (gateway, format) => AssertSurvivesAsync(gateway, folder, source, format)));
    }

    [Fact]
    public async Task DiskIsFull_TheRecordingStopsAndViewersGetEveryPacket()
    {
        using WorkFolder folder = new();
        string source = await EncodeAsync(folder, 12, "3000k");
        using SmallDisk disk = await SmallDisk.MountAsync(folder.File("disk"), megabytes: 2);
        await using GatewayProcess gateway = await StartAsync(disk.Path, "mp4", settings: ("Recording__ReservedBytes", "0"));
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, source, gateway.RtmpAddress("full"));
        string watched = folder.File("watched.flv");
        await FfmpegRecorder.RecordToEndAsync(gateway.RtmpAddress("full"), watched, Limit);
        await encoder.WaitForEndAsync(Limit);

        IReadOnlyList<HashedPacket> sent = await HashedPacket.ListAsync(source);
        IReadOnlyList<HashedPacket> received = await HashedPacket.ListAsync(watched);
        HashedPacket.AssertTail(sent, received, "video");
        HashedPacket.AssertTail(sent, received, "audio");
        JsonElement entry = Assert.Single(await ListAsync(gateway));
        Assert.Equal("failed", entry.GetProperty("state").GetString());
        Assert.Contains("space", entry.GetProperty("reason").GetString(), StringComparison.OrdinalIgnoreCase);
        string file = Path.Combine(disk.Path, entry.GetProperty("file").GetString()!);
        JsonElement beside = JsonDocument.Parse(await File.ReadAllTextAsync($"{file}.json", TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(entry.GetProperty("bytes").GetInt64(), beside.GetProperty("bytes").GetInt64());
        Assert.Equal("", await DecodedMedia.DecodeErrorsAsync(file));
        AssertPartOf(sent, await HashedPacket.ListAsync(file), "video");

        // The viewer was there when the recording stopped, and to the end.
        int unseen = sent.Count(packet => packet.Codec == "video") - received.Count(packet => packet.Codec == "video");
        Assert.InRange(unseen, 0, Last(sent, await HashedPacket.ListAsync(file)));
    }

    private static async Task AssertSurvivesAsync(GatewayProcess gateway, WorkFolder folder, string source, string format)
    {
        await using GatewayProcess killed = gateway;
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, source, gateway.RtmpAddress("killed"));
        string watched = folder.File($"watched-{format}.flv");
        Task watching = FfmpegRecorder.RecordAsync(gateway.RtmpAddress("killed"), TimeSpan.FromSeconds(30), watched);
        await FfmpegRecorder.WaitForMediaAsync(watched);

        // A running recording is a file like every other.
        await Wait.UntilAsync(async () => (await ListAsync(gateway)) is [var entry] && entry.GetProperty("durationSeconds").GetDouble() > 2, Limit, () => gateway.Log);
        string played = folder.File($"played-{format}.flv");
        await PlayAsync(gateway, $"{format}:live/killed", played);
        await Wait.UntilAsync(async () => (await ListAsync(gateway))[0].GetProperty("durationSeconds").GetDouble() > 4.5, Limit, () => gateway.Log);
        await gateway.KillAsync();
        await watching;

        IReadOnlyList<HashedPacket> sent = await HashedPacket.ListAsync(source);
        string file = Path.Combine(folder.File(format), $"live/killed.{format}");
        int seen = Last(sent, await HashedPacket.ListAsync(watched));
        int recorded = Last(sent, await HashedPacket.ListAsync(file));
        int counted = await CountAsync(file);
        Measurements.Note($"killed while recording {format}: {(seen - recorded) / (double)FramesPerSecond:0.0} s lost, {counted} frames counted");
        // Two seconds, and one that a busy machine may take to write; the viewer may have got less than the file.
        Assert.InRange(seen - recorded, int.MinValue, 3 * FramesPerSecond);
        AssertPartOf(sent, await HashedPacket.ListAsync(file), "video");
        AssertPartOf(sent, await HashedPacket.ListAsync(file), "audio");
        AssertPartOf(sent, await HashedPacket.ListAsync(played), "video");
        Assert.InRange(counted, recorded - FramesPerSecond, recorded + 1);

        long start = Stopwatch.GetTimestamp();
        await using GatewayProcess next = await StartAsync(folder.File(format), format, gateway);
        Measurements.Note($"started again after it was killed: healthy within {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        await Wait.UntilAsync(async () => (await ListAsync(next)) is [var entry] && entry.GetProperty("state").GetString() == "finished", Limit, () => next.Log);
        await PlayAsync(next, $"{format}:live/killed", played);
        AssertPartOf(sent, await HashedPacket.ListAsync(played), "video");
        Assert.Equal(counted, await CountAsync(file));
        JsonElement finished = Assert.Single(await ListAsync(next));
        Assert.Equal(new FileInfo(file).Length, finished.GetProperty("bytes").GetInt64());
        string tags = await ToolProcess.RunAsync(
            Tool.Require("ffprobe"), ["-v", "quiet", "-show_entries", "format_tags=hasKeyframes", "-of", "csv=p=0", file], Limit);
        Assert.Equal(format == "flv" ? "true" : "", tags.Trim());
    }

    private static Task<GatewayProcess> StartAsync(
        string root, string format, GatewayProcess? former = null, params (string Key, string Value)[] settings) => GatewayProcess.StartAsync(
        new Dictionary<string, string?>(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
        {
            ["Recording__Root"] = root,
            ["Recording__Format"] = format,
            ["Recording__NameTemplate"] = "{app}/{name}",
            ["Applications__live__Record"] = "true",
        },
        former);

    /// <summary>Plays the first second of a recording, as a file.</summary>
    private static Task<string> PlayAsync(GatewayProcess gateway, string name, string file) => ToolProcess.RunAsync(
        Tool.Require("ffmpeg"),
        ["-nostdin", "-v", "warning", "-y", "-i", $"rtmp://127.0.0.1:{gateway.RtmpPort}/recordings/{name}", "-t", "1", "-c", "copy", "-f", "flv", file],
        Limit);

    private static async Task<string> EncodeAsync(WorkFolder folder, int seconds, string rate)
    {
        string source = folder.File("source.flv");
        await TestMedia.EncodeAsync(
            folder, seconds, 640, 360, 0,
            [
                "-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-pix_fmt", "yuv420p",
                "-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate, "-x264-params", "nal-hrd=cbr",
                "-c:a", "aac", "-ac", "2", "-f", "flv", source,
            ]);
        return source;
    }

    private static async Task<JsonElement[]> ListAsync(GatewayProcess gateway)
    {
        using HttpClient client = new();
        return await client.GetFromJsonAsync<JsonElement[]>(new Uri(gateway.Page, "api/v1/recordings"), TestContext.Current.CancellationToken) ?? [];
    }

    private static async Task<int> CountAsync(string file) => int.Parse(
        (await ToolProcess.RunAsync(
            Tool.Require("ffprobe"),
            ["-v", "quiet", "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", file],
            Limit)).Trim().TrimEnd(','),
        System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Which of the pictures sent is the last one received.</summary>
    private static int Last(IReadOnlyList<HashedPacket> sent, IReadOnlyList<HashedPacket> received)
    {
        HashedPacket[] pictures = [.. received.Where(packet => packet.Codec == "video")];
        return Array.FindIndex([.. sent.Where(packet => packet.Codec == "video")], packet => packet.Hash == pictures[0].Hash) + pictures.Length - 1;
    }

    /// <summary>Fails unless what was received is sent packets one after the other, none missing.</summary>
    private static void AssertPartOf(IReadOnlyList<HashedPacket> sent, IReadOnlyList<HashedPacket> received, string codec)
    {
        string[] all = [.. sent.Where(packet => packet.Codec == codec).Select(packet => packet.Hash)];
        string[] part = [.. received.Where(packet => packet.Codec == codec).Select(packet => packet.Hash)];
        Assert.NotEmpty(part);
        int start = Array.IndexOf(all, part[0]);
        Assert.True(start >= 0, $"The first {codec} packet was not sent.");
        Assert.Equal(all[start..(start + part.Length)], part);
    }
}
