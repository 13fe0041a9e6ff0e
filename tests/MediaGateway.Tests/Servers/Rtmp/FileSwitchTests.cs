using MediaGateway.Media.Amf;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>A player of a file goes over to another file with <c>play2</c>, as JW Player does among the levels of a manifest.</summary>
public sealed class FileSwitchTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task SwitchDownAndUp_IsOneTimelineWithEveryPictureOnce()
    {
        await using FileHost host = await StartAsync();
        using TestPlayer player = await host.PlayAsync("mp4:clip_720.mp4", buffer: 2000);
        await UntilPictureAsync(player, 2000);
        await SwitchAsync(host, player, "mp4:clip_360.mp4", cut: 3000);
        await UntilPictureAsync(player, 4200);
        await SwitchAsync(host, player, "mp4:clip_720.mp4", cut: 5000);
        _time.Advance(TimeSpan.FromSeconds(20));
        await player.ExpectAsync("onPlayStatus NetStream.Play.Complete");

        uint[] times = [.. player.Messages.Where(IsPicture).Select(message => message.Timestamp)];
        Assert.Equal(Enumerable.Range(0, 200).Select(number => (uint)(number * 40)), times);
        uint[] sounds = [.. player.Messages.Where(message => message is { Type: 8, Body: [_, 1, ..] }).Select(message => message.Timestamp)];
        Assert.Equal(sounds.Distinct().Order(), sounds);
        Assert.All(sounds.Zip(sounds.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1u, 30u));
    }

    [Fact]
    public async Task SeekDuringASwitch_GoesOnInTheNewFile()
    {
        await using FileHost host = await StartAsync();
        using TestPlayer player = await host.PlayAsync("mp4:clip_720.mp4", buffer: 2000);
        await UntilPictureAsync(player, 2000);
        await player.SendAsync(Play2(player, "mp4:clip_360.mp4"));
        await player.ExpectAsync("onStatus NetStream.Play.Transition");
        await player.SendAsync(player.Client.Command("seek", 1, null, 5000));
        await player.ExpectAsync("onPlayStatus NetStream.Play.TransitionComplete");
        await player.ExpectAsync("onStatus NetStream.Seek.Notify");
        Assert.Equal(5000u, (await player.UntilAsync(IsPicture)).Timestamp);
        Assert.Equal("clip_360.mp4", NameOf(host));
    }

    [Theory]
    [InlineData("mp4:clip_1080.mp4", "NetStream.Play.StreamNotFound")]
    [InlineData("mp4:../../etc/passwd", "NetStream.Play.StreamNotFound")]
    [InlineData("mp4:short.mp4", "NetStream.Play.Failed")]
    public async Task FileThatIsNotToBeHad_KeepsTheOldOne(string name, string code)
    {
        await using FileHost host = await StartAsync();
        host.Write("short.mp4", SmallMp4.Make(1));
        using TestPlayer player = await host.PlayAsync("mp4:clip_720.mp4", buffer: 2000);
        await UntilPictureAsync(player, 2000);
        await player.SendAsync(Play2(player, name));
        await player.ExpectAsync("onStatus " + code);
        _time.Advance(TimeSpan.FromSeconds(20));
        await player.ExpectAsync("onPlayStatus NetStream.Play.Complete");

        Assert.Equal(200, player.Messages.Count(IsPicture));
    }

    private static bool IsPicture(RtmpTestMessage message) => message is { Type: 9, Body: [_, 1, ..] };

    private static string NameOf(FileHost host) => Assert.Single(host.Server.Sessions.Sessions).Key.Name;

    // It may have come with what was waited for before.
    private static async Task UntilPictureAsync(TestPlayer player, uint time)
    {
        bool IsIt(RtmpTestMessage message) => IsPicture(message) && message.Timestamp >= time;
        if (!player.Messages.Any(IsIt))
        {
            await player.UntilAsync(IsIt);
        }
    }

    private static byte[] Play2(TestPlayer player, string name) => player.Client.Command(
        "play2", 1, null, new Dictionary<string, object?> { ["streamName"] = name, ["transition"] = "switch" });

    private async Task<FileHost> StartAsync()
    {
        FileHost host = await FileHost.StartAsync(_buffers, _time);
        host.Write("clip_720.mp4", SmallMp4.Make(8));
        host.Write("clip_360.mp4", SmallMp4.Make(8));
        return host;
    }

    private async Task SwitchAsync(FileHost host, TestPlayer player, string name, uint cut)
    {
        await player.SendAsync(Play2(player, name));
        RtmpTestMessage begun = await player.ExpectAsync("onStatus NetStream.Play.Transition");
        _time.Advance(TimeSpan.FromSeconds(2.5)); // Frames come in lots: up to 100 ms later than they are due.
        await player.ExpectAsync("onMetaData");
        RtmpTestMessage header = await player.UntilAsync(static message => message.Type == 9);
        RtmpTestMessage picture = await player.UntilAsync(IsPicture);
        RtmpTestMessage complete = await player.ExpectAsync("onPlayStatus NetStream.Play.TransitionComplete");

        Assert.Equal((0x17, 0), (header.Body[0], header.Body[1]));
        Assert.Equal((0x17, cut), (picture.Body[0], picture.Timestamp));
        Assert.Equal(name, ((AmfMap)begun.Values[^1]).Find("details")?.AsString);
        Assert.Equal(name, ((AmfMap)complete.Values[^1]).Find("details")?.AsString);
        Assert.Equal(name[4..], NameOf(host));
    }
}
