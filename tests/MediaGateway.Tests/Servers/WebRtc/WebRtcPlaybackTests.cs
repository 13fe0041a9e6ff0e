using System.Net;
using System.Net.Sockets;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using MediaGateway.WebRtc.Rtcp;
using Xunit;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>Viewers over WebRTC on the gateway's own loop and real sockets.</summary>
public sealed class WebRtcPlaybackTests
{
    [Fact]
    public async Task BrowserPublishes_ViewerGetsItsPicturesAndSoundUnchanged()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = host.Publish("camera");
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");
        using LoopbackViewer viewer = host.Play("camera");

        await UntilAsync(() => viewer.Pictures.Count > 30 && viewer.Sounds > 30, "thirty pictures and sounds");

        IReadOnlyList<TakenFrame> pictures = viewer.Pictures;
        Assert.True(pictures[0].IsKeyframe);
        HashSet<string> published = [.. publisher.AccessUnits.Select(Convert.ToHexString)];
        Assert.All(pictures, picture => Assert.Contains(Convert.ToHexString(picture.Payload), published));
        Assert.Equal(["flows"], viewer.Heard);
        Assert.Equal(1, host.Streams.Find(TestHub.Key("camera"))!.Viewers);
        Assert.True(host.Metrics.VideoDelay.Summarize().Count >= 30);
        Assert.True(host.Metrics.AudioDelay.Summarize().Count >= 30);
    }

    [Fact]
    public async Task ViewerLeaves_ItIsNoLongerCounted()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using FedStream stream = FedStream.Publish(host, "camera");
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 0, "pictures");
        Assert.Equal(1, stream.Lease.Stream.Viewers);

        Assert.True(host.Publishing.TryEnd(viewer.SessionId, SessionEndReason.Completed, "Stopped by user"));

        await UntilAsync(() => viewer.End is not null && viewer.HasGoodbye, "both sides know");
        Assert.Equal("Stopped by user", viewer.End!.Detail);
        Assert.Equal(0, stream.Lease.Stream.Viewers);
        Assert.Null(await host.Publishing.FiguresAsync(viewer.SessionId));
    }

    [Fact]
    public async Task GatewayEnds_PublisherAndViewerAreToldGoodbye()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = host.Publish("camera");
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 0, "pictures");

        await host.StopAsync();

        await UntilAsync(() => publisher.HasGoodbye && viewer.HasGoodbye, "both have a goodbye");
        Assert.Equal(SessionEndReason.ServerShutdown, publisher.End!.Reason);
        Assert.Equal(SessionEndReason.ServerShutdown, viewer.End!.Reason);
    }

    [Fact]
    public async Task NoSuchStream_IsRefusedInTheWordsOfWcs()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using var viewer = new LoopbackViewer("viewer");
        Assert.False(host.TryPlay("camera", viewer, out _, out string? refusal));
        Assert.Equal("Stream not found", refusal);
    }

    [Fact]
    public async Task ViewerComesFirst_ItWaitsAndPlays()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options => options.WaitForPublisher = TimeSpan.FromMinutes(1));
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.IsConnected && viewer.Heard.Count > 0, "the wait is told");
        Assert.Equal(["Waiting+"], viewer.Heard);

        using FedStream stream = FedStream.Publish(host, "camera");

        await UntilAsync(() => viewer.Pictures.Count > 0, "pictures");
        Assert.Equal(["Waiting+", "Waiting-", "flows"], viewer.Heard);
    }

    [Fact]
    public async Task NobodyPublishesInTime_TheWaitEnds()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options => options.WaitForPublisher = TimeSpan.FromMilliseconds(300));
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.End is not null, "the end");
        Assert.Equal((SessionEndReason.StreamNotFound, "Stream not found"), (viewer.End!.Reason, viewer.End.Detail));
    }

    [Fact]
    public async Task PublisherStops_ViewerIsToldAndTheNextStreamIsPlayedAnew()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        for (int round = 0; round < 3; round++)
        {
            using FedStream stream = FedStream.Publish(host, "camera");
            using LoopbackViewer viewer = host.Play("camera");
            await UntilAsync(() => viewer.Pictures.Count > 0, "pictures");
            stream.Stop(StreamEndReason.Unpublished);
            await UntilAsync(() => viewer.End is not null && viewer.HasGoodbye, "the end");
            Assert.Equal((SessionEndReason.Completed, IPeerSessions.StoppedByPublisher), (viewer.End!.Reason, viewer.End.Detail));
        }
    }

    [Fact]
    public async Task PublisherIsLostAndComesBack_ViewerStaysAndGoesOnWithAKeyframe()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        FedStream first = FedStream.Publish(host, "camera");
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 10, "pictures");
        first.Stop(StreamEndReason.PublisherLost);
        int before = viewer.Pictures.Count;

        using FedStream second = FedStream.Publish(host, "camera", answersKeyframeRequests: true);

        await UntilAsync(() => viewer.Pictures.Count > before + 20, "pictures of the second publisher");
        Assert.Null(viewer.End);
        Assert.Equal(2, viewer.Pictures.Count(picture => picture.IsKeyframe));
        TimeSpan[] shownAt = [.. viewer.Pictures.Select(picture => picture.Presentation.ToTimeSpan())];
        Assert.Equal(shownAt.Order(), shownAt);
        Assert.Equal(1, second.Lease.Stream.Viewers);
    }

    [Fact]
    public async Task BrowserOfThePublisherDies_ViewerStaysForTheGraceAndTheNextPublisherGoesOn()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options => options.ConsentTimeout = TimeSpan.FromSeconds(2));
        LoopbackPublisher publisher = host.Publish("camera");
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 0, "pictures");
        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;

        publisher.Dispose();

        await UntilAsync(() => stream.State == StreamState.AwaitingPublisher, "the publisher is found dead");
        Assert.Equal(SessionEndReason.Timeout, publisher.End?.Reason);
        int before = viewer.Pictures.Count;
        using LoopbackPublisher again = host.Publish("camera");
        await UntilAsync(() => viewer.Pictures.Count > before + 10, "pictures of the next publisher");
        Assert.Null(viewer.End);
    }

    [Fact]
    public async Task StreamIsTakenOver_ViewerStays()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(streams: streams => streams.TakeOver = StreamTakeOver.NewestWins);
        using FedStream first = FedStream.Publish(host, "camera");
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 10, "pictures");
        int before = viewer.Pictures.Count;

        using FedStream second = FedStream.Publish(host, "camera");

        await UntilAsync(() => viewer.Pictures.Count > before + 20, "pictures of the second publisher");
        Assert.Null(viewer.End);
        Assert.Equal(2, viewer.Pictures.Count(picture => picture.IsKeyframe));
    }

    [Fact]
    public async Task ResolutionChanges_ParameterSetsComeWithThePictures()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using FedStream stream = FedStream.Publish(host, "camera", group: 10);
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 10, "pictures");

        stream.Format = FedStream.LargeFormat;

        byte[] parameterSet = LargeParameterSet();
        await UntilAsync(
            () => viewer.Pictures.Any(picture => picture.Payload.AsSpan().IndexOf(parameterSet) >= 0), "the parameter set of the larger pictures");
        int before = viewer.Pictures.Count;
        await UntilAsync(() => viewer.Pictures.Count > before + 10, "more pictures");
        Assert.Null(viewer.End);
        Assert.Equal(["flows"], viewer.Heard);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PublisherMutes_TheOtherTrackGoesOnAndTheMutedOneComesBack(bool pictures)
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using FedStream stream = FedStream.Publish(host, "camera", group: 10);
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 5 && viewer.Sounds > 5, "both tracks");

        (stream.SendsPictures, stream.SendsSound) = (!pictures, pictures);
        Func<int> other = pictures ? () => viewer.Sounds : () => viewer.Pictures.Count;
        Func<int> muted = pictures ? () => viewer.Pictures.Count : () => viewer.Sounds;
        int before = other();
        await UntilAsync(() => other() > before + 30, "the other track goes on");
        (stream.SendsPictures, stream.SendsSound) = (true, true);
        before = muted();
        await UntilAsync(() => muted() > before + 10, "the muted track is back");
        Assert.Null(viewer.End);
    }

    [Fact]
    public async Task EncoderThatCannotBeAsked_ViewerBeginsWithTheCachedGroup()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using FedStream stream = FedStream.Publish(host, "camera");
        await UntilAsync(() => stream.Count > 50, "a long group of pictures");
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 50, "the group and what follows");
        Assert.Equal(0, stream.KeyframeRequests);
        Assert.Equal(1, viewer.Pictures.Count(picture => picture.IsKeyframe));
    }

    [Fact]
    public async Task ViewerLosesThePicture_TheBrowserThatPublishesIsAsked()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using FedStream stream = FedStream.Publish(host, "camera", answersKeyframeRequests: true);
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 30, "pictures");
        int asked = stream.KeyframeRequests;

        viewer.RequestKeyframe();

        await UntilAsync(() => stream.KeyframeRequests > asked, "the publisher is asked");
        int keyframes = viewer.Pictures.Count(picture => picture.IsKeyframe);
        await UntilAsync(() => viewer.Pictures.Count(picture => picture.IsKeyframe) >= Math.Max(2, keyframes), "a keyframe");
    }

    [Fact]
    public async Task ViewerLosesThePictureOfAnEncoder_TheCachedGroupIsShownAgain()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using FedStream stream = FedStream.Publish(host, "camera");
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 20, "pictures");

        viewer.RequestKeyframe();

        await UntilAsync(() => viewer.Pictures.Count(picture => picture.IsKeyframe) == 2, "the keyframe comes again");
        int before = viewer.Pictures.Count;
        await UntilAsync(() => viewer.Pictures.Count > before + 30, "the stream goes on");
        TimeSpan[] shownAt = [.. viewer.Pictures.Select(picture => picture.Presentation.ToTimeSpan())];
        Assert.Equal(shownAt.Order(), shownAt);
        Assert.Equal(1, stream.Lease.Stream.Viewers);
    }

    [Fact]
    public async Task SilenceIsAskedFor_OnlyPicturesCome()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using FedStream stream = FedStream.Publish(host, "camera");
        using LoopbackViewer viewer = host.Play("camera", isSilent: true);
        await UntilAsync(() => viewer.Pictures.Count > 30, "pictures");
        Assert.Equal(0, viewer.Sounds);
    }

    [Fact]
    public async Task Data_ReachesTheViewer()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = host.Publish("camera");
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 0, "pictures");
        Assert.True(host.Publishing.TrySendData(publisher.SessionId, "hello"u8.ToArray()));
        await UntilAsync(() => viewer.Heard.Contains("data"), "the data");
        Assert.False(host.Publishing.TrySendData(viewer.SessionId, "x"u8.ToArray()));
    }

    [Fact]
    public async Task SlowViewer_GetsKeyframesOnlyAndTheOthersEverything()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using FedStream stream = FedStream.Publish(host, "camera", group: 50);
        stream.PictureBytes = 5000;
        using LoopbackViewer good = host.Play("camera");
        using LoopbackViewer slow = host.Play("camera", sendsRtcp: false);
        await UntilAsync(() => good.Pictures.Count > 20 && slow.Pictures.Count > 20, "pictures");

        byte[] report = LowEstimate();
        await UntilAsync(
            () =>
            {
                slow.SendRtcp(report);
                return slow.Heard.Contains("Bandwidth+");
            },
            "the gateway sends keyframes only");
        int goodBefore = good.Pictures.Count;
        int slowBefore = slow.Pictures.Count;
        await UntilAsync(() => good.Pictures.Count > goodBefore + 100, "the good viewer's pictures");
        int[] numbers = [.. good.Pictures.Select(picture => NumberOf(picture.Payload))];
        Assert.Equal(numbers.Distinct().Order(), numbers);
        Assert.InRange(slow.Pictures.Count - slowBefore, 0, 40);
        Assert.Null(slow.End);
    }

    [Fact]
    public async Task StrangersSendFromElsewhere_MediaNeverLeavesTheSelectedPair()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using FedStream stream = FedStream.Publish(host, "camera");
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 0, "pictures");
        using var attacker = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        attacker.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var target = new IPEndPoint(IPAddress.Loopback, viewer.GatewayPort);
        var random = new Random(3);
        for (int index = 0; index < 3000; index++)
        {
            byte[] junk = new byte[random.Next(20, 300)];
            random.NextBytes(junk);
            junk[0] = (byte)(index % 4) switch { 0 => 0x80, 1 => 0x81, 2 => 22, _ => 0 };
            junk[1] = (byte)(index % 4) switch { 0 => 102, 1 => 201, 2 => 254, _ => 1 };
            attacker.SendTo(junk, target);
        }

        int before = viewer.Pictures.Count;
        await UntilAsync(() => viewer.Pictures.Count > before + 20, "the viewer's pictures go on");
        Assert.Equal(0, attacker.Available);
        Assert.Null(viewer.End);
    }

    [Fact]
    public async Task FloodOfForgedPacketsFromTheViewersAddress_TheSessionLives()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using FedStream stream = FedStream.Publish(host, "camera");
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 0, "pictures");
        var random = new Random(5);
        for (int index = 0; index < 5000; index++)
        {
            byte[] forged = new byte[random.Next(12, 200)];
            random.NextBytes(forged);
            (forged[0], forged[1]) = (0x81, (byte)(200 + (index % 7)));
            viewer.SendRaw(forged);
        }

        int before = viewer.Pictures.Count;
        await UntilAsync(() => viewer.Pictures.Count > before + 20, "the pictures go on");
        Assert.Null(viewer.End);
    }

    [Fact]
    public async Task ViewerNoLongerConsents_MediaStopsAndTheSessionEnds()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options => options.ConsentTimeout = TimeSpan.FromSeconds(1));
        using FedStream stream = FedStream.Publish(host, "camera");
        using LoopbackViewer viewer = host.Play("camera", sendsRtcp: false);
        await UntilAsync(() => viewer.Pictures.Count > 0, "pictures");

        viewer.SendsChecks = false;

        await UntilAsync(() => viewer.End is not null, "the end");
        Assert.Equal(SessionEndReason.Timeout, viewer.End!.Reason);
        await UntilAsync(() => viewer.SinceMedia > TimeSpan.FromMilliseconds(500), "silence");
        Assert.Equal(0, stream.Lease.Stream.Viewers);
    }

    [Fact]
    public async Task SessionsOfBothDirections_ShareOneBound()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options => options.MaximumSessions = 2);
        using LoopbackPublisher publisher = host.Publish("camera");
        using LoopbackViewer viewer = host.Play("camera");
        using var second = new LoopbackViewer("second");
        Assert.False(host.TryPlay("camera", second, out _, out string? refusal));
        Assert.Contains("2 WebRTC sessions already", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FiftyViewers_AllGetEveryPicture()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using FedStream stream = FedStream.Publish(host, "camera", group: 25);
        stream.PictureBytes = 800;
        LoopbackViewer[] viewers = [.. Enumerable.Range(0, 50).Select(_ => host.Play("camera"))];
        try
        {
            await UntilAsync(() => viewers.All(viewer => viewer.Pictures.Count > 25), "pictures at all of them");
            Assert.Equal(50, stream.Lease.Stream.Viewers);
            foreach (LoopbackViewer viewer in viewers)
            {
                int[] numbers = [.. viewer.Pictures.Select(picture => NumberOf(picture.Payload))];
                Assert.Equal(Enumerable.Range(numbers[0], numbers.Length), numbers);
            }
        }
        finally
        {
            foreach (LoopbackViewer viewer in viewers)
            {
                viewer.Dispose();
            }
        }
    }

    [Fact]
    public async Task Figures_TellOfBothSides()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = host.Publish("camera");
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 10, "pictures");

        PublisherFigures published = await FiguresAsync<PublisherFigures>(
            host,
            publisher.SessionId,
            figures => figures is { RoundTripMilliseconds: not null, JitterBufferMilliseconds: > 0, AudioVideoErrorMilliseconds: not null, BitsPerSecond: > 0 });
        Assert.Equal((1, 0, 0), (published.Viewers, published.LostPackets, published.RepairedPackets));
        Assert.True(published.KeyframeRequests > 0);
        Assert.InRange(published.AllowedBitsPerSecond ?? 0, 100_000, 4_000_000);
        PlayerFigures played = await FiguresAsync<PlayerFigures>(
            host,
            viewer.SessionId,
            figures => figures is
            {
                BitsPerSecond: > 0, LostRatio: 0, RoundTripMilliseconds: not null, SourceRoundTripMilliseconds: not null, SourceAudioVideoErrorMilliseconds: not null
            });
        Assert.Equal((1, 0, 0), (played.Viewers, played.DroppedFrames, played.RetransmittedPackets));
        Assert.True(played.EstimatedBitsPerSecond > 0);
        Assert.Null(await host.Publishing.FiguresAsync("nobody"));
    }

    [Fact]
    public async Task GatewayStops_ViewersEndWithItAndEveryBufferIsBack()
    {
        WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        BufferPool buffers = host.Buffers;
        FedStream stream = FedStream.Publish(host, "camera");
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 0, "pictures");
        stream.Dispose();

        await host.DisposeAsync();

        await UntilAsync(() => viewer.End is not null, "the end");
        Assert.All(Enum.GetValues<BufferOwner>(), owner => Assert.Equal(0, buffers.Outstanding(owner)));
    }

    /// <summary>The number in the slice of <see cref="TestMedia"/> with which an access unit ends.</summary>
    private static int NumberOf(byte[] accessUnit)
    {
        int number = -1;
        foreach (ReadOnlySpan<byte> unit in new Media.H264.Avcc(accessUnit))
        {
            number = unit.Length > 5 ? (unit[5] & 0x7F) | ((unit[4] & 0x7F) << 7) : number;
        }

        return number;
    }

    private static byte[] LargeParameterSet()
    {
        Assert.True(Media.H264.AvcDecoderConfigurationRecord.TryParse(
            FedStream.LargeFormat.ConfigurationRecord, out Media.H264.AvcDecoderConfigurationRecord? record));
        return record!.SequenceParameterSets[0].ToArray();
    }

    /// <summary>A report of a viewer whose network takes 50 kbit/s.</summary>
    private static byte[] LowEstimate()
    {
        byte[] buffer = new byte[200];
        var writer = new RtcpWriter(buffer);
        writer.TryWriteReceiverReport(77, []);
        writer.TryWriteMaximumBitrate(77, 50_000, []);
        return buffer[..writer.Length];
    }

    /// <summary>The first figures that say enough.</summary>
    private static async Task<T> FiguresAsync<T>(WebRtcServerHost host, string session, Predicate<T> isEnough)
        where T : PeerFigures
    {
        T? figures = null;
        using var patience = new CancellationTokenSource(RtmpServerHost.Patience);
        while (figures is null || !isEnough(figures))
        {
            Assert.False(patience.IsCancellationRequested, $"The figures do not become complete: {figures}");
            await Task.Delay(20, CancellationToken.None);
            figures = Assert.IsType<T>(await host.Publishing.FiguresAsync(session));
        }

        return figures;
    }

    private static Task UntilAsync(Func<bool> condition, string what) => RtmpServerHost.UntilAsync(condition, what);
}
