using MediaGateway.Configuration;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Memory;
using MediaGateway.Push;
using MediaGateway.Recording;
using MediaGateway.Relay;
using MediaGateway.Rtmp;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Push;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Servers.WebRtc;
using MediaGateway.Tests.Streams;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Relay;

/// <summary>One gateway has the stream, another one's viewers want it; both as they are shipped.</summary>
public sealed class OriginPullTests
{
    private readonly BufferPool _buffers = new();

    [Fact]
    public async Task TwoViewers_AreServedByOnePullFromTheKeyframeOn()
    {
        await using RtmpServerHost origin = await RtmpServerHost.StartAsync(_buffers);
        await using RtmpServerHost edge = await EdgeOfAsync(origin.Port);
        var frames = new PushFrames(_buffers);
        using PublishLease lease = origin.Publish("a");
        lease.Publish(frames.Key(0));
        lease.Publish(frames.Delta(40));

        using TestPlayer one = await TestPlayer.PlayAsync(edge.Port, "a");
        using TestPlayer two = await TestPlayer.PlayAsync(edge.Port, "a");
        await one.UntilAsync(message => message.Type == 9 && IsPicture(message));
        await two.UntilAsync(message => message.Type == 9 && IsPicture(message));
        lease.Publish(frames.Delta(80));
        RtmpTestMessage[] pictures = await PicturesAsync(one, 3);

        Assert.Equal([0x17, 0x27, 0x27], pictures.Select(message => (int)message.Body[0]));
        Assert.Equal([0u, 40u, 80u], pictures.Select(message => message.Timestamp - pictures[0].Timestamp));
        Assert.Single(Pulls(edge).Pulls);
        Assert.Equal(1, origin.Streams.Find(TestHub.Key("a"))!.Viewers);
        LiveStream relayed = edge.Streams.Find(TestHub.Key("a"))!;
        Assert.Equal(("relay", 2), (relayed.Snapshot().PublisherProtocol, relayed.Viewers));
        Assert.DoesNotContain(edge.Sessions.Sessions, session => session.IsPublisher);
    }

    [Fact]
    public async Task LastViewerGone_ThePullEndsAfterTheIdleTime()
    {
        await using RtmpServerHost origin = await RtmpServerHost.StartAsync(_buffers);
        await using RtmpServerHost edge = await EdgeOfAsync(origin.Port, options => options.IdleTime = TimeSpan.Zero);
        using PublishLease lease = origin.Publish("a");
        lease.Publish(new PushFrames(_buffers).Key(0));
        using (TestPlayer viewer = await TestPlayer.PlayAsync(edge.Port, "a"))
        {
            await viewer.UntilAsync(message => message.Type == 9 && IsPicture(message));
            Assert.Equal(1, lease.Stream.Viewers);
        }

        await RtmpServerHost.UntilAsync(() => lease.Stream.Viewers == 0, "the origin has no viewer");
        await RtmpServerHost.UntilAsync(() => Pulls(edge).Pulls.Count == 0 && edge.Streams.Streams.Count == 0, "the edge has forgotten the stream");
    }

    [Fact]
    public async Task MissingStream_IsToldToTheViewersAtOnce()
    {
        await using RtmpServerHost origin = await RtmpServerHost.StartAsync(_buffers);
        await using RtmpServerHost edge = await EdgeOfAsync(origin.Port, options => options.Patience = TimeSpan.FromMinutes(1));
        using TestPlayer viewer = await TestPlayer.PlayAsync(edge.Port, "nothing");
        RtmpTestMessage status = await viewer.UntilAsync(message => message.Code == "NetStream.Play.StreamNotFound");

        Assert.Equal("There is no such stream.", ((AmfMap)status.Values[^1]).Find("description")?.AsString);
    }

    [Fact]
    public async Task OriginThatIsNotThere_IsTriedUntilPatienceEnds()
    {
        await using RtmpServerHost edge = await EdgeOfAsync(1, options => options.Patience = TimeSpan.FromSeconds(1.5));
        using TestPlayer viewer = await TestPlayer.PlayAsync(edge.Port, "a");
        RtmpTestMessage status = await viewer.UntilAsync(message => message.Code == "NetStream.Play.StreamNotFound");

        Assert.Equal(
            "The origin cannot be reached: ConnectionRefused.",
            ((AmfMap)status.Values[^1]).Find("description")?.AsString);
    }

    [Fact]
    public async Task SilentOrigin_IsGivenUp()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        await using RtmpServerHost edge = await EdgeOfAsync(((System.Net.IPEndPoint)silent.LocalEndpoint).Port, options =>
        {
            options.StallTimeout = TimeSpan.FromSeconds(0.1);
            options.Patience = TimeSpan.FromSeconds(2);
        });
        using TestPlayer viewer = await TestPlayer.PlayAsync(edge.Port, "a");
        RtmpTestMessage status = await viewer.UntilAsync(message => message.Code == "NetStream.Play.StreamNotFound");

