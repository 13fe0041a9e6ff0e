using MediaGateway.Media.Amf;
using MediaGateway.Media.Files;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>What a player of a file is told and sent, over real sockets.</summary>
public sealed class FilePlaybackTests : IDisposable
{
    // Frames are sent in lots, up to so much later than they are due.
    private static readonly TimeSpan Lot = TimeSpan.FromMilliseconds(120);

    private readonly TrackingBufferPool _buffers = new();

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task File_IsPlayedToItsEndInTheDocumentedOrder()
    {
        await using FileHost host = await FileHost.StartAsync(_buffers);
        host.Write("dir/clip.mp4", SmallMp4.Make(2));
        using TestPlayer player = await TestPlayer.DialAsync(host.Server.Port);
        await player.ConnectAsync("vod");
        await player.SendAsync(player.Client.Command("createStream", 0, [null]));
        await player.ExpectAsync("_result");
        await player.SendAsync(player.Client.Command("getStreamLength", 0, null, "mp4:dir/clip.mp4"));
        RtmpTestMessage length = await player.ExpectAsync("_result");
        await player.SendAsync(player.Client.UserControl(3, 1, 60_000));
        int before = player.Messages.Count;
        await player.SendAsync(player.Client.Command("play", 1, null, "mp4:dir/clip.mp4", -2000));
        RtmpTestMessage complete = await player.ExpectAsync("onPlayStatus NetStream.Play.Complete");

        Assert.Equal(2, length.Values[^1].AsNumber);
        string[] dialogue = [.. player.Messages.Skip(before).Select(message => message.ToString())];
        Assert.Equal(
            [
                "UserControl 4", "UserControl 0", "onStatus NetStream.Play.Reset", "onStatus NetStream.Play.Start", "|RtmpSampleAccess", "onMetaData",
                "Video", "Audio",
            ],
            dialogue[..8]);
        Assert.Equal(["UserControl 1", "onStatus NetStream.Play.Stop", "onPlayStatus NetStream.Play.Complete"], dialogue[^3..]);
        Assert.Equal(51, dialogue.Count(message => message == "Video"));
        Assert.Equal(81, dialogue.Count(message => message == "Audio"));
        var information = (AmfMap)complete.Values[^1];
        Assert.Equal(2, information.Find("duration")!.AsNumber);
        Assert.True(information.Find("bytes")!.AsNumber > 50 * 64);

        var metadata = (AmfMap)player.Messages.First(message => message.Name == "onMetaData").Values[1];
        Assert.Equal(2, metadata.Find("duration")!.AsNumber);
        Assert.Equal(7, metadata.Find("videocodecid")!.AsNumber);
        Assert.Equal(10, metadata.Find("audiocodecid")!.AsNumber);
        Assert.Equal(25, metadata.Find("framerate")!.AsNumber);
        var keyframes = (AmfMap)metadata.Find("keyframes")!;
        Assert.Equal([0, 1], ((AmfStrictArray)keyframes.Find("times")!).Values.Select(value => value.AsNumber!.Value));
    }

    [Fact]
    public async Task StartAndLength_AreKept()
    {
        await using FileHost host = await FileHost.StartAsync(_buffers);
        host.Write("clip.mp4", SmallMp4.Make(6));
        using TestPlayer player = await host.PlayAsync("clip", 60_000, 2300, 1000);
        await player.ExpectAsync("onPlayStatus NetStream.Play.Complete");

        uint[] times = TimesOf(player.Messages);
        Assert.Equal(2000u, times[0]);
        Assert.Equal(3280u, times[^1]);
    }

