using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Playback over real sockets, with frames whose content no decoder sees.</summary>
public sealed class RtmpServerTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();
    private readonly TestFrames _frames;

    public RtmpServerTests() => _frames = new TestFrames(_buffers);

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task Play_AnswersThenSendsMetadataHeadersAndTheCachedGroup()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        lease.Publish(Aac(10));
        lease.Publish(_frames.Delta(33));
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(message => message.Timestamp == 33);

        Assert.Equal(
            ["onStatus NetStream.Play.Start", "|RtmpSampleAccess", "onMetaData", "Video", "Audio", "Video", "Audio", "Video"],
            player.Messages.TakeLast(8).Select(message => message.ToString()));
        RtmpTestMessage[] media = [.. player.Messages.TakeLast(5)];
        Assert.Equal([0x17, 0x00], media[0].Body[..2]);
        Assert.Equal([0xAF, 0x00], media[1].Body[..2]);
        Assert.Equal([0x17, 0x01], media[2].Body[..2]);
        Assert.Equal([0xAF, 0x01], media[3].Body[..2]);
        Assert.Equal([0x27, 0x01], media[4].Body[..2]);
        Assert.All(media, message => Assert.Equal(1u, message.MessageStreamId));
    }

    [Fact]
    public async Task LiveFrames_ArriveInOrder()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(IsPicture);
        for (int milliseconds = 40; milliseconds <= 4000; milliseconds += 40)
        {
            lease.Publish(milliseconds % 1000 == 0 ? _frames.Key(milliseconds, 150_000) : _frames.Delta(milliseconds));
        }

        await player.UntilAsync(message => message.Timestamp == 4000);

        uint[] stamps = [.. player.Messages.Where(IsPicture).Select(message => message.Timestamp)];
        Assert.Equal(Enumerable.Range(0, 101).Select(number => (uint)number * 40), stamps);
        Assert.Equal(150_000 + 5, player.Messages[^1].Body.Length);
    }

    [Fact]
    public async Task SoundOnly_IsPlayedAndTheMetadataPromisesNoPictures()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a", ExpectedTracks.Audio);
        lease.Publish(Aac(0));
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        RtmpTestMessage metadata = await player.ExpectAsync("onMetaData");
        lease.Publish(Aac(21));
        await player.UntilAsync(message => message.Timestamp == 21);

        var properties = (AmfMap)metadata.Values[1];
        Assert.NotNull(properties.Find("audiocodecid"));
        Assert.Null(properties.Find("videocodecid"));
        Assert.DoesNotContain(player.Messages, message => message.Type == 9);
    }

    [Fact]
    public async Task JoinAfterFourHoursAndFortyMinutes_ShowsTheStreamsOwnTime()
    {
        const int Joined = ((4 * 60) + 40) * 60_000;
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(Joined, 150_000));
        lease.Publish(Aac(Joined + 5));
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(message => message.Timestamp == Joined + 5);

        Assert.True(Joined > 0xFFFFFF);
        RtmpTestMessage[] media = [.. player.Messages.Where(message => message.Type is 8 or 9 or 18 && message.Name != "|RtmpSampleAccess")];
        Assert.Equal(["onMetaData", "Video", "Audio", "Video", "Audio"], media.Select(message => message.ToString()));
        Assert.All(media[1..4], message => Assert.Equal((uint)Joined, message.Timestamp));
        Assert.Equal(150_000 + 5, media[3].Body.Length);
    }

    [Fact]
    public async Task ChangeOfResolution_SendsMetadataAndSequenceHeaderBeforeTheFirstNewPicture()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(IsPicture);
        lease.Publish(_frames.Delta(40));
        await player.UntilAsync(message => message.Timestamp == 40);
        lease.Publish(_frames.Key(80, format: TestFrames.Picture180));
        await player.UntilAsync(message => IsPicture(message) && message.Timestamp == 80);

        RtmpTestMessage[] change = [.. player.Messages.TakeLast(3)];
        Assert.Equal(["onMetaData", "Video", "Video"], change.Select(message => message.ToString()));
        Assert.Equal(320, ((AmfMap)change[0].Values[1]).Find("width")?.AsNumber);
        Assert.Equal([0x17, 0x00, 0, 0, 0, .. TestFrames.Picture180.ConfigurationRecord.Span], change[1].Body);
        Assert.Equal(80u, change[1].Timestamp);
    }

    [Fact]
    public async Task Unpublish_SendsWhatIsDueThenTheEnd()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a", receiveBufferBytes: 32 * 1024);
        await player.UntilAsync(IsPicture);
        for (int milliseconds = 40; milliseconds <= 800; milliseconds += 40)
        {
            lease.Publish(_frames.Delta(milliseconds, 100_000)); // More than the sockets hold: most of it waits.
        }

        lease.Dispose();
        await player.ExpectAsync("onStatus NetStream.Play.UnpublishNotify");

        Assert.Equal(21, player.Messages.TakeWhile(message => message.Code != "NetStream.Play.UnpublishNotify").Count(IsPicture));
        Assert.False(player.IsClosed);
        player.Dispose();
        await RtmpServerHost.UntilAsync(() => HasEnded(host, "Completed"), "the session's log line");
    }

    [Fact]
    public async Task PlayAgainAfterTheEnd_OnTheSameConnection()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        PublishLease first = host.Publish("a");
        first.Publish(_frames.Key(0));
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(IsPicture);
        first.Dispose();
        await player.ExpectAsync("onStatus NetStream.Play.Stop");
        using PublishLease second = host.Publish("a");
        second.Publish(_frames.Key(7));

        await player.SendAsync(player.Client.Command("play", 1, null, "a", -2000));

        await player.ExpectAsync("onStatus NetStream.Play.Start");
        await player.ExpectAsync("onMetaData");
        await player.UntilAsync(message => IsPicture(message) && message.Timestamp == 7);
    }

    [Fact]
    public async Task UnknownStream_IsRefusedAndTheConnectionClosed()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "nobody");

        Assert.Equal("NetStream.Play.StreamNotFound", player.Messages[^1].Code);
        await player.UntilClosedAsync();
        await RtmpServerHost.UntilAsync(() => HasEnded(host, "StreamNotFound"), "the session's log line");
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../../etc/passwd")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("a%2e")]
    public async Task NameOutsideTheGrammar_IsRefusedLikeAnUnknownOne(string name)
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, name);

        Assert.Equal("NetStream.Play.StreamNotFound", player.Messages[^1].Code);
    }

    [Fact]
    public async Task Paused_GoesOnAtTheNextKeyframe()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(IsPicture);
        await player.SendAsync(player.Client.Command("pause", 1, null, true, 0));
        await player.ExpectAsync("onStatus NetStream.Pause.Notify");
        await player.SettleAsync();
        lease.Publish(_frames.Delta(40));
        lease.Publish(_frames.Key(80));
        await player.SendAsync(player.Client.Command("pause", 1, null, false, 0));
        await player.ExpectAsync("onStatus NetStream.Unpause.Notify");
        RtmpTestMessage next = await player.UntilAsync(IsPicture);

        Assert.Equal(80u, next.Timestamp);
    }

    [Fact]
    public async Task SoundSwitchedOff_SendsPicturesOnly()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        lease.Publish(Aac(0));
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(message => message is { Type: 8, Body: [0xAF, 1, ..] });
        await player.SendAsync(player.Client.Command("receiveAudio", 1, null, false));
        await player.SettleAsync();
        lease.Publish(Aac(21));
        lease.Publish(_frames.Delta(40));
        await player.UntilAsync(message => message.Timestamp == 40);

        Assert.DoesNotContain(player.Messages, message => message is { Type: 8, Timestamp: 21 });
    }

    [Fact]
    public async Task TenPlayersAtOnce_AllGetEverything()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        TestPlayer[] players = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => TestPlayer.PlayAsync(host.Port, "a")));
        await RtmpServerHost.UntilAsync(() => lease.Stream.Viewers == 10, "ten viewers");
        for (int milliseconds = 40; milliseconds <= 2000; milliseconds += 40)
        {
            lease.Publish(_frames.Delta(milliseconds, 5000));
        }

        await Task.WhenAll(players.Select(player => player.UntilAsync(message => message.Timestamp == 2000)));

        foreach (TestPlayer player in players)
        {
            Assert.Equal(51, player.Messages.Count(IsPicture));
            player.Dispose();
        }

        await RtmpServerHost.UntilAsync(() => lease.Stream.Viewers == 0, "all viewers have gone");
    }

    [Fact]
    public async Task Shutdown_TellsThePlayersAndLeavesNothingBehind()
    {
        RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        Task stopped = host.StopAsync();
        await player.ExpectAsync("onStatus NetStream.Play.UnpublishNotify");
        await player.UntilClosedAsync();
        await stopped;

        Assert.Contains(host.Log, line => line.Contains("ServerShutdown", StringComparison.Ordinal));
        Assert.Equal(0, host.Workers.Connections);
        await host.DisposeAsync();
    }

    private static bool IsPicture(RtmpTestMessage message) => message is { Type: 9, Body: [_, 1, ..] };

    private static bool HasEnded(RtmpServerHost host, string reason) =>
        host.Log.Any(line => line.StartsWith("Information: RTMP session", StringComparison.Ordinal)
            && line.Contains($"ended: {reason}", StringComparison.Ordinal));

    private MediaFrame Aac(int milliseconds) => _frames.AacAt(milliseconds * 48L, TimeSpan.Zero);
}
