using System.Globalization;
using MediaGateway.Media.Memory;
using MediaGateway.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Encoders and players that others have written, on both sides of the gateway. ffmpeg 5.1 or later, rtmpdump 2.4.</summary>
[Trait("Category", "Integration")]
public sealed class RealEncoderTests : IAsyncLifetime
{
    private readonly BufferPool _buffers = new();
    private readonly RecordingListener _listener = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mediagateway-").FullName;
    private RtmpServerHost _host = null!; // Set before the first test.

    public async ValueTask InitializeAsync() => _host = await RtmpServerHost.StartAsync(
        _buffers,
        options => options.WaitForPublisher = TimeSpan.FromSeconds(30),
        services: services => services.AddSingleton<ISessionListener>(_listener));

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        Assert.Equal(0, _buffers.Outstanding(BufferOwner.WireImage));
        Assert.Equal(0, _buffers.Outstanding(BufferOwner.Frame));
    }

    [Theory]
    [InlineData("-c:v libx264 -preset ultrafast -bf 2 -g 50 -c:a aac -b:a 96k")]
    [InlineData("-c:v libx264 -preset ultrafast -bf 0 -g 25 -c:a libmp3lame -ar 44100", Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData("-c:v flv1 -g 25 -c:a pcm_alaw -ar 8000 -ac 1", Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData("-c:v libx264 -preset ultrafast -g 25 -an")]
    public async Task WhatFfmpegPublishes_IsWhatFfmpegGets(string codecs)
    {
        string source = await EncodeAsync(codecs);
        string copy = Path.Combine(_folder, "copy.flv");
        ToolRun player = await ToolRun.StartAsync("ffmpeg", $"-v error -i {_host.UrlOf("a")} -c copy {copy}");
        await RtmpServerHost.UntilAsync(() => _listener.Notes.Contains("a Pending"), "the player waits");
        ToolRun encoder = await ToolRun.StartAsync("ffmpeg", $"-v error -re -i {source} -c copy -f flv {_host.UrlOf("a")}");
        await encoder.SucceedAsync();
        await player.SucceedAsync();

        long begin = (await PacketsAsync(source, "v")).FirstOrDefault()?.Decoding ?? 0;
        foreach (string track in (string[])["v", "a"])
        {
            List<Packet> sent = await PacketsAsync(source, track);
            sent.RemoveAll(packet => packet.Decoding < begin); // Sound from before the first picture.
            List<Packet> received = await PacketsAsync(copy, track);
            Assert.Equal(sent.Select(packet => packet.Hash), received.Select(packet => packet.Hash));
            Assert.Single(sent.Zip(received, (before, after) => after.Decoding - before.Decoding).Append(OffsetOf(sent, received)).Distinct());
        }

        Assert.Contains("a Unpublished Stopped by user", _listener.Notes);
    }

    [Fact]
    public async Task SoundOnly_IsHeardWithoutAGapFromWhereThePlayerBegins()
    {
        string source = await EncodeAsync("-vn -c:a aac -b:a 96k");
        string copy = Path.Combine(_folder, "copy.flv");
        ToolRun player = await ToolRun.StartAsync("ffmpeg", $"-v error -i {_host.UrlOf("a")} -c copy {copy}");
        await RtmpServerHost.UntilAsync(() => _listener.Notes.Contains("a Pending"), "the player waits");
        ToolRun encoder = await ToolRun.StartAsync("ffmpeg", $"-v error -re -i {source} -c copy -f flv {_host.UrlOf("a")}");
        await encoder.SucceedAsync();
        await player.SucceedAsync();

        List<Packet> sent = await PacketsAsync(source, "a");
        List<Packet> received = await PacketsAsync(copy, "a");
        Assert.InRange(received.Count, sent.Count / 2, sent.Count);
        Assert.Equal(sent.TakeLast(received.Count).Select(packet => packet.Hash), received.Select(packet => packet.Hash));
    }

    [Fact]
    public async Task Rtmpdump_GetsWhatFfmpegPublishes()
    {
        string source = await EncodeAsync("-c:v libx264 -preset ultrafast -bf 0 -g 25 -c:a aac -b:a 96k");
        string copy = Path.Combine(_folder, "copy.flv");
        ToolRun player = await ToolRun.StartAsync("rtmpdump", $"-q --live -r {_host.UrlOf("a")} -o {copy}");
        await RtmpServerHost.UntilAsync(() => _listener.Notes.Contains("a Pending"), "the player waits");
        ToolRun encoder = await ToolRun.StartAsync("ffmpeg", $"-v error -re -i {source} -c copy -f flv {_host.UrlOf("a")}");
        await encoder.SucceedAsync();
        await player.EndAsync();

        Assert.Equal(
            (await PacketsAsync(source, "v")).Select(packet => packet.Hash), (await PacketsAsync(copy, "v")).Select(packet => packet.Hash));
    }

    [Fact]
    public async Task SecondEncoder_IsToldInWordsAndDoesNotDisturbTheFirst()
    {
        string source = await EncodeAsync("-c:v libx264 -preset ultrafast -g 25 -an");
        ToolRun first = await ToolRun.StartAsync("ffmpeg", $"-v error -re -i {source} -c copy -f flv {_host.UrlOf("a")}");
        await RtmpServerHost.UntilAsync(() => _listener.Notes.Contains("a Publishing"), "the first encoder publishes");
        ToolRun second = await ToolRun.StartAsync("ffmpeg", $"-v error -re -i {source} -c copy -f flv {_host.UrlOf("a")}");
        (int exitCode, _, string errors) = await second.EndAsync();

        Assert.NotEqual(0, exitCode);
        Assert.Contains("Stream name is already in use", errors, StringComparison.Ordinal);
        await first.SucceedAsync();
    }

    private static long OffsetOf(List<Packet> sent, List<Packet> received) => sent.Count == 0 ? 0 : received[0].Decoding - sent[0].Decoding;

    private static async Task<List<Packet>> PacketsAsync(string file, string track)
    {
        ToolRun run = await ToolRun.StartAsync("ffmpeg", $"-v error -i {file} -map 0:{track}? -c copy -copyts -f framemd5 -");
        (_, string output, string errors) = await run.EndAsync();
        if (errors.Contains("does not contain any stream", StringComparison.Ordinal))
        {
            return [];
        }

        return [.. output.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(Parse)];
    }

    // stream, decoding time, presentation time, duration, size, hash
    private static Packet Parse(string line)
    {
        string[] fields = line.Split(',', StringSplitOptions.TrimEntries);
        return new Packet(long.Parse(fields[1], CultureInfo.InvariantCulture), fields[5]);
    }

    /// <summary>Four seconds of pictures and a tone as an FLV file.</summary>
    private async Task<string> EncodeAsync(string codecs)
    {
        string file = Path.Combine(_folder, "source.flv");
        ToolRun run = await ToolRun.StartAsync(
            "ffmpeg",
            "-v error -f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 4 -pix_fmt yuv420p "
                + $"{codecs} -f flv {file}");
        await run.EndAsync();
        return file;
    }

    private sealed record Packet(long Decoding, string Hash);
}