    [Fact]
    public async Task Seek_GoesToTheKeyframeAtOrBeforeAlsoAfterTheEnd()
    {
        await using FileHost host = await FileHost.StartAsync(_buffers);
        host.Write("clip.mp4", SmallMp4.Make(8));
        using TestPlayer player = await host.PlayAsync("mp4:clip");
        await player.ExpectAsync("onMetaData");
        for (int round = 0; round < 2; round++)
        {
            int before = player.Messages.Count;
            await player.SendAsync(player.Client.Command("seek", 1, null, 5300));
            RtmpTestMessage notice = await player.ExpectAsync("onStatus NetStream.Seek.Notify");
            List<RtmpTestMessage> heard = [.. player.Messages];
            int from = heard.FindLastIndex(heard.FindIndex(message => ReferenceEquals(message, notice)), message => message.ToString() == "UserControl 1");
            await player.ExpectAsync("onPlayStatus NetStream.Play.Complete");

            string[] dialogue = [.. player.Messages.Skip(from).Take(8).Select(message => message.ToString())];
            Assert.Equal(
                ["UserControl 1", "UserControl 4", "UserControl 0", "onStatus NetStream.Seek.Notify", "onStatus NetStream.Play.Start", "onMetaData", "Video", "Audio"],
                dialogue);
            RtmpTestMessage[] sent = [.. player.Messages.Skip(from + 6)];
            Assert.Equal(5000u, sent[0].Timestamp);
            uint[] times = TimesOf(sent);
            Assert.Equal(5000u, times[0]);
            Assert.Equal(7960u, times[^1]);
            Assert.Equal(0x17, sent.First(message => message.Type == 9 && message.Body[1] == 1).Body[0]);
        }

        await player.SendAsync(player.Client.Command("seek", 1, null, 60_000));
        await player.ExpectAsync("onStatus NetStream.Seek.Failed");
    }

    [Fact]
    public async Task Pace_IsTheBufferThenRealTimeAndStopsInAPause()
    {
        var time = new ManualTimeProvider();
        await using FileHost host = await FileHost.StartAsync(_buffers, time);
        host.Write("clip.mp4", SmallMp4.Make(30));
        using TestPlayer player = await host.PlayAsync("clip", buffer: 2000);

        await UntilPictureAsync(player, 2000);
        time.Advance(TimeSpan.FromSeconds(3) + Lot);
        await UntilPictureAsync(player, 5000);

        await player.SendAsync(player.Client.Command("pause", 1, null, true, 4000));
        await player.ExpectAsync("onStatus NetStream.Pause.Notify");
        await player.SettleAsync();
        time.Advance(TimeSpan.FromSeconds(10));
        await player.SettleAsync();
        uint last = LastPicture(player);
        Assert.InRange(last, 5000u, 5120u);

        await player.SendAsync(player.Client.Command("pause", 1, null, false, 4000));
        await player.ExpectAsync("onStatus NetStream.Unpause.Notify");
        await player.SettleAsync();
        Assert.Equal(last, LastPicture(player));
        time.Advance(TimeSpan.FromSeconds(1) + Lot);
        await UntilPictureAsync(player, 6120);
        Assert.InRange(LastPicture(player), 6120u, 6240u);

        // A larger buffer is filled at once.
        await player.SendAsync(player.Client.UserControl(3, 1, 10_000));
        await UntilPictureAsync(player, 14_120);
        Assert.InRange(LastPicture(player), 14_120u, 14_240u);
    }

    [Fact]
    public async Task SwitchToAnotherFile_GoesOnAtAKeyframeOnTheSameTimes()
    {
        var time = new ManualTimeProvider();
        await using FileHost host = await FileHost.StartAsync(_buffers, time);
        host.Write("clip_720.mp4", SmallMp4.Make(20, pictureBytes: 500));
        host.Write("clip_360.mp4", SmallMp4.Make(20, pictureBytes: 100));
        using TestPlayer player = await host.PlayAsync("mp4:clip_720.mp4", buffer: 2000);
        await UntilPictureAsync(player, 2000);

        foreach ((string name, int bytes, uint until) in new[] { ("clip_360.mp4", 100, 8000u), ("clip_720.mp4", 500, 14_000u) })
        {
            Dictionary<string, object?> options = new() { ["streamName"] = $"mp4:{name}", ["transition"] = "switch" };
            await player.SendAsync(player.Client.Command("play2", 1, null, options));
            await player.ExpectAsync("onStatus NetStream.Play.Transition");
            time.Advance(TimeSpan.FromSeconds(6) + Lot);
            await player.ExpectAsync("onPlayStatus NetStream.Play.TransitionComplete");
            await UntilPictureAsync(player, until);
            Assert.Equal(bytes + 5, player.Messages.Last(message => message.Type == 9).Body.Length);
        }

        // A wrong name leaves everything as it is.
        await player.SendAsync(player.Client.Command("play2", 1, null, new Dictionary<string, object?> { ["streamName"] = "mp4:none.mp4", ["transition"] = "switch" }));
        await player.ExpectAsync("onStatus NetStream.Play.StreamNotFound");
        time.Advance(TimeSpan.FromSeconds(1) + Lot);
        await UntilPictureAsync(player, 15_000);
        uint[] times = TimesOf(player.Messages);
        Assert.Equal(Enumerable.Range(0, times.Length).Select(index => (uint)index * 40), times);
        Assert.Equal(3, player.Messages.Count(message => message.Name == "onMetaData"));
    }

