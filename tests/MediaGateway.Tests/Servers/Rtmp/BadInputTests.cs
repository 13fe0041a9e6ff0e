using System.Net.Sockets;
using System.Text;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Whatever comes to the port ends that connection only, quietly.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();
    private readonly TestFrames _frames;

    public BadInputTests() => _frames = new TestFrames(_buffers);

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task NotRtmp_ClosesThatConnectionOnly()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        byte[][] greetings =
        [
            Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
            Convert.FromHexString("16030100C5010000C10303" + new string('5', 380)), // a TLS ClientHello
            [0x06, .. new byte[1536]], // RTMPE
            [0, 0, 0, 0],
        ];
        foreach (byte[] greeting in greetings)
        {
            using TestPlayer stranger = await TestPlayer.DialAsync(host.Port);
            await stranger.SendAsync(greeting);
            await stranger.UntilClosedAsync();
        }

        lease.Publish(_frames.Delta(40));
        await player.UntilAsync(message => message.Timestamp == 40);
        await RtmpServerHost.UntilAsync(() => host.Limiter.Count == 1, "the strangers are gone");
        Assert.DoesNotContain(host.Log, line => line.StartsWith("Information: RTMP", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Log, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoiseAfterTheHandshake_LeavesTheServerUnharmed()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        var random = new Random(5);
        for (int round = 0; round < 50; round++)
        {
            using TestPlayer stranger = await TestPlayer.DialAsync(host.Port);
            await stranger.SendAsync(RtmpTestClient.Hello());
            await stranger.SendAsync(RtmpTestClient.Finish());
            byte[] noise = new byte[random.Next(1, 5000)];
            random.NextBytes(noise);
            await stranger.SendAsync(noise);
        }

        await RtmpServerHost.UntilAsync(() => host.Limiter.Count == 0, "the strangers are gone");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(message => message is { Type: 9, Body: [_, 1, ..] });
        Assert.DoesNotContain(host.Log, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1537)]
    public async Task HandshakeThatDoesNotGoOn_IsClosedByItsDeadline(int bytes)
    {
        var time = new ManualTimeProvider();
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, time: time);
        using TestPlayer client = await TestPlayer.DialAsync(host.Port);
        await client.SendAsync(RtmpTestClient.Hello()[..bytes]);
        await RtmpServerHost.UntilAsync(() => host.Limiter.Count == 1, "the connection is accepted");
        TimeSpan accepted = host.Clock.Now;
        await AdvanceUntilClosedAsync(time, host, 40);

        Assert.InRange(host.Clock.Now - accepted, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(60));
        Assert.Contains(host.Log, line => line.Contains("Timeout", StringComparison.Ordinal));
        await client.UntilClosedAsync();
    }

    [Fact]
    public async Task ConnectedButNeverPlaying_IsClosedByItsDeadline()
    {
        var time = new ManualTimeProvider();
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, time: time);
        using TestPlayer client = await TestPlayer.DialAsync(host.Port);
        await client.ConnectAsync();
        await AdvanceUntilClosedAsync(time, host, 120);

        Assert.Contains(host.Log, line => line.Contains("ended: Timeout", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FloodOfConnections_IsCapped()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(
            _buffers, options => options.MaximumIdleConnectionsPerAddress = 3);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        TestPlayer?[] flood = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TryDialAsync(host.Port)));
        await RtmpServerHost.UntilAsync(() => host.Limiter.Refused == 17, "seventeen are refused");

        Assert.Equal(1 + 3, host.Limiter.Count);
        await RtmpServerHost.UntilAsync(
            () => host.Log.Any(line => line.StartsWith("Warning: RTMP connections refused", StringComparison.Ordinal)), "a warning");
        foreach (TestPlayer? one in flood)
        {
            one?.Dispose();
        }

        await RtmpServerHost.UntilAsync(() => host.Limiter.Count == 1, "the flood is over");
        using TestPlayer next = await TestPlayer.PlayAsync(host.Port, "a");
        Assert.Equal("NetStream.Play.Start", next.Messages.Last(message => message.Code is not null).Code);
    }

    /// <summary>A refused connection is reset, sometimes before the client has noticed that it was made.</summary>
    private static async Task<TestPlayer?> TryDialAsync(int port)
    {
        try
        {
            return await TestPlayer.DialAsync(port);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static Task AdvanceUntilClosedAsync(ManualTimeProvider time, RtmpServerHost host, int expectedSeconds) => RtmpServerHost.AdvanceUntilAsync(
        time, TimeSpan.FromSeconds(expectedSeconds), () => host.Limiter.Count == 0, "the deadline closes the connection");
}
