using System.Globalization;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>ffmpeg publishes over one transport and plays over the same one: the packets are equal. ffmpeg 5.1 or later.</summary>
[Trait("Category", "Integration")]
public sealed class TransportPublisherTests : IAsyncLifetime
{
    private readonly BufferPool _buffers = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mediagateway-").FullName;
    private RtmpServerHost _host = null!; // Set before the first test.

    public async ValueTask InitializeAsync() => _host = await RtmpServerHost.StartAsync(_buffers);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        Assert.Equal(0, _buffers.Outstanding(BufferOwner.WireImage));
    }

    /// <summary>
    /// Over a tunnel ffmpeg forgets at its end what it has not yet sent, so that there the last packets are missing in what is compared.
    /// </summary>
    [Theory]
    [InlineData("rtmps", 0, Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData("rtmpt", 10, Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData("rtmpts", 10)]
    public async Task Ffmpeg_PublishesAndPlaysEveryPacketUnchanged(string protocol, int forgotten)
    {
        string file = Path.Combine(_folder, "source.flv");
        ToolRun making = await ToolRun.StartAsync(
            "ffmpeg",
            "-v error -f lavfi -i testsrc2=size=640x360:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 5 "
                + $"-c:v libx264 -preset ultrafast -bf 2 -g 25 -pix_fmt yuv420p -c:a aac -ac 2 {file}");
        await making.SucceedAsync();
        ToolRun publisher = await ToolRun.StartAsync("ffmpeg", $"-v error -re -i {file} -c copy -f flv {_host.UrlOf("p", protocol)}");
        Assert.True(StreamKey.TryCreate("live", "p", out StreamKey key, out _));
        await RtmpServerHost.UntilAsync(() => _host.Streams.Find(key) is not null, "ffmpeg publishes");
        string recording = Path.Combine(_folder, "played.mkv");
        ToolRun player = await ToolRun.StartAsync("ffmpeg", $"-v error -i {_host.UrlOf("p", protocol)} -c copy {recording}");
        await publisher.EndAsync();
        await player.EndAsync();
        await RtmpServerHost.UntilAsync(() => _host.Limiter.Count == 0, "nobody is left");

        foreach (string track in new[] { "v", "a" })
        {
            List<(double Time, string Hash)> sent = await PacketsAsync(file, track);
            List<(double Time, string Hash)> played = await PacketsAsync(recording, track);
            int skipped = sent.FindIndex(packet => packet.Hash == played[0].Hash);
            Assert.InRange(played.Count, sent.Count - skipped - forgotten, sent.Count - skipped);
            Assert.Equal(sent.Skip(skipped).Take(played.Count).Select(packet => packet.Hash), played.Select(packet => packet.Hash));
            double shift = sent[skipped].Time - played[0].Time;
            Assert.All(played.Index(), packet => Assert.InRange(sent[skipped + packet.Index].Time - packet.Item.Time - shift, -0.0015, 0.0015));
        }

        Assert.Contains(_host.Log, line => line.Contains("live/p ended: Completed", StringComparison.Ordinal));
    }

    private static async Task<List<(double Time, string Hash)>> PacketsAsync(string file, string track)
    {
        ToolRun probe = await ToolRun.StartAsync(
            "ffprobe", $"-v error -select_streams {track} -show_packets -show_data_hash md5 -show_entries packet=pts_time,data_hash -of csv=p=0 {file}");
        string output = await probe.SucceedAsync();
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(','))
            .Select(parts => (double.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]))];
    }
}
