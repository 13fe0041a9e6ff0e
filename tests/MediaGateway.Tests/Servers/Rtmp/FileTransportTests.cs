using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Files on the other transports of RTMP: the same dialogue, the same frames.</summary>
public sealed class FileTransportTests : IDisposable
{
    private const int Seconds = 3;

    private readonly TrackingBufferPool _buffers = new();

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task Rtmps_PlaysAndSeeks()
    {
        await using FileHost host = await StartAsync();
        using TestPlayer player = await host.PlayAsync("mp4:clip", 60_000, tls: true);
        await player.ExpectAsync("onPlayStatus NetStream.Play.Complete");
        AssertWhole(player.Messages);

        await player.SendAsync(player.Client.Command("seek", 1, null, 1500));
        await player.ExpectAsync("onStatus NetStream.Seek.Notify");
        await player.ExpectAsync("onPlayStatus NetStream.Play.Complete");
        AssertFromTheKeyframe(player.Messages);
    }

    [Fact]
    public async Task Rtmpt_PlaysAndSeeks()
    {
        await using FileHost host = await StartAsync();
        using var player = new TunnelClient(host.Server.TunnelPort);
        await player.ConnectAsync("vod");
        await player.SendAsync(player.Client.Command("createStream", 0, [null]));
        await player.UntilAsync(message => message.Name == "_result");
        await player.SendAsync(player.Client.UserControl(3, 1, 60_000));
        await player.SendAsync(player.Client.Command("play", 1, null, "mp4:clip", -2000));
        await player.UntilAsync(message => message.ToString() == "onPlayStatus NetStream.Play.Complete");
        AssertWhole(player.Messages);

        await player.SendAsync(player.Client.Command("seek", 1, null, 1500));
        await player.UntilAsync(message => message.ToString() == "onStatus NetStream.Seek.Notify");
        await player.UntilAsync(message => message.ToString() == "onPlayStatus NetStream.Play.Complete");
        AssertFromTheKeyframe(player.Messages);
    }

    private static void AssertWhole(IReadOnlyList<RtmpTestMessage> messages)
    {
        uint[] times = TimesOf(messages);
        Assert.Equal(Enumerable.Range(0, Seconds * SmallMp4.PicturesPerSecond).Select(number => (uint)(number * 40)), times);
        Assert.Equal((Seconds * SmallMp4.SoundsPerSecond) + 1, messages.Count(message => message.Type == 8));
    }

    private static void AssertFromTheKeyframe(IReadOnlyList<RtmpTestMessage> messages)
    {
        int notice = messages.ToList().FindIndex(message => message.ToString() == "onStatus NetStream.Seek.Notify");
        Assert.Equal(Enumerable.Range(25, 50).Select(number => (uint)(number * 40)), TimesOf(messages.Skip(notice)));
    }

    private static uint[] TimesOf(IEnumerable<RtmpTestMessage> messages) =>
        [.. messages.Where(message => message is { Type: 9, Body: [_, 1, ..] }).Select(message => message.Timestamp)];

    private async Task<FileHost> StartAsync()
    {
        FileHost host = await FileHost.StartAsync(_buffers);
        host.Write("clip.mp4", SmallMp4.Make(Seconds));
        return host;
    }
}
