using System.Buffers.Binary;
using MediaGateway.Media.Amf;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>
/// A player that speaks as JW Player does (connect, createStream, play, then play2 with nothing but a name for every level that it
/// chooses, seek), with real media of two sizes. What it gets must be one film that a decoder takes without a word. Needs ffmpeg.
/// </summary>
public sealed class DynamicStreamingTests : IDisposable
{
    private const int Seconds = 40;
    private readonly TrackingBufferPool _buffers = new();

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task SwitchDownAndUp_IsOneFilmWithoutAFlaw()
    {
        EncodedStream high = await EncodedStream.CreateAsync(Seconds);
        EncodedStream low = await EncodedStream.CreateAsync(Seconds, 160, 90);
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease first = host.Publish("clip_720.mp4", ExpectedTracks.AudioAndVideo);
        using PublishLease second = host.Publish("clip_360.mp4", ExpectedTracks.AudioAndVideo);
        using var end = new CancellationTokenSource();
        Task publishing = Task.WhenAll(PublishAsync(host, first, high, end.Token), PublishAsync(host, second, low, end.Token));
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "mp4:clip_720.mp4");
        await player.UntilAsync(IsPicture);

        await SwitchAsync(player, "mp4:clip_360.mp4", width: 160);
        await player.SendAsync(Play2(player, "mp4:clip_1080.mp4"));
        await player.ExpectAsync("onStatus NetStream.Play.StreamNotFound");
        await SwitchAsync(player, "mp4:clip_720.mp4", width: 320);
        await player.SendAsync(player.Client.Command("seek", 1, null, 0));
        await player.ExpectAsync("onStatus NetStream.Seek.Notify");
        await SwitchAsync(player, "mp4:clip_360.mp4", width: 160);
        await player.UntilAsync(IsPicture);
        await end.CancelAsync();
        await publishing;

        foreach (int type in (int[])[8, 9])
        {
            uint[] times = [.. player.Messages.Where(message => message.Type == type && message.Body[1] == 1).Select(message => message.Timestamp)];
            Assert.Equal(times.Distinct().Order(), times);
            Assert.All(times.Zip(times.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1u, 41u));
        }

        await AssertDecodesAsync(player.Messages);
    }

    private static bool IsPicture(RtmpTestMessage message) => message is { Type: 9, Body: [_, 1, ..] };

    /// <summary>As JW Player writes it: a name, the transition, and the defaults of an object that was never filled.</summary>
    private static byte[] Play2(TestPlayer player, string name) => player.Client.Command("play2", 1, null, new Dictionary<string, object?>
    {
        ["streamName"] = name,
        ["oldStreamName"] = null,
        ["transition"] = "switch",
        ["start"] = -2,
        ["len"] = -1,
        ["offset"] = -1,
    });

    private static async Task SwitchAsync(TestPlayer player, string name, int width)
    {
        await player.SendAsync(Play2(player, name));
        RtmpTestMessage begun = await player.ExpectAsync("onStatus NetStream.Play.Transition");
        int begunAt = player.Messages.Count;
        RtmpTestMessage metadata = await player.ExpectAsync("onMetaData");
        RtmpTestMessage header = await player.UntilAsync(static message => message.Type == 9);
        RtmpTestMessage picture = await player.UntilAsync(IsPicture);
        RtmpTestMessage complete = await player.ExpectAsync("onPlayStatus NetStream.Play.TransitionComplete");

        Assert.True(begunAt > 0);
        Assert.Equal((name, "NetStream.Transition.Success"), (Text(begun, "details"), Text(begun, "reason")));
        Assert.Equal((name, 18), (Text(complete, "details"), complete.Type));
        Assert.Equal(width, ((AmfMap)metadata.Values[^1]).Find("width")?.AsNumber);
        Assert.Equal((0x17, 0x17, 0), (header.Body[0], picture.Body[0], header.Body[1]));
    }

    private static string? Text(RtmpTestMessage message, string name) => ((AmfMap)message.Values[^1]).Find(name)?.AsString;

    /// <summary>Publishes at thrice the speed, both levels by the same clock.</summary>
    private async Task PublishAsync(RtmpServerHost host, PublishLease lease, EncodedStream stream, CancellationToken end)
    {
        const int Speed = 3;
        TimeSpan start = host.Clock.Now;
        foreach (EncodedStream.Unit unit in stream.Units)
        {
            TimeSpan wait = start + TimeSpan.FromMilliseconds(unit.Stamp / Speed) - host.Clock.Now;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (end.IsCancellationRequested)
            {
                return;
            }

            lease.Publish(EncodedStream.Frame(unit, _buffers, host.Clock.Now));
        }
    }

    private static async Task AssertDecodesAsync(IEnumerable<RtmpTestMessage> messages)
    {
        string file = Path.Combine(Path.GetTempPath(), $"mediagateway-{Guid.NewGuid():N}.flv");
        try
        {
            RtmpTestMessage[] tags = [.. messages.Where(message => message.Type is 8 or 9 || message.Name == "onMetaData")];
            await File.WriteAllBytesAsync(file, Flv(tags));
            ToolRun run = await ToolRun.StartAsync("ffmpeg", $"-v warning -i {file} -map 0 -f null -");
            Assert.Equal("", (await run.SucceedAsync()).Trim());
            ToolRun count = await ToolRun.StartAsync(
                "ffprobe", $"-v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 {file}");
            Assert.Equal($"{tags.Count(IsPicture)}", (await count.SucceedAsync()).Trim());
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static byte[] Flv(IEnumerable<RtmpTestMessage> messages)
    {
        using var bytes = new MemoryStream();
        bytes.Write([(byte)'F', (byte)'L', (byte)'V', 1, 5, 0, 0, 0, 9, 0, 0, 0, 0]);
        Span<byte> word = stackalloc byte[4];
        foreach (RtmpTestMessage message in messages)
        {
            BinaryPrimitives.WriteInt32BigEndian(word, message.Body.Length);
            bytes.WriteByte((byte)message.Type);
            bytes.Write(word[1..]);
            BinaryPrimitives.WriteUInt32BigEndian(word, message.Timestamp);
            bytes.Write(word[1..]);
            bytes.Write([word[0], 0, 0, 0]);
            bytes.Write(message.Body);
            BinaryPrimitives.WriteInt32BigEndian(word, message.Body.Length + 11);
            bytes.Write(word);
        }

        return bytes.ToArray();
    }
}
