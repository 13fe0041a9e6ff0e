using System.Net;
using System.Net.Sockets;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Push;
using MediaGateway.Relay;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Push;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Diagnostics;

/// <summary>After the end of every kind of session that runs on RTMP everything is as it was before it.</summary>
public sealed class ResourceLedgerTests : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly TrackingBufferPool _buffers = new();
    private readonly TestFrames _frames;

    public ResourceLedgerTests() => _frames = new TestFrames(_buffers);

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task RtmpPublisherAndPlayer()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        HeldResources held = Held(host);
        using TestEncoder encoder = await TestEncoder.PublishAsync(host.Port, "a");
        await encoder.SendHeadersAsync();
        await encoder.SendPictureAsync(1, isKeyframe: true, 0, length: 70_000);
        await encoder.SendSoundAsync(5);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilAsync(message => message.Timestamp == 5);
        await held.UntilHeldAsync(ResourceKind.RtmpConnection, 2);
        await encoder.UnpublishAsync("a");
        encoder.Dispose();
        player.Dispose();
        await held.ReturnAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RtmpPublisherThatIsCutOffInTheMiddleOfAMessage(bool isReset)
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(
            _buffers, services: services => services.Configure<StreamOptions>(options => options.ReconnectGrace = TimeSpan.FromMilliseconds(50)));
        HeldResources held = Held(host);
        using TestEncoder encoder = await TestEncoder.PublishAsync(host.Port, "a");
        await encoder.SendHeadersAsync();
        await encoder.SendPictureAsync(1, isKeyframe: true, 0);
        byte[] picture = encoder.Wire.Client.Message(9, 1, TestEncoder.Picture(2, isKeyframe: false, 50_000), 6, 40);
        await encoder.Wire.SendAsync(picture[..30_000]);
        await held.UntilHeldAsync(ResourceKind.RtmpConnection);
        if (isReset)
        {
            encoder.Wire.Reset();
        }

        encoder.Dispose();
        await held.ReturnAsync();
    }

    [Fact]
    public async Task RtmpClientThatNeverShakesHands()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        HeldResources held = Held(host);
        using TestPlayer silent = await TestPlayer.DialAsync(host.Port);
        await held.UntilHeldAsync(ResourceKind.RtmpConnection);
        silent.Dispose();
        await held.ReturnAsync();
    }

    [Fact]
    public async Task TunnelledPlayerWhoseClientAsksNoMore()
    {
        var time = new ManualTimeProvider();
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, time: time);
        HeldResources held = Held(host);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TunnelClient player = await TunnelClient.PlayAsync(host.TunnelPort, "a", time);
        await player.UntilAsync(message => message is { Type: 9, Body: [_, 1, ..] });
        await held.UntilHeldAsync(ResourceKind.RtmpTunnel);
        await held.UntilHeldAsync(ResourceKind.RtmpConnection);
        await RtmpServerHost.AdvanceUntilAsync(time, TimeSpan.FromSeconds(70), () => host.Tunnels.Count == 0, "the session ends");
        lease.End(StreamEndReason.Unpublished);
        await held.ReturnAsync(() => time.Advance(Step));
    }

    [Fact]
    public async Task TunnelledPlayerThatCloses()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        HeldResources held = Held(host);
        using PublishLease lease = host.Publish("a");
        lease.Publish(_frames.Key(0));
        using TunnelClient player = await TunnelClient.PlayAsync(host.TunnelPort, "a");
        await player.UntilAsync(message => message is { Type: 9, Body: [_, 1, ..] });
        Assert.Equal(HttpStatusCode.OK, await player.CloseAsync());
        lease.End(StreamEndReason.Unpublished);
        await held.ReturnAsync();
    }

    [Fact]
    public async Task PlayerOfAFile()
    {
        var time = new ManualTimeProvider();
        await using FileHost host = await FileHost.StartAsync(_buffers, time);
        host.Write("clip.mp4", SmallMp4.Make(30));
        ResourceLedger ledger = host.Server.Get<ResourceLedger>();

        // The first player of all starts the threads that send files, each with its timer.
        HeldResources? held = null;
        for (int round = 0; round < 2; round++)
        {
            using (TestPlayer player = await host.PlayAsync("mp4:clip.mp4"))
            {
                await player.UntilAsync(message => message.Type == 9);
                await RtmpServerHost.UntilAsync(() => (ledger.Count(ResourceKind.File), ledger.Count(ResourceKind.FilePlayer)) == (1, 1), "the player is counted");
            }

            // Files that nobody plays are closed after a minute.
            await RtmpServerHost.UntilAsync(
                () =>
                {
                    time.Advance(TimeSpan.FromSeconds(1));
                    return ledger.Count(ResourceKind.File) == 0 && ledger.Count(ResourceKind.RtmpConnection) == 0;
                },
                "the player and its file are gone");
            held ??= Held(host.Server);
        }

        await held!.ReturnAsync(() => time.Advance(TimeSpan.FromSeconds(1))); // made in the first round
        Assert.Equal(0, host.Catalog.OpenFiles);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PushThatIsRefused(bool isThere)
    {
        await using var target = new RtmpTarget { Refusal = ("NetStream.Publish.Denied", "no") };
        await using var host = new PushHost();
        var held = new HeldResources(host.Get<ResourceLedger>(), host.Buffers);
        PublishLease lease = host.Publish("a");
        lease.Publish(new PushFrames(host.Buffers).Key(0));
        int port = isThere ? target.Port : ClosedPort();
        StreamPush push = host.Push("a", $"rtmp://127.0.0.1:{port}/live/key");
        await PushHost.UntilAsync(push, PushState.WaitingToRetry);
        await held.UntilHeldAsync(ResourceKind.Push);
        push.Stop();
        lease.Dispose();
        await held.ReturnAsync();
    }

    [Fact]
    public async Task PushThatIsStopped()
    {
        await using var target = new RtmpTarget();
        await using var host = new PushHost();
        var held = new HeldResources(host.Get<ResourceLedger>(), host.Buffers);
        PublishLease lease = host.Publish("a");
        lease.Publish(new PushFrames(host.Buffers).Key(0));
        StreamPush push = host.Push("a", target.UrlOf("key"));
        await PushHost.UntilAsync(() => !target.Frames.IsEmpty, "a frame has arrived");
        await held.UntilHeldAsync(ResourceKind.OutgoingConnection);
        push.Stop();
        lease.Dispose();
        await held.ReturnAsync();
    }

    [Fact]
    public async Task PullWhoseOriginDies()
    {
        await using RtmpServerHost origin = await RtmpServerHost.StartAsync(_buffers);
        using var edgeBuffers = new TrackingBufferPool();
        await using RtmpServerHost edge = await RtmpServerHost.StartAsync(edgeBuffers, services: services => services.AddPush().AddRelay()
            .Configure<RelayOptions>(options =>
            {
                options.Origins.Add(new RelayOriginOptions { Url = $"rtmp://127.0.0.1:{origin.Port}" });
                (options.IdleTime, options.Patience) = (TimeSpan.Zero, TimeSpan.FromSeconds(1));
            })
            .Configure<StreamOptions>(options => options.ReconnectGrace = TimeSpan.FromMilliseconds(50)));
        var held = new HeldResources(edge.Get<ResourceLedger>(), edgeBuffers);
        PublishLease lease = origin.Publish("a");
        lease.Publish(new PushFrames(_buffers).Key(0));
        using TestPlayer viewer = await TestPlayer.PlayAsync(edge.Port, "a");
        await viewer.UntilAsync(message => message is { Type: 9, Body: [_, 1, ..] });
        await held.UntilHeldAsync(ResourceKind.Pull);
        await held.UntilHeldAsync(ResourceKind.OutgoingConnection);
        await origin.StopAsync();
        lease.Dispose();
        await RtmpServerHost.UntilAsync(() => edge.Get<ResourceLedger>().Count(ResourceKind.Pull) == 0, "the pull is given up");
        viewer.Dispose();
        await held.ReturnAsync();
    }

    private static HeldResources Held(RtmpServerHost host) => new(host.Get<ResourceLedger>(), host.Buffers);

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
