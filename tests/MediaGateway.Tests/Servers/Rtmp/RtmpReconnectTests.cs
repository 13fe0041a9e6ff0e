using MediaGateway.Configuration;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Encoders that are lost, come back and take over, over real sockets and as real programs.</summary>
[Trait("Category", "Integration")]
public sealed class RtmpReconnectTests : IDisposable
{
    private const string Source =
        "-v error -re -f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 " +
        "-c:v libx264 -preset ultrafast -g 25 -pix_fmt yuv420p -c:a aac -f flv";

    private readonly TrackingBufferPool _buffers = new();
    private readonly RecordingListener _listener = new();

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task EncoderIsLostAndComesBack_ThePlayerSeesOneStream()
    {
        await using RtmpServerHost host = await StartAsync();
        TestEncoder lost = await TestEncoder.PublishAsync(host.Port, "a");
        await lost.SendHeadersAsync(timestamp: 50_000);
        await lost.SendPictureAsync(1, isKeyframe: true, 50_000);
        await lost.SendSoundAsync(50_000);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(message => message.Type == 8 && message.Body[1] == 1);
        lost.Dispose();
        await RtmpServerHost.UntilAsync(() => StateOf(host) == StreamState.AwaitingPublisher, "the encoder is lost");

        using TestEncoder back = await TestEncoder.PublishAsync(host.Port, "a");
        await back.SendHeadersAsync();
        await back.SendPictureAsync(2, isKeyframe: false, 0);
        await back.SendPictureAsync(3, isKeyframe: true, 40);
        await back.SendPictureAsync(4, isKeyframe: false, 80);
        await back.SendSoundAsync(80);
        await back.UnpublishAsync("a");
        await player.ExpectAsync("onStatus NetStream.Play.UnpublishNotify");

        RtmpTestMessage[] pictures = [.. player.Messages.Where(message => message.Type == 9 && message.Body[1] == 1)];
        Assert.Equal([0x17, 0x17, 0x27], pictures.Select(picture => picture.Body[0]));
        Assert.True(pictures[1].Timestamp > pictures[0].Timestamp);
        Assert.Equal(40u, pictures[2].Timestamp - pictures[1].Timestamp);
        Assert.Single(player.Messages, message => message.ToString() == "onStatus NetStream.Play.UnpublishNotify");
        Assert.Equal(["a Publishing", "a Failed Stopped by session disconnect", "a Publishing"], PublisherNotes().Take(3));
    }

    [Fact]
    public async Task NewestWins_TheOldEncoderIsToldAndClosedAndThePlayerGoesOn()
    {
        await using RtmpServerHost host = await StartAsync(StreamTakeOver.NewestWins);
        using TestEncoder old = await TestEncoder.PublishAsync(host.Port, "a");
        await old.SendHeadersAsync();
        await old.SendPictureAsync(1, isKeyframe: true, 0);
        await old.SendSoundAsync(0);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(message => message.Type == 9 && message.Body[1] == 1);

        using TestEncoder taken = await TestEncoder.PublishAsync(host.Port, "a");
        await old.Wire.ExpectAsync("onStatus NetStream.Unpublish.Success");
        await old.Wire.UntilClosedAsync();
        await taken.SendHeadersAsync();
        await taken.SendPictureAsync(2, isKeyframe: true, 7000);
        await player.UntilAsync(message => message.Type == 9 && message.Body.AsSpan().SequenceEqual(TestEncoder.Picture(2, isKeyframe: true, 1000)));

        Assert.Equal(["a Publishing", "a Failed Taken over by another publisher", "a Publishing"], PublisherNotes());
        Assert.Single(host.Streams.Streams);
    }

    [Fact]
    public async Task FfmpegIsKilledAndStartedAgain_TheRecordingGoesOnAndDecodes()
    {
        string folder = Directory.CreateTempSubdirectory("mediagateway").FullName;
        string file = Path.Combine(folder, "a.mkv");
        try
        {
            await using RtmpServerHost host = await StartAsync();
            ToolRun first = await ToolRun.StartAsync("ffmpeg", $"{Source} {host.UrlOf("a")}");
            await RtmpServerHost.UntilAsync(() => host.Streams.Streams.Count == 1, "ffmpeg publishes");
            LiveStream stream = host.Streams.Streams.Single();
            ToolRun player = await ToolRun.StartAsync("ffmpeg", $"-v error -i {host.UrlOf("a")} -c copy {file}");
            await RtmpServerHost.UntilAsync(() => stream.Viewers == 1 && stream.Snapshot().VideoFrames > 40, "pictures flow");
            first.Kill();
            await RtmpServerHost.UntilAsync(() => stream.State == StreamState.AwaitingPublisher, "the encoder is lost");
            ToolRun second = await ToolRun.StartAsync("ffmpeg", $"-t 3 {Source} -t 3 {host.UrlOf("a")}");
            await second.EndAsync();
            await player.EndAsync();

            long[] pictures = await TimesAsync(file, "v");
            long[] sounds = await TimesAsync(file, "a");
            Assert.InRange(pictures.Length, 90, int.MaxValue);
            Assert.Equal(pictures.Order().Distinct(), pictures);
            Assert.Equal(sounds.Order().Distinct(), sounds);
            ToolRun decoding = await ToolRun.StartAsync("ffmpeg", $"-v error -xerror -i {file} -f null -");
            await decoding.SucceedAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static StreamState? StateOf(RtmpServerHost host) => host.Streams.Streams.SingleOrDefault()?.State;

    /// <summary>Decoding times of a track, in milliseconds.</summary>
    private static async Task<long[]> TimesAsync(string file, string track)
    {
        ToolRun probe = await ToolRun.StartAsync(
            "ffprobe", $"-v error -select_streams {track} -show_entries packet=dts -of csv=p=0 {file}");
        string output = await probe.SucceedAsync();
        return
        [
            .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Trim().TrimEnd(','))
                .Where(line => line != "N/A")
                .Select(line => long.Parse(line, System.Globalization.CultureInfo.InvariantCulture)),
        ];
    }

    private string[] PublisherNotes() =>
        [.. _listener.Notes.Where(note => note.Contains("Publishing", StringComparison.Ordinal) || note.Contains("Failed", StringComparison.Ordinal))];

    private Task<RtmpServerHost> StartAsync(string takeOver = StreamTakeOver.Refuse) =>
        RtmpServerHost.StartAsync(
            _buffers,
            services: services =>
            {
                services.AddSingleton<MediaGateway.Sessions.ISessionListener>(_listener);
                services.Configure<StreamOptions>(options => options.TakeOver = takeOver);
            });
}
