using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>What a player of a file may say while it plays, and at its end.</summary>
public sealed class FileCommandTests : IDisposable
{
    private const string Complete = "onPlayStatus NetStream.Play.Complete";

    private readonly TrackingBufferPool _buffers = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task SeekInAPause_ShowsTheKeyframeAndGoesOnAfterIt()
    {
        await using FileHost host = await StartAsync(10);
        using TestPlayer player = await host.PlayAsync("clip", buffer: 1000);
        await UntilPictureAsync(player, 1000);
        await player.SendAsync(player.Client.Command("pause", 1, null, true, 500));
        await player.ExpectAsync("onStatus NetStream.Pause.Notify");
        await player.SettleAsync();
        foreach (uint place in new[] { 6300u, 3900u })
        {
            int before = player.Messages.Count;
            await player.SendAsync(player.Client.Command("seek", 1, null, place));
            await player.ExpectAsync("onStatus NetStream.Seek.Notify");
            Assert.Equal(place / 1000 * 1000, (await player.UntilAsync(IsPicture)).Timestamp);
            _time.Advance(TimeSpan.FromSeconds(20));
            await player.SettleAsync();
            Assert.Single(player.Messages.Skip(before), IsPicture);
            Assert.DoesNotContain(player.Messages.Skip(before), message => message is { Type: 8, Body: [_, 1, ..] });
        }

        int paused = player.Messages.Count;
        await player.SendAsync(player.Client.Command("pause", 1, null, false, 3900));
        await player.ExpectAsync("onStatus NetStream.Unpause.Notify");
        await AdvanceToAsync(player, Complete);
        uint[] times = [.. player.Messages.Skip(paused).Where(IsPicture).Select(message => message.Timestamp)];
        Assert.Equal(Enumerable.Range(76, 174).Select(number => (uint)(number * 40)), times);
        Assert.Contains(player.Messages.Skip(paused), message => message is { Type: 8, Body: [_, 1, ..], Timestamp: 3000 });
    }

    [Fact]
    public async Task SeekBeyondTheEnd_IsRefusedAndPlayingGoesOn()
    {
        await using FileHost host = await StartAsync(4);
        using TestPlayer player = await host.PlayAsync("clip", buffer: 1000);
        await UntilPictureAsync(player, 1000);
        await player.SendAsync(player.Client.Command("seek", 1, null, 60_000));
        await player.ExpectAsync("onStatus NetStream.Seek.Failed");
        await AdvanceToAsync(player, Complete);
        Assert.Equal(100, player.Messages.Count(IsPicture));
    }

    [Fact]
    public async Task ReceiveVideo_LeavesPicturesOutAndBeginsAgainWithAKeyframe()
    {
        await using FileHost host = await StartAsync(10);
        using TestPlayer player = await host.PlayAsync("clip", buffer: 1000);
        await UntilPictureAsync(player, 1000);
        await player.SendAsync(player.Client.Command("receiveVideo", 1, null, false));
        await player.SettleAsync();
        uint last = player.Messages.Last(IsPicture).Timestamp;
        _time.Advance(TimeSpan.FromSeconds(2.4));
        await player.UntilAsync(message => message is { Type: 8, Timestamp: >= 3300 });
        Assert.Equal(last, player.Messages.Last(IsPicture).Timestamp);

        int before = player.Messages.Count;
        await player.SendAsync(player.Client.Command("receiveVideo", 1, null, true));
        await player.ExpectAsync("onStatus NetStream.Play.Start");
        await AdvanceToAsync(player, Complete);
        RtmpTestMessage[] after = [.. player.Messages.Skip(before).Where(IsPicture)];
        Assert.Equal((0x17, 4000u), (after[0].Body[0], after[0].Timestamp));
        Assert.Equal(150, after.Length);
    }

