using MediaGateway.Media.Amf;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Players that come before the publisher: the setting <c>Rtmp:WaitForPublisher</c>.</summary>
public sealed class WaitForPublisherTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();
    private readonly RecordingListener _listener = new();
    private readonly ManualTimeProvider _time = new();
    private readonly TestFrames _frames;

    public WaitForPublisherTests() => _frames = new TestFrames(_buffers);

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task PublisherThatComesInTime_IsPlayed()
    {
        await using RtmpServerHost host = await StartAsync();
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        Assert.Contains(player.Messages, message => message.Code == "NetStream.Play.Start");
        await player.SettleAsync();
        Assert.Equal(["opened", "a Pending"], _listener.Notes);
        _time.Advance(TimeSpan.FromSeconds(4));
        using PublishLease lease = host.Publish("a");
        await player.ExpectAsync("onStatus NetStream.Play.PublishNotify");
        lease.Publish(_frames.Key(0));
        await player.UntilAsync(message => message is { Type: 9, Body: [_, 1, ..] });
        _time.Advance(TimeSpan.FromSeconds(2));
        await player.SettleAsync();

        Assert.Equal(["opened", "a Pending", "a Playing"], _listener.Notes);
        Assert.Equal(1, lease.Stream.Viewers);
    }

    [Fact]
    public async Task PublisherThatDoesNotCome_IsToldAsAMissingStream()
    {
        await using RtmpServerHost host = await StartAsync();
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.SettleAsync();
        _time.Advance(TimeSpan.FromSeconds(4.9));
        await player.SettleAsync();
        _time.Advance(TimeSpan.FromSeconds(0.2));
        RtmpTestMessage status = await player.ExpectAsync("onStatus NetStream.Play.StreamNotFound");

        Assert.Equal("There is no such stream.", ((AmfMap)status.Values[^1]).Find("description")?.AsString);
        Assert.Equal(["opened", "a Pending", "a Failed Stream not found"], _listener.Notes);
    }

    [Fact]
    public async Task PlayerThatLeaves_WaitsNoLonger()
    {
        await using RtmpServerHost host = await StartAsync();
        TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.SettleAsync();
        player.Dispose();
        await RtmpServerHost.UntilAsync(() => _listener.Notes.Contains("closed"), "the player has gone");
        using PublishLease lease = host.Publish("a");

        Assert.Equal(["opened", "a Pending", "a Stopped Stopped by session disconnect", "closed"], _listener.Notes);
        Assert.Equal(0, lease.Stream.Viewers);
    }

    [Fact]
    public async Task EncoderThatComesBack_FindsItsPlayersStillThere()
    {
        await using RtmpServerHost host = await StartAsync();
        TestEncoder first = await TestEncoder.PublishAsync(host.Port, "a");
        await SendAsync(first, 1, 90_000);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(IsPicture);
        first.Dispose();
        await RtmpServerHost.UntilAsync(() => _listener.Notes.Contains("a Failed Stopped by session disconnect"), "the encoder is lost");
        _time.Advance(TimeSpan.FromSeconds(2));
        using TestEncoder second = await TestEncoder.PublishAsync(host.Port, "a");
        await SendAsync(second, 2, 0);
        RtmpTestMessage next = await player.UntilAsync(IsPicture);

        Assert.Equal(TestEncoder.Picture(2, isKeyframe: true, 1000), next.Body);
        Assert.InRange(next.Timestamp, 90_001u, 95_000u);
        Assert.DoesNotContain(player.Messages, message => message.Code == "NetStream.Play.UnpublishNotify");
    }

    private static bool IsPicture(RtmpTestMessage message) => message is { Type: 9, Body: [_, 1, ..] };

    private static async Task SendAsync(TestEncoder encoder, int picture, uint timestamp)
    {
        await encoder.SendHeadersAsync(timestamp);
        await encoder.SendPictureAsync(picture, isKeyframe: true, timestamp);
        await encoder.SendSoundAsync(timestamp);
        await encoder.Wire.SettleAsync();
    }

    private Task<RtmpServerHost> StartAsync() => RtmpServerHost.StartAsync(
        _buffers,
        options => options.WaitForPublisher = TimeSpan.FromSeconds(5),
        _time,
        services => services.AddSingleton<ISessionListener>(_listener));
}