    [Fact]
    public async Task PlayerThatDoesNotRead_HoldsBoundedMemoryAndGetsAllOfItLater()
    {
        await using FileHost host = await FileHost.StartAsync(_buffers);
        host.Write("clip.mp4", SmallMp4.Make(20, pictureBytes: 40_000));
        using TestPlayer player = await host.PlayAsync("clip");
        await player.ExpectAsync("onMetaData");
        await RtmpServerHost.UntilAsync(() => _buffers.Outstanding(Media.Memory.BufferOwner.WireImage) > 0, "it begins");
        await RtmpServerHost.UntilQuietAsync(() => _buffers.Outstanding(Media.Memory.BufferOwner.WireImage));

        // Messages of 40 KB stand in blocks of 64 KiB.
        Assert.InRange(_buffers.Outstanding(Media.Memory.BufferOwner.WireImage), 1, 200);
        await player.ExpectAsync("onPlayStatus NetStream.Play.Complete");
        Assert.Equal(501, player.Messages.Count(message => message.Type == 9));
    }

    [Fact]
    public async Task FilesOfAllPlayers_AreOneAndTheSame()
    {
        await using FileHost host = await FileHost.StartAsync(_buffers);
        host.Write("clip.mp4", SmallMp4.Make(3));
        TestPlayer[] players = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => host.PlayAsync("clip")));
        await Task.WhenAll(players.Select(player => player.ExpectAsync("onPlayStatus NetStream.Play.Complete")));

        Assert.Equal(1, host.Catalog.OpenFiles);
        Assert.All(players, player => Assert.Equal(75 + 1, player.Messages.Count(message => message.Type == 9)));
        foreach (TestPlayer player in players)
        {
            player.Dispose();
        }
    }

    [Theory]
    [InlineData("Sorenson Spark", null)]
    [InlineData("VP6", 4)]
    [InlineData("VP6 with alpha", 5)]
    [InlineData("Screen video", 3)]
    public async Task OldCodecs_PassAsTheyStandInTheFile(string codec, int? number)
    {
        byte[] bytes = number is { } video ? MakeOld(video) : TestData.Read("flv", "ruffle", "dummy.flv");
        await using FileHost host = await FileHost.StartAsync(_buffers);
        host.Write("old.flv", bytes);
        using TestPlayer player = await host.PlayAsync("flv:old");
        await player.ExpectAsync("onPlayStatus NetStream.Play.Complete");

        Assert.True(player.Messages.Any(message => message.Type == 9), codec);
        Assert.Equal(
            FlvFile.Read(bytes).Where(tag => tag.Type == 9).Select(tag => Convert.ToHexString(tag.Body)),
            player.Messages.Where(message => message.Type == 9).Select(message => Convert.ToHexString(message.Body)));
    }

    [Fact]
    public async Task HostileNames_AreFilesThatDoNotExist()
    {
        await using FileHost host = await FileHost.StartAsync(_buffers);
        foreach (string[] some in HostileNames.All.Chunk(20))
        {
            await Task.WhenAll(some.Select(async name =>
            {
                using TestPlayer player = await host.PlayAsync(name);
                await player.ExpectAsync("onStatus NetStream.Play.StreamNotFound");
                await player.UntilClosedAsync();
            }));
        }

        Assert.Equal(0, host.Catalog.OpenFiles);
    }

    [Fact]
    public async Task BrokenFile_EndsItsOwnSessionInWords()
    {
        await using FileHost host = await FileHost.StartAsync(_buffers);
        host.Write("good.mp4", SmallMp4.Make(2));
        byte[] cut = SmallMp4.Make(2);
        host.Write("cut.mp4", cut[..^40]);
        using TestPlayer good = await host.PlayAsync("good", buffer: 500);
        using TestPlayer bad = await host.PlayAsync("cut");

        await bad.ExpectAsync("onStatus NetStream.Play.Failed");
        await bad.UntilClosedAsync();
        await good.ExpectAsync("onPlayStatus NetStream.Play.Complete");
    }

    [Fact]
    public async Task FileThatShrinksWhileItPlays_EndsItsSession()
    {
        var time = new ManualTimeProvider();
        await using FileHost host = await FileHost.StartAsync(_buffers, time);
        byte[] bytes = SmallMp4.Make(30, pictureBytes: 1000);
        string path = host.Write("clip.mp4", bytes);
        using TestPlayer player = await host.PlayAsync("clip", buffer: 1000);
        await UntilPictureAsync(player, 1000);
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(100_000);
        }

        for (int step = 0; step < 80 && !player.Messages.Any(message => message.ToString() == "onStatus NetStream.Play.Failed"); step++)
        {
            // In small steps: the last words have seconds to be sent in.
            time.Advance(Lot);
            await player.SettleAsync();
        }

        Assert.Contains(player.Messages, message => message.ToString() == "onStatus NetStream.Play.Failed");
    }

    [Fact]
    public async Task FileThatGrows_IsPlayedOn()
    {
        byte[] bytes = TestData.Read("flv", "membrane", "testsrc.flv");
        MediaFile whole = MediaFileFormat.Open(new MemorySource(bytes));
        await using FileHost host = await FileHost.StartAsync(_buffers);
        string path = host.Write("running.flv", bytes[..(bytes.Length / 2)]);
        using TestPlayer first = await host.PlayAsync("running");
        await first.ExpectAsync("onPlayStatus NetStream.Play.Complete");
        int half = first.Messages.Count(message => message.Type == 9);
        using TestPlayer player = await host.PlayAsync("running", buffer: 500);
        await player.ExpectAsync("Video");
        await using (var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Write(bytes.AsSpan(bytes.Length / 2));
        }

        // It has grown once, so that its reader waits a while whether it goes on to.
        await player.UntilAsync(message => message.Type == 9 && message.Timestamp >= whole.DecodingOf(whole[whole.Count - 10]).ToMilliseconds());
        Assert.True(player.Messages.Count(message => message.Type == 9) > half + 10);
    }

    // Nobody looks into these codecs: any bytes will do.
    private static byte[] MakeOld(int codec) => FlvFile.Write(Enumerable.Range(0, 50).Select(number => new FlvTag(
        9, number * 40, [(byte)((number % 25 == 0 ? 0x10 : 0x20) | codec), .. Enumerable.Range(0, 200 + number).Select(place => (byte)(place * number))])));

    private static uint[] TimesOf(IEnumerable<RtmpTestMessage> messages) =>
        [.. messages.Where(message => message.Type == 9 && message.Body[1] == 1).Select(message => message.Timestamp)];

    private static uint LastPicture(TestPlayer player) => TimesOf(player.Messages)[^1];

    private static async Task UntilPictureAsync(TestPlayer player, uint milliseconds)
    {
        if (!TimesOf(player.Messages).Contains(milliseconds))
        {
            await player.UntilAsync(
                message => message.Type == 9 && message.Body[1] == 1 && message.Timestamp == milliseconds, $"the picture at {milliseconds} ms");
        }
    }
}
