using MediaGateway.Diagnostics;
using MediaGateway.Media.Amf;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Diagnostics;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Publishing over real sockets, and what players get of it.</summary>
public sealed class RtmpPublishTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();
    private readonly RecordingListener _listener = new();

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task Published_IsWhatPlayersGet()
    {
        await using RtmpServerHost host = await StartAsync();
        using TestEncoder encoder = await TestEncoder.PublishAsync(host.Port, "a");
        await encoder.SendHeadersAsync();
        await encoder.SendPictureAsync(1, isKeyframe: true, 0, length: 70_000, composition: 80);
        await encoder.SendSoundAsync(5);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(message => message.Timestamp == 5);
        await encoder.SendPictureAsync(2, isKeyframe: false, 40, composition: -40);
        await player.UntilAsync(message => message.Timestamp == 40);

        RtmpTestMessage[] media = [.. player.Messages.Where(message => message.Type is 8 or 9)];
        Assert.Equal([0x17, 0, 0, 0, 0, .. TestEncoder.ConfigurationRecord], media[0].Body);
        Assert.Equal([0xAF, 0, 0x11, 0x90], media[1].Body);
        Assert.Equal(TestEncoder.Picture(1, isKeyframe: true, 70_000, composition: 80), media[2].Body);
        Assert.Equal([0xAF, 1, 0x21, 0x10, 5], media[3].Body);
        Assert.Equal(TestEncoder.Picture(2, isKeyframe: false, 1000, composition: -40), media[4].Body);
    }

    [Fact]
    public async Task Metadata_IsPassedOnAtTheStartAndWhenItChanges()
    {
        await using RtmpServerHost host = await StartAsync();
        using TestEncoder encoder = await TestEncoder.PublishAsync(host.Port, "a");
        await encoder.SendMetadataAsync(new() { ["title"] = "first", ["width"] = 1.0, ["duration"] = 3.0 });
        await encoder.SendHeadersAsync();
        await encoder.SendPictureAsync(1, isKeyframe: true, 0);
        await encoder.SendSoundAsync(0);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        AmfMap first = (AmfMap)(await player.ExpectAsync("onMetaData")).Values[1];
        await encoder.SendMetadataAsync(new() { ["title"] = "second" });
        AmfMap second = (AmfMap)(await player.ExpectAsync("onMetaData")).Values[1];

        Assert.Equal("first", first.Find("title")?.AsString);
        Assert.Equal(320, first.Find("width")?.AsNumber);
        Assert.Null(first.Find("duration"));
        Assert.Equal("second", second.Find("title")?.AsString);
        Assert.Equal(320, second.Find("width")?.AsNumber);
    }

    [Fact]
    public async Task NameInUse_IsRefusedAndTheFirstPublisherGoesOn()
    {
        await using RtmpServerHost host = await StartAsync();
        using TestEncoder first = await TestEncoder.PublishAsync(host.Port, "a");
        using TestEncoder second = await TestEncoder.ConnectAsync(host.Port);
        await second.AskToPublishAsync("a");
        RtmpTestMessage refusal = await second.Wire.ExpectAsync("onStatus NetStream.Publish.BadName");
        await second.Wire.UntilClosedAsync();
        await first.SendHeadersAsync();
        await first.SendPictureAsync(1, isKeyframe: true, 0);
        await first.SendSoundAsync(0);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(IsPicture);

        Assert.Equal(StreamRegistry.NameInUse, ((AmfMap)refusal.Values[^1]).Find("description")?.AsString);
        await UntilLoggedAsync(host, "StreamBusy");
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../../etc/passwd")]
    [InlineData("a b")]
    [InlineData("")]
    public async Task NameOutsideTheGrammar_IsRefused(string name)
    {
        await using RtmpServerHost host = await StartAsync();
        using TestEncoder encoder = await TestEncoder.ConnectAsync(host.Port);
        await encoder.AskToPublishAsync(name);
        await encoder.Wire.ExpectAsync("onStatus NetStream.Publish.BadName");
        await encoder.Wire.UntilClosedAsync();

        Assert.Empty(host.Streams.Streams);
        Assert.DoesNotContain(_listener.Notes, note => note.Contains("Publishing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FcUnpublish_EndsTheStreamForItsPlayers()
    {
        await using RtmpServerHost host = await StartAsync();
        using TestEncoder encoder = await PublishedAsync(host);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(IsPicture);
        await encoder.UnpublishAsync("a");
        await player.ExpectAsync("onStatus NetStream.Play.UnpublishNotify");
        encoder.Dispose();
        await RtmpServerHost.UntilAsync(() => _listener.Notes.Contains("closed"), "the encoder has gone");

        Assert.Contains("a Publishing", _listener.Notes);
        Assert.Contains("a Unpublished Stopped by user", _listener.Notes);
        Assert.Contains("a Stopped Stopped by publisher stop", _listener.Notes);
        await UntilLoggedAsync(host, "Completed");
    }

    [Fact]
    public async Task LostConnection_IsToldAsAFailure()
    {
        await using RtmpServerHost host = await StartAsync();
        TestEncoder encoder = await PublishedAsync(host);
        encoder.Dispose();
        await RtmpServerHost.UntilAsync(() => _listener.Notes.Contains("closed"), "the encoder has gone");

        Assert.Equal(["opened", "a Publishing", "a Failed Stopped by session disconnect", "closed"], _listener.Notes);
        Assert.Empty(host.Sessions.Connections);
        Assert.Empty(host.Sessions.Sessions);
    }

    [Fact]
    public async Task SilentPublisher_IsTakenForLost()
    {
        var time = new ManualTimeProvider();
        await using RtmpServerHost host = await StartAsync(time);
        using TestEncoder encoder = await PublishedAsync(host);
        time.Advance(TimeSpan.FromSeconds(9));
        await encoder.SendSoundAsync(9000);
        await encoder.Wire.SettleAsync();
        time.Advance(TimeSpan.FromSeconds(9));
        await encoder.Wire.SettleAsync();
        Assert.Single(host.Sessions.Sessions);

        time.Advance(TimeSpan.FromSeconds(2));
        await encoder.Wire.ExpectAsync("onStatus NetStream.Unpublish.Success");
        await RtmpServerHost.UntilAsync(() => host.Sessions.Sessions.Count == 0, "the session has ended");

        Assert.Contains("a Failed Failed by RTP activity", _listener.Notes);
    }

    [Fact]
    public async Task ProgramStoodStill_SilenceMeanwhileDoesNotCount()
    {
        var time = new ManualTimeProvider();
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, time: time, services: services => services.NoticeStandstills(time));
        using TestEncoder encoder = await PublishedAsync(host);
        time.Advance(TimeSpan.FromSeconds(5));
        time.StandStill(TimeSpan.FromMinutes(1));

        // Whatever fires of itself has done so; the loop has looked at the time when it answers this.
        await encoder.SendSoundAsync(5000);
        await encoder.Wire.SettleAsync();
        Assert.Single(host.Sessions.Sessions);

        time.Advance(TimeSpan.FromSeconds(9));
        await encoder.Wire.SettleAsync();
        Assert.Single(host.Sessions.Sessions);
        time.Advance(TimeSpan.FromSeconds(2));
        await RtmpServerHost.UntilAsync(() => host.Sessions.Sessions.Count == 0, "real silence ends it as ever");
    }

    [Fact]
    public async Task EndedByTheServer_IsToldWhyAndCutOff()
    {
        await using RtmpServerHost host = await StartAsync();
        using TestEncoder encoder = await PublishedAsync(host);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        host.Sessions.Sessions.Single(session => session.IsPublisher).End(SessionEndReason.Completed, "Stopped by rest /terminate");
        RtmpTestMessage status = await encoder.Wire.ExpectAsync("onStatus NetStream.Unpublish.Success");
        await encoder.Wire.UntilClosedAsync();
        await player.ExpectAsync("onStatus NetStream.Play.UnpublishNotify");

        Assert.Equal("Stopped by rest /terminate", ((AmfMap)status.Values[^1]).Find("description")?.AsString);
        Assert.Contains("a Unpublished Stopped by rest /terminate", _listener.Notes);
    }

    [Fact]
    public async Task NewestPublisherWins_TheOldOneIsToldAndThePlayerGoesOn()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, services: services =>
        {
            services.AddSingleton<ISessionListener>(_listener);
            services.Configure<MediaGateway.Configuration.StreamOptions>(options => options.TakeOver = StreamTakeOver.NewestWins);
        });
        using TestEncoder old = await PublishedAsync(host);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(IsPicture);
        using TestEncoder newest = await TestEncoder.PublishAsync(host.Port, "a");
        await old.Wire.ExpectAsync("onStatus NetStream.Unpublish.Success");
        await old.Wire.UntilClosedAsync();
        await newest.SendHeadersAsync();
        await newest.SendPictureAsync(7, isKeyframe: true, 0);
        RtmpTestMessage next = await player.UntilAsync(IsPicture);

        Assert.Equal(TestEncoder.Picture(7, isKeyframe: true, 1000), next.Body);
        string[] publishers = [.. _listener.Notes.Where(note => note.StartsWith("a P", StringComparison.Ordinal) && note != "a Playing"
            || note.StartsWith("a Failed", StringComparison.Ordinal))];
        Assert.Equal(["a Publishing", "a Failed Taken over by another publisher", "a Publishing"], publishers);
    }

    [Fact]
    public async Task EncoderThatStartsAgainWithinItsConnection_GoesOnForItsPlayers()
    {
        await using RtmpServerHost host = await StartAsync();
        using TestEncoder encoder = await PublishedAsync(host);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await encoder.SendPictureAsync(2, isKeyframe: false, 5000);
        await player.UntilAsync(message => IsPicture(message) && message.Timestamp == 5000);
        await encoder.SendHeadersAsync();
        await encoder.SendPictureAsync(3, isKeyframe: true, 0);
        RtmpTestMessage next = await player.UntilAsync(IsPicture);

        Assert.InRange(next.Timestamp, 5001u, 15_000u);
        Assert.Equal(TestEncoder.Picture(3, isKeyframe: true, 1000), next.Body);
    }

    [Fact]
    public async Task MediaBeforeThePublishCommandWasAccepted_IsDropped()
    {
        await using RtmpServerHost host = await StartAsync();
        using TestEncoder encoder = await TestEncoder.ConnectAsync(host.Port);
        await encoder.Wire.SendAsync(encoder.Wire.Client.Command("createStream", 0, [null]));
        await encoder.SendHeadersAsync();
        await encoder.SendPictureAsync(1, isKeyframe: true, 0);
        await encoder.Wire.SendAsync(encoder.Wire.Client.Command("publish", 1, null, "a", "live"));
        await encoder.Wire.ExpectAsync("onStatus NetStream.Publish.Start");
        await encoder.SendHeadersAsync();
        await encoder.SendPictureAsync(2, isKeyframe: true, 40);
        await encoder.SendSoundAsync(40);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        RtmpTestMessage first = await player.UntilAsync(IsPicture);

        Assert.Equal(TestEncoder.Picture(2, isKeyframe: true, 1000), first.Body);
    }

    [Fact]
    public async Task PicturesThatThePlayerHasNotAnnounced_AreRefusedInWords()
    {
        await using RtmpServerHost host = await StartAsync();
        using TestEncoder encoder = await TestEncoder.PublishAsync(host.Port, "a");
        await encoder.SendAsync(8, [0xAF, 0, 0x11, 0x90], 0);
        await SendHevcAsync(encoder, 0);
        await encoder.SendSoundAsync(0);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        RtmpTestMessage status = await player.ExpectAsync("onStatus NetStream.Play.Failed");
        await player.UntilClosedAsync();

        Assert.Equal("The stream sends HEVC, which this player has not announced.", ((AmfMap)status.Values[^1]).Find("description")?.AsString);
        Assert.DoesNotContain(player.Messages, message => message.Type == 9);
        Assert.Contains("a Failed No common codecs", _listener.Notes);
    }

    [Fact]
    public async Task PicturesThatBecomeWhatThePlayerHasNotAnnounced_EndItInWords()
    {
        await using RtmpServerHost host = await StartAsync();
        using TestEncoder encoder = await PublishedAsync(host);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(IsPicture);
        await SendHevcAsync(encoder, 40);
        await player.ExpectAsync("onStatus NetStream.Play.Failed");
        await player.UntilClosedAsync();

        Assert.DoesNotContain(player.Messages, message => message is { Type: 9, Timestamp: 40 });
    }

    [Fact]
    public async Task Publisher_DoesNotCountAgainstItsAddress()
    {
        await using RtmpServerHost host = await StartAsync(configure: options => options.MaximumIdleConnectionsPerAddress = 1);
        using TestEncoder first = await TestEncoder.PublishAsync(host.Port, "a");
        using TestEncoder second = await TestEncoder.PublishAsync(host.Port, "b");

        Assert.Equal(2, host.Limiter.Count);
    }

    [Fact]
    public async Task SecondPublishOnOneConnection_IsRefused()
    {
        await using RtmpServerHost host = await StartAsync();
        using TestEncoder encoder = await PublishedAsync(host);
        await encoder.Wire.SendAsync(encoder.Wire.Client.Command("createStream", 0, [null]));
        await encoder.Wire.SendAsync(encoder.Wire.Client.Command("publish", 2, null, "b", "live"));
        await encoder.Wire.ExpectAsync("onStatus NetStream.Publish.Denied");

        Assert.Equal("live/a", Assert.Single(host.Streams.Streams).Key.ToString());
    }

    [Fact]
    public async Task Shutdown_EndsPublishersInWords()
    {
        RtmpServerHost host = await StartAsync();
        using TestEncoder encoder = await PublishedAsync(host);
        Task stopped = host.StopAsync();
        await encoder.Wire.ExpectAsync("onStatus NetStream.Unpublish.Success");
        await encoder.Wire.UntilClosedAsync();
        await stopped;

        Assert.Contains(_listener.Notes, note => note.StartsWith("a Unpublished", StringComparison.Ordinal));
        await host.DisposeAsync();
    }

    private static bool IsPicture(RtmpTestMessage message) => message is { Type: 9, Body: [_, 1, ..] };

    private static Task UntilLoggedAsync(RtmpServerHost host, string reason) => RtmpServerHost.UntilAsync(
        () => host.Log.Any(line => line.Contains($"publishing live/a ended: {reason}", StringComparison.Ordinal)), "the session's log line");

    /// <summary>A sequence header and a picture of HEVC, as Enhanced RTMP has them.</summary>
    private static async Task SendHevcAsync(TestEncoder encoder, uint timestamp)
    {
        await encoder.SendAsync(9, [0x90, .. "hvc1"u8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23], timestamp);
        await encoder.SendAsync(9, [0x91, .. "hvc1"u8, 0, 0, 0, 0, 0, 0, 3, 0x26, 1, 2], timestamp);
    }

    /// <summary>An encoder that has published a keyframe and some sound as <c>live/a</c>.</summary>
    private static async Task<TestEncoder> PublishedAsync(RtmpServerHost host)
    {
        TestEncoder encoder = await TestEncoder.PublishAsync(host.Port, "a");
        await encoder.SendHeadersAsync();
        await encoder.SendPictureAsync(1, isKeyframe: true, 0);
        await encoder.SendSoundAsync(0);
        await encoder.Wire.SettleAsync();
        return encoder;
    }

    private Task<RtmpServerHost> StartAsync(TimeProvider? time = null, Action<MediaGateway.Configuration.RtmpOptions>? configure = null) =>
        RtmpServerHost.StartAsync(_buffers, configure, time, services => services.AddSingleton<ISessionListener>(_listener));
}
