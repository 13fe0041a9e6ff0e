using System.Globalization;
using MediaGateway.Media.Memory;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>FFmpeg plays files that FFmpeg has made: what arrives is what lies in the file. ffmpeg 5.1 or later.</summary>
[Trait("Category", "Integration")]
public sealed class RealFilePlayerTests : IDisposable
{
    private readonly BufferPool _buffers = new();

    public void Dispose() => Assert.Equal(0, _buffers.Outstanding(BufferOwner.WireImage));

    [Theory]
    [InlineData("clip.mp4", "-c:v libx264 -bf 2 -g 25 -c:a aac")]
    [InlineData("plain.mp4", "-c:v libx264 -bf 0 -g 25 -c:a aac -movflags +faststart")]
    [InlineData("pieces.mp4", "-c:v libx264 -bf 2 -g 25 -c:a aac -movflags +frag_keyframe+empty_moov+default_base_moof")]
    [InlineData("clip.mov", "-c:v libx264 -bf 2 -g 25 -c:a mp3 -ar 44100")]
    [InlineData("clip.flv", "-c:v libx264 -bf 2 -g 25 -c:a aac")]
    [InlineData("spark.flv", "-c:v flv -g 25 -b:v 400k -c:a mp3 -ar 44100")]
    public async Task PacketsPlayed_AreThoseOfTheFile(string name, string codecs)
    {
        await using FileHost host = await FileHost.StartAsync(_buffers);
        string path = await MakeAsync(host, name, codecs, seconds: 4);

        string played = await HashAsync($"-rtmp_buffer 60000 -i {AddressOf(host, name)}");

        Assert.Equal(await HashAsync($"-i {path}"), played);
    }

    [Theory]
    [InlineData("rtmps")]
    [InlineData("rtmpt")]
    public async Task OtherTransports_CarryTheSamePackets(string protocol)
    {
        await using FileHost host = await FileHost.StartAsync(_buffers);
        string path = await MakeAsync(host, "clip.mp4", "-c:v libx264 -bf 2 -g 25 -c:a aac", seconds: 4);

        string played = await HashAsync($"-rtmp_buffer 60000 -i {protocol}://127.0.0.1:{host.Server.PortOf(protocol)}/vod/mp4:clip.mp4");

        Assert.Equal(await HashAsync($"-i {path}"), played);
    }

    [Fact]
    public async Task Mp3_IsPlayed()
    {
        await using FileHost host = await FileHost.StartAsync(_buffers);
        string path = Path.Combine(host.Root, "song.mp3");
        ToolRun encoder = await ToolRun.StartAsync(
            "ffmpeg", $"-v error -f lavfi -i sine=440:sample_rate=44100:duration=3 -c:a libmp3lame -q:a 4 {path}");
        await encoder.SucceedAsync();

        string played = await HashAsync($"-rtmp_buffer 60000 -i rtmp://127.0.0.1:{host.Server.Port}/vod/mp3:song");

        Assert.Equal(await HashAsync($"-i {path}"), played);
    }

    [Theory]
    [InlineData("clip.mp4")]
    [InlineData("clip.flv")]
    public async Task SeekOfFfmpeg_LandsWithinOneGroupOfPictures(string name)
    {
        await using FileHost host = await FileHost.StartAsync(_buffers);
        await MakeAsync(host, name, "-c:v libx264 -bf 2 -g 25 -c:a aac", seconds: 10);
        ToolRun player = await ToolRun.StartAsync(
            "ffmpeg", $"-v error -ss 5.5 -i {AddressOf(host, name)} -copyts -map 0:v -frames:v 5 -c copy -f framehash -");
        string[] lines = (await player.SucceedAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        // #stream#, dts, pts, duration, size, hash; the time base of FLV is the millisecond.
        string[] fields = lines.First(line => line[0] != '#').Split(',', StringSplitOptions.TrimEntries);
        double first = double.Parse(fields[2], CultureInfo.InvariantCulture) / 1000;
        Assert.InRange(first, 4.5, 5.6);
    }

    private static string AddressOf(FileHost host, string name) => $"rtmp://127.0.0.1:{host.Server.Port}/vod/{name}";

    private static async Task<string> MakeAsync(FileHost host, string name, string codecs, int seconds)
    {
        string path = Path.Combine(host.Root, name);
        ToolRun encoder = await ToolRun.StartAsync(
            "ffmpeg",
            $"-v error -f lavfi -i testsrc2=size=320x180:rate=25:duration={seconds} -f lavfi -i sine=440:sample_rate=44100:duration={seconds} "
            + $"{codecs} -pix_fmt yuv420p -ac 2 {path}");
        await encoder.SucceedAsync();
        return path;
    }

    /// <summary>One hash of all packets of each kind of track, in the order video, sound.</summary>
    private static async Task<string> HashAsync(string input)
    {
        ToolRun run = await ToolRun.StartAsync("ffmpeg", $"-v error {input} -map 0:v? -map 0:a? -c copy -f streamhash -hash md5 -");
        return await run.SucceedAsync();
    }
}
