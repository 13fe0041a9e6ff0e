using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Players that others have written, with real pictures and sound. ffmpeg 5.1 or later, rtmpdump 2.4.</summary>
[Trait("Category", "Integration")]
public sealed class RealPlayerTests : IAsyncLifetime
{
    private const int Seconds = 8;
    private const int FourHoursAndFortyMinutes = ((4 * 60) + 40) * 60_000;

    /// <summary>How much faster than life it is published.</summary>
    private const int Speed = 4;

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

    [Theory]
    [InlineData(0)]
    [InlineData(FourHoursAndFortyMinutes)]
    public async Task Ffmpeg_PlaysEveryFrameWithoutAnErrorAndEndsWithTheStream(int startMilliseconds)
    {
        EncodedStream media = await EncodedStream.CreateAsync(Seconds);
        PublishLease lease = _host.Publish("a", ExpectedTracks.AudioAndVideo);
        PublishHead(lease, media, startMilliseconds);
        string file = Path.Combine(_folder, "a.mkv");
        ToolRun player = await ToolRun.StartAsync("ffmpeg", $"-v error -i {_host.UrlOf("a")} -c copy {file}");
        await RtmpServerHost.UntilAsync(() => lease.Stream.Viewers == 1, "ffmpeg plays");
        await PublishRestAsync(lease, media, startMilliseconds);
        lease.Dispose();

        await player.SucceedAsync();

        Assert.Equal(media.Pictures, await CountAsync(file, "v"));
        Assert.Equal(media.SoundsFromTheFirstPictureOn, await CountAsync(file, "a"));
        ToolRun decoding = await ToolRun.StartAsync("ffmpeg", $"-v error -xerror -i {file} -f null -");
        await decoding.SucceedAsync();
    }

    [Fact]
    public async Task TenFfmpegsAtOnce_AllPlayWithoutAnError()
    {
        EncodedStream media = await EncodedStream.CreateAsync(4);
        PublishLease lease = _host.Publish("a", ExpectedTracks.AudioAndVideo);
        PublishHead(lease, media, 0);
        var players = new List<ToolRun>();
        for (int player = 0; player < 10; player++)
        {
            players.Add(await ToolRun.StartAsync("ffmpeg", $"-v error -xerror -i {_host.UrlOf("a")} -c copy {_folder}/{player}.mkv"));
        }

        await RtmpServerHost.UntilAsync(() => lease.Stream.Viewers == players.Count, "ten players");
        await PublishRestAsync(lease, media, 0);
        lease.Dispose();
        foreach (ToolRun player in players)
        {
            await player.SucceedAsync();
        }

        for (int player = 0; player < players.Count; player++)
        {
            Assert.Equal(media.Pictures, await CountAsync($"{_folder}/{player}.mkv", "v"));
        }
    }

    [Fact]
    public async Task Rtmpdump_PlaysAndEndsWithTheStream()
    {
        EncodedStream media = await EncodedStream.CreateAsync(4);
        PublishLease lease = _host.Publish("a", ExpectedTracks.AudioAndVideo);
        PublishHead(lease, media, 0);
        string file = Path.Combine(_folder, "a.flv");
        ToolRun player = await ToolRun.StartAsync("rtmpdump", $"-q --live -r {_host.UrlOf("a")} -o {file}");
        await RtmpServerHost.UntilAsync(() => lease.Stream.Viewers == 1, "rtmpdump plays");
        await PublishRestAsync(lease, media, 0);
        lease.Dispose();
        await player.EndAsync();

        Assert.Equal(media.Pictures, await CountAsync(file, "v"));
    }

    [Fact]
    public async Task Ffprobe_OnAnUnknownStream_FailsAtOnceWithTheReason()
    {
        ToolRun probe = await ToolRun.StartAsync("ffprobe", $"-v error {_host.UrlOf("nobody")}");
        (int exitCode, _, string errors) = await probe.EndAsync();

        Assert.NotEqual(0, exitCode);
        Assert.Contains("There is no such stream", errors, StringComparison.Ordinal);
    }

    private static async Task<int> CountAsync(string file, string track)
    {
        ToolRun probe = await ToolRun.StartAsync(
            "ffprobe", $"-v error -count_packets -select_streams {track} -show_entries stream=nb_read_packets -of csv=p=0 {file}");
        string output = await probe.SucceedAsync();
        return int.Parse(output.Trim().TrimEnd(','), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>What a player needs to begin: a frame of each track.</summary>
    private void PublishHead(PublishLease lease, EncodedStream media, int startMilliseconds)
    {
        foreach (EncodedStream.Unit unit in media.Units.Take(media.HeadLength))
        {
            Publish(lease, unit, startMilliseconds);
        }
    }

    private async Task PublishRestAsync(PublishLease lease, EncodedStream media, int startMilliseconds)
    {
        TimeSpan startedAt = _host.Clock.Now;
        foreach (EncodedStream.Unit unit in media.Units.Skip(media.HeadLength))
        {
            while ((_host.Clock.Now - startedAt) * Speed < TimeSpan.FromMilliseconds(unit.Stamp))
            {
                await Task.Delay(5);
            }

            Publish(lease, unit, startMilliseconds);
        }
    }

    private void Publish(PublishLease lease, EncodedStream.Unit unit, int startMilliseconds) =>
        lease.Publish(EncodedStream.Frame(unit with { Stamp = unit.Stamp + startMilliseconds }, _buffers, _host.Clock.Now));
}
