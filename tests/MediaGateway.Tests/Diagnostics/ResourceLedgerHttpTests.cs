using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Recording;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Tests.Recording;
using MediaGateway.Tests.Servers.Flv;
using MediaGateway.Tests.Servers.Hls;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Servers.WebRtc;
using MediaGateway.Tests.Servers.Whip;
using MediaGateway.Tests.Streams;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.Tests.Diagnostics;

/// <summary>After the end of every kind of session that runs on WebRTC or HTTP, and of a recording, everything is as it was before it.</summary>
public sealed class ResourceLedgerHttpTests
{
    [Fact]
    public async Task WebRtcPublisherAndViewer()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        HeldResources held = Held(host.Services);
        using LoopbackPublisher publisher = host.Publish("camera");
        await RtmpServerHost.UntilAsync(() => publisher.MediaHasFlowed, "media flows");
        using LoopbackViewer viewer = host.Play("camera");
        await RtmpServerHost.UntilAsync(() => viewer.Pictures.Count > 3, "pictures");
        await held.UntilHeldAsync(ResourceKind.WebRtcSession, 2);
        Assert.True(host.Publishing.TryEnd(viewer.SessionId, SessionEndReason.Completed, "done"));
        Assert.True(host.Publishing.TryEnd(publisher.SessionId, SessionEndReason.Completed, "done"));
        await held.ReturnAsync();
    }

    [Fact]
    public async Task WebRtcPublisherOverTcpThatGoesAway()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(
            options => options.ConsentTimeout = TimeSpan.FromSeconds(5), streams: options => options.ReconnectGrace = TimeSpan.FromMilliseconds(50));
        HeldResources held = Held(host.Services);
        using (LoopbackPublisher publisher = host.Publish("camera", TransportProtocol.Tcp))
        {
            await RtmpServerHost.UntilAsync(() => publisher.MediaHasFlowed, "media flows");
            await held.UntilHeldAsync(ResourceKind.WebRtcConnection);
        }

        await held.ReturnAsync();
    }

    [Fact]
    public async Task WebRtcPublisherThatNeverFinishesDtls()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options => options.ConnectTimeout = TimeSpan.FromSeconds(2));
        HeldResources held = Held(host.Services);
        var publisher = new LoopbackPublisher("silent") { DelaysDtls = true };
        using (publisher)
        {
            Assert.True(host.TryPublish("camera", publisher, out string? answer, out string? refusal), refusal);
            publisher.Start(answer!);
            await held.UntilHeldAsync(ResourceKind.WebRtcSession);
            await RtmpServerHost.UntilAsync(() => publisher.End is not null, "it is given up");
            Assert.False(publisher.MediaHasFlowed);
        }

        await held.ReturnAsync();
    }

    [Fact]
    public async Task WhipPublisherThatDeletes()
    {
        await using WhipHost host = await WhipHost.StartRealAsync();
        var held = new HeldResources(host.Get<ResourceLedger>(), host.Get<BufferPool>());
        using var publisher = new LoopbackPublisher("whip");
        WhipAnswer answer = await host.SendAsync("POST", "/whip/camera", publisher.Offer);
        Assert.True(answer.Status == 201, answer.Text);
        publisher.Start(answer.Text);
        MediaSession session = Assert.Single(host.Directory.Sessions);
        await RtmpServerHost.UntilAsync(() => session.Status == MediaSessionStatus.Publishing, "media flows");
        Assert.Equal(200, (await host.SendAsync("DELETE", answer.Location)).Status);
        await held.ReturnAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FlvViewerThatGoesAway(bool overWebSocket)
    {
        await using FlvHost host = await FlvHost.StartAsync();
        var held = new HeldResources(host.Get<ResourceLedger>(), host.Buffers);
        PublishLease lease = host.Publish("name");
        lease.Publish(host.Frames.EncoderSound(TestFrames.Aac, 0));
        lease.Publish(host.Frames.Key(1000));
        if (overWebSocket)
        {
            using FlvSocket viewer = await FlvSocket.ConnectAsync(new Uri(host.WebSocketAddress, "/live/name.flv"));
            await viewer.Answer.ReadFlagsAsync();
            await held.UntilHeldAsync(ResourceKind.FlvPlayback);
        }
        else
        {
            using FlvAnswer viewer = await host.PlayAsync("/live/name.flv");
            await viewer.ReadFlagsAsync();
            await held.UntilHeldAsync(ResourceKind.FlvPlayback);
        }

        // The next bytes find nobody.
        int at = 1040;
        await RtmpServerHost.UntilAsync(
            () =>
            {
                lease.Publish(host.Frames.Delta(at += 40));
                return host.Get<ResourceLedger>().Count(ResourceKind.FlvPlayback) == 0;
            },
            "the playback ends");
        lease.Dispose();
        await held.ReturnAsync();
    }

    [Fact]
    public async Task HlsStreamOfWhichNobodyAsksMore()
    {
        await using HlsHost host = await HlsHost.StartAsync();
        var held = new HeldResources(host.Get<ResourceLedger>(), host.Buffers);
        (PublishLease lease, _) = await host.PlayAsync("a");
        await held.UntilHeldAsync(ResourceKind.HlsMuxer);
        await held.UntilHeldAsync(ResourceKind.HlsViewer);
        await RtmpServerHost.UntilAsync(
            () =>
            {
                host.Time.Advance(TimeSpan.FromSeconds(1));
                return host.Get<ResourceLedger>().Count(ResourceKind.HlsMuxer) == 0;
            },
            "the segments are given up");
        lease.Dispose();
        await held.ReturnAsync(() => host.Time.Advance(TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RecordingThatIsStoppedOrWhoseStreamEnds(bool isStopped)
    {
        await using var host = new RecordingHost();
        var held = new HeldResources(host.Get<ResourceLedger>(), host.Buffers);
        PublishLease lease = host.Publish("live/name");
        Assert.Equal(RecordingStart.Started, host.Service.Start(TestHub.Key("name"), out StreamRecording? recording));
        lease.Publish(host.Frames.Key(0));
        await host.ToldAsync();
        await held.UntilHeldAsync(ResourceKind.File);
        await held.UntilHeldAsync(ResourceKind.Recording);
        if (isStopped)
        {
            host.Service.Stop(recording!);
            await recording!.Completion;
        }

        lease.End(StreamEndReason.Unpublished);
        lease.Dispose();
        await held.ReturnAsync();
    }

    private static HeldResources Held(IServiceProvider services) =>
        new(services.GetRequiredService<ResourceLedger>(), services.GetRequiredService<BufferPool>());
}
