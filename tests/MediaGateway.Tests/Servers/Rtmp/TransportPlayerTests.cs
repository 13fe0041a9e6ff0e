using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Players that others have written, on every transport, with real pictures and sound. ffmpeg 5.1 or later, rtmpdump 2.4.</summary>
[Trait("Category", "Integration")]
public sealed class TransportPlayerTests : IAsyncLifetime
{
    private const int Seconds = 6;

    /// <summary>How much faster than life it is published.</summary>
    private const int Speed = 2;

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
    [InlineData("rtmps", "", Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData("rtmpt", "", Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData("rtmpts", "")]
    public async Task Ffmpeg_PlaysEveryFrameAndEndsWithTheStream(string protocol, string options)
    {
        EncodedStream media = await EncodedStream.CreateAsync(Seconds);
        PublishLease lease = _host.Publish("a", ExpectedTracks.AudioAndVideo);
        PublishHead(lease, media);
        string file = Path.Combine(_folder, "a.mkv");
        ToolRun player = await ToolRun.StartAsync("ffmpeg", $"-v error {options} -i {_host.UrlOf("a", protocol)} -c copy {file}");
        await RtmpServerHost.UntilAsync(() => lease.Stream.Viewers == 1, "ffmpeg plays");
        await PublishRestAsync(lease, media);
        lease.Dispose();
        await player.EndAsync();

        Assert.Equal(media.Pictures, await CountAsync(file, "v"));
        Assert.Equal(media.SoundsFromTheFirstPictureOn, await CountAsync(file, "a"));
        ToolRun decoding = await ToolRun.StartAsync("ffmpeg", $"-v error -xerror -i {file} -f null -");
        await decoding.SucceedAsync();
    }

    [Theory]
    [InlineData("rtmps")]
    [InlineData("rtmpt", Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData("rtmpts", Traits = [LongRun.Trait, LongRun.Full])]
    public async Task Rtmpdump_PlaysEveryFrameAndEndsWithTheStream(string protocol)
    {
        EncodedStream media = await EncodedStream.CreateAsync(Seconds);
        PublishLease lease = _host.Publish("a", ExpectedTracks.AudioAndVideo);
        PublishHead(lease, media);
        string file = Path.Combine(_folder, "a.flv");
        ToolRun player = await ToolRun.StartAsync("rtmpdump", $"-q --live -r {_host.UrlOf("a", protocol)} -o {file}");
        await RtmpServerHost.UntilAsync(() => lease.Stream.Viewers == 1, "rtmpdump plays");
        await PublishRestAsync(lease, media);
        lease.Dispose();
        await player.EndAsync();

        Assert.Equal(media.Pictures, await CountAsync(file, "v"));
    }

    private static async Task<int> CountAsync(string file, string track)
    {
        ToolRun probe = await ToolRun.StartAsync(
            "ffprobe", $"-v error -count_packets -select_streams {track} -show_entries stream=nb_read_packets -of csv=p=0 {file}");
        string output = await probe.SucceedAsync();
        return int.Parse(output.Trim().TrimEnd(','), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>What a player needs to begin: a frame of each track.</summary>
    private void PublishHead(PublishLease lease, EncodedStream media)
    {
        foreach (EncodedStream.Unit unit in media.Units.Take(media.HeadLength))
        {
            lease.Publish(EncodedStream.Frame(unit, _buffers, _host.Clock.Now));
        }
    }

    private async Task PublishRestAsync(PublishLease lease, EncodedStream media)
    {
        TimeSpan startedAt = _host.Clock.Now;
        foreach (EncodedStream.Unit unit in media.Units.Skip(media.HeadLength))
        {
            while ((_host.Clock.Now - startedAt) * Speed < TimeSpan.FromMilliseconds(unit.Stamp))
            {
                await Task.Delay(5);
            }

            lease.Publish(EncodedStream.Frame(unit, _buffers, _host.Clock.Now));
        }
    }
}
