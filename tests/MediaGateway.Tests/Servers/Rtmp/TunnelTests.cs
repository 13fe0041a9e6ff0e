using System.Net;
using System.Net.Http.Headers;
using MediaGateway.Servers.Rtmp.Tunnel;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Diagnostics;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>RTMP inside HTTP requests: the dialogue, the rules of its requests, and its end.</summary>
public sealed class TunnelTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();
    private readonly TestFrames _frames;

    public TunnelTests() => _frames = new TestFrames(_buffers);

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task Player_PlaysAndClosesAndNothingIsLeft()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TunnelClient player = await TunnelClient.PlayAsync(host.TunnelPort, "a");
        await player.UntilAsync(message => message is { Type: 9, Body: [_, 1, ..] });
        for (int milliseconds = 40; milliseconds <= 400; milliseconds += 40)
        {
            lease.Publish(_frames.Delta(milliseconds, 20_000));
        }

        while (player.Messages.Count(message => message is { Type: 9, Body: [_, 1, ..] }) < 11)
        {
            Assert.Equal(HttpStatusCode.OK, await player.IdleAsync());
        }

        Assert.Equal(HttpStatusCode.OK, await player.CloseAsync());
        await NobodyAsync(host);
        Assert.Equal(HttpStatusCode.NotFound, await player.IdleAsync());
        Assert.Contains(host.Log, line => line.Contains("ended: PeerClosed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Id_IsUnguessableAndNotLogged()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using var first = new TunnelClient(host.TunnelPort);
        using var second = new TunnelClient(host.TunnelPort);
        await first.ConnectAsync();
        await second.OpenAsync();
        await first.CloseAsync();
        await RtmpServerHost.UntilAsync(() => host.Tunnels.Count == 1, "the first is gone");

        Assert.Equal(32, first.Id.Length);
        Assert.NotEqual(first.Id, second.Id);
        Assert.DoesNotContain(host.Log, line => line.Contains(first.Id, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/fcs/ident2")]
    [InlineData("/send/00000000000000000000000000000000/0")]
    [InlineData("/idle/0/0")]
    [InlineData("/close/0/7")]
    [InlineData("/")]
    [InlineData("/health")]
    public async Task NoSuchSessionAndNoOtherPage_IsNotFound(string path)
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using var client = new TunnelClient(host.TunnelPort);
        using HttpResponseMessage response = await client.PostAsync(path, new ByteArrayContent([0]));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task OtherContentType_IsRefusedSoThatNoPageCanOpenSessions()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using var client = new TunnelClient(host.TunnelPort);
        var content = new ByteArrayContent([0]);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        using HttpResponseMessage response = await client.PostAsync("/open/1", content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal(0, host.Tunnels.Count);
    }

    /// <summary>What comes while the client waits for an answer leaves at once: no question is needed in between.</summary>
    [Fact]
    public async Task Idle_IsAnsweredAsSoonAsThereIsSomething()
    {
        var time = new ManualTimeProvider();
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, time: time);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TunnelClient player = await TunnelClient.PlayAsync(host.TunnelPort, "a", time);
        await player.UntilAsync(message => message is { Type: 9, Body: [_, 1, ..] });
        while (player.LastBytes > 0)
        {
            await player.IdleAsync();
        }

        // From now on no time passes: only bytes can end the wait.
        player.Time = null;
        Task<HttpStatusCode> idle = player.IdleAsync();
        lease.Publish(_frames.Delta(40));

        Assert.Equal(HttpStatusCode.OK, await idle);
        Assert.True(player.LastBytes > 0);
    }

    [Fact]
    public async Task SendWhileAnIdleWaits_IsAnsweredAfterItWithoutDelay()
    {
        var time = new ManualTimeProvider();
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, time: time);
        using var client = new TunnelClient(host.TunnelPort);
        await client.OpenAsync();

        // A session may begin with the number 1, too: which of two requests is the first must be settled before.
        Assert.Equal(HttpStatusCode.OK, await client.AskAsync("send", 0, RtmpTestClient.Hello()));
        Task<HttpStatusCode> idle = client.AskAsync("idle", 1, [0]);
        Task<HttpStatusCode> send = SendUntilTakenAsync(client, 2, [.. RtmpTestClient.Finish(), .. client.Client.Connect("live")]);

        Assert.Equal(HttpStatusCode.OK, await idle);
        Assert.Equal(HttpStatusCode.OK, await send);
    }

    /// <summary>More than may lie unread passes through one request.</summary>
    [Fact]
    public async Task LongBody_IsTakenAsItComes()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using var client = new TunnelClient(host.TunnelPort);
        await client.ConnectAsync();
        byte[][] pings = [.. Enumerable.Range(0, 60_000).Select(_ => client.Client.Control(3, 1))];
        byte[] body = [.. pings.SelectMany(ping => ping)];
        Assert.InRange(body.Length, 4 * TunnelLimits.InputBytes, TunnelLimits.RequestBytes);

        Assert.Equal(HttpStatusCode.OK, await client.SendAsync(body));
    }

    [Fact]
    public async Task LastWords_AreKeptForTheClientToFetch()
    {
        var time = new ManualTimeProvider();
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, time: time);
        using TunnelClient client = await TunnelClient.PlayAsync(host.TunnelPort, "nobody", time);
        Assert.Contains(client.Messages, message => message.Code == "NetStream.Play.StreamNotFound");
        await EndAsync(host, time, 70);
        Assert.Equal(HttpStatusCode.NotFound, await client.IdleAsync());
    }

    [Fact]
    public async Task ClientThatAsksNoMore_IsGoneAfterAMinute()
    {
        var time = new ManualTimeProvider();
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, time: time);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TunnelClient player = await TunnelClient.PlayAsync(host.TunnelPort, "a", time);
        await player.SendAsync(player.Client.Command("pause", 1, null, true, 0)); // Paused clients may be silent for longer on TCP.
        TimeSpan last = host.Clock.Now;
        await EndAsync(host, time, 70);

        Assert.InRange(host.Clock.Now - last, TimeSpan.FromSeconds(59), TimeSpan.FromSeconds(75));
        Assert.Contains(host.Log, line => line.Contains("ended: Timeout", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ProgramStoodStill_ClientIsNotGoneForIt()
    {
        var time = new ManualTimeProvider();
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, time: time, services: services => services.NoticeStandstills(time));
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TunnelClient player = await TunnelClient.PlayAsync(host.TunnelPort, "a", time);
        await player.SendAsync(player.Client.Command("pause", 1, null, true, 0));
        time.StandStill(TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.OK, await player.SendAsync(player.Client.Command("pause", 1, null, false, 0)));
        Assert.Equal(1, host.Tunnels.Count);
        await EndAsync(host, time, 70);
    }

    [Fact]
    public async Task OpenedButNeverConnected_IsGoneByTheDeadlineOfEveryConnection()
    {
        var time = new ManualTimeProvider();
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, time: time);
        using var client = new TunnelClient(host.TunnelPort);
        await client.OpenAsync();
        TimeSpan opened = host.Clock.Now;
        await EndAsync(host, time, 8);

        Assert.InRange(host.Clock.Now - opened, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(11));
    }

    [Fact]
    public async Task ClientThatDoesNotAsk_IsHeldLittleForAndGoesOnAtAKeyframe()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(
            _buffers, options => (options.ViewerQueueBytes, options.MaximumMessageBytes) = (1_000_000, 1_000_000));
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TunnelClient player = await TunnelClient.PlayAsync(host.TunnelPort, "a");
        await player.UntilAsync(message => message is { Type: 9, Body: [_, 1, ..] });
        for (int group = 1; group <= 10; group++)
        {
            lease.Publish(_frames.Key(group * 1000, 100_000));
            for (int milliseconds = 100; milliseconds < 1000; milliseconds += 100)
            {
                lease.Publish(_frames.Delta((group * 1000) + milliseconds, 100_000));
            }
        }

        await player.UntilAsync(message => message.Type == 9 && message.Timestamp == 10_900);
        RtmpTestMessage[] pictures = [.. player.Messages.Where(message => message is { Type: 9, Body: [_, 1, ..] })];
        Assert.True(pictures.Length < 101, "some were dropped");
        int gap = Enumerable.Range(1, pictures.Length - 1).First(picture => pictures[picture].Timestamp > pictures[picture - 1].Timestamp + 1000);
        Assert.Equal(0x17, pictures[gap].Body[0]);
        Assert.InRange(player.MostBytes, 100_000, TunnelLimits.OutputBytes + (128 * 1024));
    }

    private static async Task<HttpStatusCode> SendUntilTakenAsync(TunnelClient client, int sequence, byte[] body)
    {
        while (true)
        {
            HttpStatusCode status = await client.AskAsync("send", sequence, body);
            if (status != HttpStatusCode.BadRequest)
            {
                return status;
            }
        }
    }

    private static Task EndAsync(RtmpServerHost host, ManualTimeProvider time, int expectedSeconds) => RtmpServerHost.AdvanceUntilAsync(
        time, TimeSpan.FromSeconds(expectedSeconds), () => host.Tunnels.Count == 0, "the session ends");

    private static Task NobodyAsync(RtmpServerHost host) =>
        RtmpServerHost.UntilAsync(() => host.Tunnels.Count == 0 && host.Limiter.Count == 0 && host.Workers.Connections == 0, "nobody is left");
}