    [Fact]
    public async Task ReceiveAudio_LeavesSoundOut()
    {
        await using FileHost host = await StartAsync(4);
        using TestPlayer player = await TestPlayer.DialAsync(host.Server.Port);
        await player.ConnectAsync("vod");
        await player.SendAsync(player.Client.Command("createStream", 0, [null]));
        await player.ExpectAsync("_result");
        await player.SendAsync(player.Client.Command("receiveAudio", 1, null, false));
        await player.SendAsync(player.Client.UserControl(3, 1, 60_000));
        await player.SendAsync(player.Client.Command("play", 1, null, "clip", -2000));
        await player.ExpectAsync(Complete);

        Assert.Equal(100, player.Messages.Count(IsPicture));
        Assert.DoesNotContain(player.Messages, message => message is { Type: 8, Body: [_, 1, ..] });
    }

    [Fact]
    public async Task LengthOfNothing_IsOnePicture()
    {
        await using FileHost host = await StartAsync(4);
        using TestPlayer player = await host.PlayAsync("clip", 60_000, 2300, 0);
        await player.ExpectAsync(Complete);
        Assert.Equal(2000u, Assert.Single(player.Messages, IsPicture).Timestamp);
    }

    [Fact]
    public async Task PlayWithoutReset_PlaysTheNextFileAfterThisOne()
    {
        await using FileHost host = await StartAsync(2);
        host.Write("next.mp4", SmallMp4.Make(3));
        using TestPlayer player = await host.PlayAsync("clip", buffer: 500);
        await player.ExpectAsync("onMetaData");
        await player.SendAsync(player.Client.Command("play", 1, null, "mp4:next", 0, -1, false));
        await AdvanceToAsync(player, Complete);

        string[] said = [.. player.Messages.Select(message => message.ToString()).Where(text => text is not ("Video" or "Audio" or "UserControl 7"))];
        int change = Array.IndexOf(said, "onPlayStatus NetStream.Play.Switch");
        Assert.Equal(
            ["UserControl 1", "onPlayStatus NetStream.Play.Switch", "UserControl 4", "UserControl 0", "onStatus NetStream.Play.Start", "|RtmpSampleAccess", "onMetaData"],
            said[(change - 1)..(change + 6)]);
        Assert.Equal(["UserControl 1", "onStatus NetStream.Play.Stop", Complete], said[^3..]);
        Assert.Equal(
            Enumerable.Range(0, 50).Concat(Enumerable.Range(0, 75)).Select(number => (uint)(number * 40)),
            player.Messages.Where(IsPicture).Select(message => message.Timestamp));

        // After the end the next one begins at once.
        await player.SendAsync(player.Client.Command("play", 1, null, "clip", 0, -1, false));
        await AdvanceToAsync(player, Complete);
        Assert.Equal(175, player.Messages.Count(IsPicture));
        Assert.Equal("clip", Assert.Single(host.Server.Sessions.Sessions).Key.Name);
    }

    private static bool IsPicture(RtmpTestMessage message) => message is { Type: 9, Body: [_, 1, ..] };

    // It may have come with what was waited for before.
    private static async Task UntilPictureAsync(TestPlayer player, uint time)
    {
        bool IsIt(RtmpTestMessage message) => IsPicture(message) && message.Timestamp >= time;
        if (!player.Messages.Any(IsIt))
        {
            await player.UntilAsync(IsIt);
        }
    }

    /// <summary>Lets time pass until a message comes; in small steps, as what waits for time may not be waiting yet.</summary>
    private async Task AdvanceToAsync(TestPlayer player, string message)
    {
        int before = player.Messages.Count(heard => heard.ToString() == message);
        for (int step = 0; step < 400 && player.Messages.Count(heard => heard.ToString() == message) == before; step++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(200));
            await player.SettleAsync();
        }

        Assert.Equal(before + 1, player.Messages.Count(heard => heard.ToString() == message));
    }

    private async Task<FileHost> StartAsync(int seconds)
    {
        FileHost host = await FileHost.StartAsync(_buffers, _time);
        host.Write("clip.mp4", SmallMp4.Make(seconds));
        return host;
    }
}