        Assert.Equal("The origin does not answer.", ((AmfMap)status.Values[^1]).Find("description")?.AsString);
    }

    [Fact]
    public async Task CutConnection_IsALossAfterWhichTheStreamGoesOn()
    {
        await using RtmpServerHost origin = await RtmpServerHost.StartAsync(_buffers);
        await using var line = new TcpForwarder(origin.Port);
        await using RtmpServerHost edge = await EdgeOfAsync(line.Port, grace: TimeSpan.FromMinutes(1));
        var frames = new PushFrames(_buffers);
        using PublishLease lease = origin.Publish("a");
        lease.Publish(frames.Key(0));
        using TestPlayer viewer = await TestPlayer.PlayAsync(edge.Port, "a");
        await PicturesAsync(viewer, 1);
        line.Cut();
        await RtmpServerHost.UntilAsync(() => Pulls(edge).Pulls.Single().State == PullState.WaitingToRetry, "the loss is seen");
        lease.Publish(frames.Key(2000));
        RtmpTestMessage[] pictures = await PicturesAsync(viewer, 2);

        Assert.Equal([0x17, 0x17], pictures.Select(picture => (int)picture.Body[0]));
        Assert.True(pictures[1].Timestamp > pictures[0].Timestamp);
        Assert.Equal((2, 2), (line.Connections, Pulls(edge).Pulls.Single().Attempts));
        Assert.DoesNotContain(viewer.Messages, message => message.Code == "NetStream.Play.UnpublishNotify");
        Assert.DoesNotContain(edge.Log, text => text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EndOfTheStream_IsToldToTheViewers()
    {
        await using RtmpServerHost origin = await RtmpServerHost.StartAsync(_buffers);
        await using RtmpServerHost edge = await EdgeOfAsync(origin.Port);
        PublishLease lease = origin.Publish("a");
        lease.Publish(new PushFrames(_buffers).Key(0));
        using TestPlayer viewer = await TestPlayer.PlayAsync(edge.Port, "a");
        await viewer.UntilAsync(message => message.Type == 9 && IsPicture(message));
        lease.Dispose();
        await viewer.UntilAsync(message => message.Code == "NetStream.Play.UnpublishNotify");

        await RtmpServerHost.UntilAsync(() => Pulls(edge).Pulls.Count == 0, "the pull is over");
    }

    [Fact]
    public async Task PublisherOnTheEdge_TakesThePulledStreamOver()
    {
        await using RtmpServerHost origin = await RtmpServerHost.StartAsync(_buffers);
        await using RtmpServerHost edge = await EdgeOfAsync(origin.Port);
        using PublishLease lease = origin.Publish("a");
        lease.Publish(new PushFrames(_buffers).Key(0));
        using TestPlayer viewer = await TestPlayer.PlayAsync(edge.Port, "a");
        await viewer.UntilAsync(message => message.Type == 9 && IsPicture(message));
        using TestEncoder encoder = await TestEncoder.PublishAsync(edge.Port, "a");
        await encoder.SendHeadersAsync();
        await encoder.SendPictureAsync(7, isKeyframe: true, 0);
        await viewer.UntilAsync(message => message.Type == 9 && IsPicture(message));

        await RtmpServerHost.UntilAsync(() => Pulls(edge).Pulls.Count == 0, "the pull has given way");
        await RtmpServerHost.UntilAsync(() => lease.Stream.Viewers == 0, "the origin has no viewer");
        LiveStream stream = edge.Streams.Find(TestHub.Key("a"))!;
        Assert.Equal(("rtmp", 1), (stream.Snapshot().PublisherProtocol, stream.Viewers));
        using TestEncoder second = await TestEncoder.ConnectAsync(edge.Port);
        await second.AskToPublishAsync("a");
        await second.Wire.ExpectAsync("onStatus NetStream.Publish.BadName");
    }

    [Fact]
    public async Task GatewaysThatAreEachOthersOrigin_EndInAClearError()
    {
        await using var line = new TcpForwarder();
        await using RtmpServerHost one = await EdgeOfAsync(line.Port);
        await using RtmpServerHost other = await EdgeOfAsync(one.Port);
        line.Target = other.Port;
        using TestPlayer viewer = await TestPlayer.PlayAsync(other.Port, "a");
        RtmpTestMessage status = await viewer.UntilAsync(message => message.Code == "NetStream.Play.StreamNotFound");

        Assert.Contains("the relay is a loop", ((AmfMap)status.Values[^1]).Find("description")?.AsString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GatewaysThatAskEachOtherAtOnce_DoNotWaitForEachOther()
    {
        await using var toOther = new TcpForwarder();
        await using var toOne = new TcpForwarder();
        await using RtmpServerHost one = await EdgeOfAsync(toOther.Port, options => options.Patience = TimeSpan.FromMinutes(1));
        await using RtmpServerHost other = await EdgeOfAsync(toOne.Port, options => options.Patience = TimeSpan.FromMinutes(1));
        using TestPlayer atOne = await TestPlayer.PlayAsync(one.Port, "a");
        using TestPlayer atOther = await TestPlayer.PlayAsync(other.Port, "a");
        await RtmpServerHost.UntilAsync(() => Pulls(one).Pulls.Count == 1 && Pulls(other).Pulls.Count == 1, "both ask");

        // Only now do the wishes go their ways.
        (toOther.Target, toOne.Target) = (other.Port, one.Port);
        foreach (TestPlayer viewer in new[] { atOne, atOther })
        {
            RtmpTestMessage status = await viewer.UntilAsync(message => message.Code == "NetStream.Play.StreamNotFound");
            Assert.Contains("the relay is a loop", ((AmfMap)status.Values[^1]).Find("description")?.AsString, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WebRtcViewerOfAnEdge_IsServedByThePullToo()
    {
        await using RtmpServerHost origin = await RtmpServerHost.StartAsync(_buffers);
        await using WebRtcServerHost edge = await WebRtcServerHost.StartAsync(replace: services => services.AddSessions().AddPush().AddRelay()
            .Configure<RelayOptions>(options => options.Origins.Add(new RelayOriginOptions { Url = $"rtmp://127.0.0.1:{origin.Port}" })));
        var frames = new PushFrames(_buffers);
        using PublishLease lease = origin.Publish("a");
        lease.Publish(frames.Key(0));
        using LoopbackViewer viewer = edge.Play("a");
        int time = 0;
        await RtmpServerHost.UntilAsync(
            () =>
            {
                time += 40;
                lease.Publish(time % 400 == 0 ? frames.Key(time) : frames.Delta(time));
                return viewer.Pictures.Count > 3;
            },
            "pictures have come");
        Assert.Equal(("relay", 1), (edge.Streams.Find(TestHub.Key("a"))!.Snapshot().PublisherProtocol, lease.Stream.Viewers));
    }

    [Fact]
    public async Task RecordingThatIsAskedFor_PullsTheStreamWithoutAnyViewer()
    {
        string folder = Directory.CreateTempSubdirectory("recording-").FullName;
        await using RtmpServerHost origin = await RtmpServerHost.StartAsync(_buffers);
        await using RtmpServerHost edge = await RtmpServerHost.StartAsync(_buffers, services: services => services.AddPush().AddRelay().AddRecording()
            .Configure<RecordingOptions>(options => options.Root = folder)
            .Configure<RelayOptions>(options => options.Origins.Add(new RelayOriginOptions { Url = $"rtmp://127.0.0.1:{origin.Port}" })));
        var frames = new PushFrames(_buffers);
        using PublishLease lease = origin.Publish("a");
        lease.Publish(frames.Key(0));
        RecordingService service = edge.Get<RecordingService>();
        (RecordingStart start, StreamRecording? recording, _) = await service.StartAsync(TestHub.Key("a"), TestContext.Current.CancellationToken);
        Assert.Equal(RecordingStart.Started, start);
        await RtmpServerHost.UntilAsync(() => recording!.Entry is not null, "the file has begun");
        edge.Get<IOptions<RelayOptions>>().Value.IdleTime = TimeSpan.Zero; // from here on a stream that nobody wants ends with the next look
        TimeSpan begun = edge.Clock.Now;
        await RtmpServerHost.UntilAsync(() => edge.Clock.Now - begun > TimeSpan.FromSeconds(1.2), "the pull has looked for viewers twice");
        Assert.Equal((1, 0), (lease.Stream.Viewers, edge.Streams.Find(TestHub.Key("a"))!.Viewers));

        service.Stop(recording!);
        await recording!.Completion;
        Assert.Equal((RecordingState.Finished, 1), (recording.Entry!.State, recording.Entry.Frames));
        await RtmpServerHost.UntilAsync(() => Pulls(edge).Pulls.Count == 0 && lease.Stream.Viewers == 0, "the pull is over");
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OriginThatRedirects_IsFollowedWherePushesMayGo(bool mayBePrivate)
    {
        await using RtmpServerHost real = await RtmpServerHost.StartAsync(_buffers);
        await using RtmpServerHost first = await RtmpServerHost.StartAsync(_buffers, options => options.Redirect = $"rtmp://127.0.0.1:{real.Port}");
        await using RtmpServerHost edge = await RtmpServerHost.StartAsync(_buffers, services: services => services.AddPush().AddRelay()
            .Configure<PushOptions>(options => options.AllowPrivateAddresses = mayBePrivate)
            .Configure<RelayOptions>(options => options.Origins.Add(new RelayOriginOptions { Url = $"rtmp://127.0.0.1:{first.Port}" })));
        using PublishLease lease = real.Publish("a");
        lease.Publish(new PushFrames(_buffers).Key(0));
        using TestPlayer viewer = await TestPlayer.PlayAsync(edge.Port, "a");
        if (mayBePrivate)
        {
            await PicturesAsync(viewer, 1);
            return;
        }

        RtmpTestMessage status = await viewer.UntilAsync(message => message.Code == "NetStream.Play.StreamNotFound");
        Assert.StartsWith("The origin's address is not public", ((AmfMap)status.Values[^1]).Find("description")?.AsString, StringComparison.Ordinal);
        Assert.Empty(real.Sessions.Connections);
    }

    [Fact]
    public async Task WhateverElseListensThere_EndsInAnErrorInWords()
    {
        using var web = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        web.Start();
        Task answering = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using System.Net.Sockets.Socket socket = await web.AcceptSocketAsync();
                    await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
                }
            }
            catch (System.Net.Sockets.SocketException)
            {
                // The end.
            }
        });
        await using RtmpServerHost edge = await EdgeOfAsync(((System.Net.IPEndPoint)web.LocalEndpoint).Port, options => options.Patience = TimeSpan.FromSeconds(0.5));
        using TestPlayer viewer = await TestPlayer.PlayAsync(edge.Port, "a");
        RtmpTestMessage status = await viewer.UntilAsync(message => message.Code == "NetStream.Play.StreamNotFound");
        web.Stop();
        await answering;

        Assert.Contains("The origin", ((AmfMap)status.Values[^1]).Find("description")?.AsString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoreThanMayBe_AreRefusedInWords()
    {
        await using RtmpServerHost origin = await RtmpServerHost.StartAsync(_buffers);
        await using RtmpServerHost edge = await EdgeOfAsync(origin.Port, options => options.MaximumPulls = 0);
        using TestPlayer viewer = await TestPlayer.PlayAsync(edge.Port, "a");

        Assert.Contains(viewer.Messages, message => message.Code == "NetStream.Play.Failed");
    }

    [Theory]
    [InlineData("rtmp://o", "rtmp://o:1935/live", "a")]
    [InlineData("rtmp://u:p@o:1940/", "rtmp://o:1940/live", "a")]
    [InlineData("rtmps://o/other?token=x/y&z", "rtmps://o:443/other", "a?token=x/y&z")]
    [InlineData("rtmp://o/app/instance", "rtmp://o:1935/app/instance", "a")]
    public void OriginsAddress_IsCompletedByApplicationAndName(string origin, string tcUrl, string name)
    {
        var options = new RelayOptions { Origins = { new() { Application = "live", Url = origin }, new() { Url = "rtmp://rest" } } };
        var table = new OriginTable(options);
        RtmpTargetUrl url = table.Find(TestHub.Key("a"))!;

        Assert.Equal((tcUrl, name), (url.TcUrl, url.StreamName));
        Assert.True(StreamKey.TryCreate("elsewhere", "b", out StreamKey key, out _));
        Assert.Equal("rtmp://rest:1935/elsewhere", table.Find(key)!.TcUrl);
        Assert.Null(new OriginTable(new RelayOptions()).Find(key));
    }

    private Task<RtmpServerHost> EdgeOfAsync(int originPort, Action<RelayOptions>? configure = null, TimeSpan? grace = null) =>
        RtmpServerHost.StartAsync(_buffers, services: services => services.AddPush().AddRelay().Configure<RelayOptions>(options =>
        {
            options.Origins.Add(new RelayOriginOptions { Url = $"rtmp://name:secret@127.0.0.1:{originPort}" });
            configure?.Invoke(options);
        }).Configure<StreamOptions>(options => options.ReconnectGrace = grace ?? options.ReconnectGrace));

    private static OriginPulls Pulls(RtmpServerHost host) => host.Get<OriginPulls>();

    private static bool IsPicture(RtmpTestMessage message) => message.Body[1] == 1;

    private static async Task<RtmpTestMessage[]> PicturesAsync(TestPlayer player, int count)
    {
        RtmpTestMessage[] pictures;
        while ((pictures = [.. player.Messages.Where(message => message.Type == 9 && IsPicture(message))]).Length < count)
        {
            Assert.True(await player.ReceiveAsync() > 0, "closed");
        }

        return pictures;
    }
}
