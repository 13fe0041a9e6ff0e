using System.Net;
using System.Net.Sockets;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.WebRtc;

public sealed class WebRtcServerTests
{
    [Fact]
    public async Task PeerPublishes_ItsFramesGoIntoTheStream()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = host.Publish("camera");

        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        await UntilAsync(() => stream.Snapshot() is { VideoFrames: > 10, AudioFrames: > 10 }, "ten frames of both kinds");

        Assert.Equal(1, publisher.FlowReports);
        Assert.Null(publisher.End);
        Assert.NotNull(stream.Snapshot().Video);
        Assert.NotNull(stream.Snapshot().Audio);
    }

    [Fact]
    public async Task SessionIsEndedFromOutside_StreamEndsAndThePeerHearsIt()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = host.Publish("camera");
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");

        Assert.True(host.Publishing.TryEnd(publisher.SessionId, SessionEndReason.Completed, "Stopped by user"));

        await UntilAsync(() => publisher.End is not null && publisher.HasGoodbye, "both sides know");
        Assert.Equal(SessionEndReason.Completed, publisher.End!.Reason);
        Assert.Null(host.Streams.Find(TestHub.Key("camera")));
        Assert.False(host.Publishing.TryEnd(publisher.SessionId, SessionEndReason.Completed, "again"));
    }

    [Fact]
    public async Task DataIsSent_ItGoesIntoTheStreamOnceMediaFlows()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using var early = new LoopbackPublisher("early");
        Assert.True(host.TryPublish("early", early, out _, out _));
        Assert.False(host.Publishing.TrySendData("early", "x"u8.ToArray()));
        Assert.False(host.Publishing.TrySendData("nobody", "x"u8.ToArray()));

        using LoopbackPublisher publisher = host.Publish("camera");
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");
        var outlet = new RecordingOutlet();
        Assert.True(host.Streams.Find(TestHub.Key("camera"))!.Attach(outlet, new SubscriptionOptions(AudioPreference.Opus, StartPoint.CachedGroup)));
        await UntilAsync(() => outlet.Starts > 0, "the outlet is started");
        Assert.True(host.Publishing.TrySendData(publisher.SessionId, "hello"u8.ToArray()));
        await UntilAsync(() => outlet.Text.Contains('T', StringComparison.Ordinal), "the data has come");
    }

    [Theory]
    [InlineData(nameof(SessionEndReason.Timeout), nameof(StreamState.AwaitingPublisher))]
    [InlineData(nameof(SessionEndReason.Completed), nameof(StreamState.Ended))]
    [InlineData(nameof(SessionEndReason.ServerShutdown), nameof(StreamState.Ended))]
    public async Task SessionEnds_StreamWaitsForALostPublisherOnly(string reason, string expected)
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = host.Publish("camera");
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");
        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;

        Assert.True(host.Publishing.TryEnd(publisher.SessionId, Enum.Parse<SessionEndReason>(reason), "test"));

        await UntilAsync(() => publisher.End is not null, "the session is over");
        Assert.Equal(expected, stream.State.ToString());
    }

    [Fact]
    public async Task NameIsTaken_TheSecondIsRefusedAndTheFirstGoesOn()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher first = host.Publish("camera");
        using var second = new LoopbackPublisher("second");

        Assert.False(host.TryPublish("camera", second, out _, out string? refusal));

        Assert.Equal("Stream name is already in use", refusal);
        await UntilAsync(() => first.MediaHasFlowed, "the first publisher's media flows");
    }

    [Fact]
    public async Task NameIsFreeAgainAfterItsPublisherHasEnded()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        for (int round = 0; round < 3; round++)
        {
            using LoopbackPublisher publisher = host.Publish("camera");
            await UntilAsync(() => publisher.MediaHasFlowed, $"media flows in round {round}");
            host.Publishing.TryEnd(publisher.SessionId, SessionEndReason.Completed, "Stopped by user");
            await UntilAsync(() => publisher.End is not null, $"the end of round {round}");
        }
    }

    [Fact]
    public async Task TenPublishersAtOnce_AllFlow()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        LoopbackPublisher[] publishers = [.. Enumerable.Range(0, 10).Select(index => host.Publish($"camera{index}"))];

        await UntilAsync(() => publishers.All(publisher => publisher.MediaHasFlowed), "the media of all ten");

        foreach (LoopbackPublisher publisher in publishers)
        {
            publisher.Dispose();
        }
    }

    [Fact]
    public async Task ManySessionsOpen_TheNextIsRefusedInWords()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options => options.MaximumSessions = 1);
        using LoopbackPublisher first = host.Publish("one");
        using var second = new LoopbackPublisher("second");

        Assert.False(host.TryPublish("two", second, out _, out string? refusal));

        Assert.Contains("1 WebRTC sessions already", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfferDuringAnother_NeverMakesMoreSessionsThanThereArePlaces()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options => options.MaximumSessions = 1);
        using var first = new LoopbackPublisher("first");
        using var second = new LoopbackPublisher("second");
        string? refusal = null;
        bool? hasBoth = null;
        using IDisposable published = host.Streams.NotifyPublished(_ => hasBoth ??= host.TryPublish("two", second, out string? _, out refusal));

        // The second comes while the first has been accepted but has not begun.
        Assert.True(host.TryPublish("one", first, out _, out _));

        Assert.False(hasBoth);
        Assert.Contains("1 WebRTC sessions already", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OffersThatAreRefused_GiveTheirPlacesBack()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(
            options => options.MaximumSessions = 2, streams => streams.TakeOver = StreamTakeOver.Refuse);
        using LoopbackPublisher first = host.Publish("one");
        using var second = new LoopbackPublisher("second");
        for (int attempt = 0; attempt < 3; attempt++)
        {
            var nonsense = new PeerPublishRequest("bad", TestHub.Key("two"), "v=0\r\nnonsense", IPAddress.Loopback, second);
            Assert.False(host.Publishing.TryPublish(nonsense, out _, out _));
            Assert.False(host.TryPublish("one", second, out _, out _));
            Assert.True(host.Publishing.HasRoom);
        }

        using LoopbackPublisher good = host.Publish("two");
        Assert.False(host.Publishing.HasRoom);
    }

    [Fact]
    public async Task AnotherPublisherTakesOverBeforeTheFirstHasBegun_TheFirstEndsAndGivesEverythingBack()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(
            options => options.MaximumSessions = 2, streams => streams.TakeOver = StreamTakeOver.NewestWins);
        using var first = new LoopbackPublisher("first");
        using var second = new LoopbackPublisher("second");
        using IDisposable published = host.Streams.NotifyPublished(_ =>
        {
            Assert.True(host.TryPublish("camera", second, out string? taken, out string? why), why);
            second.Start(taken!);
            SpinWait.SpinUntil(() => second.MediaHasFlowed, TimeSpan.FromSeconds(20)); // The loop has seen what there was to see.
        });

        Assert.True(host.TryPublish("camera", first, out _, out string? refusal), refusal);

        await UntilAsync(() => first.End is not null, "the end of the first");
        Assert.Equal(SessionEndReason.StreamTakenOver, first.End?.Reason);
        Assert.True(host.Publishing.HasRoom);
        Assert.False(host.Publishing.TryEnd(first.SessionId, SessionEndReason.Completed, "It is over"));
        Assert.True(second.MediaHasFlowed);
        Assert.Null(second.End);
    }

    [Fact]
    public async Task OfferWithoutCommonCodec_IsRefusedAndTheNameStaysFree()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using var publisher = new LoopbackPublisher("session");
        var request = new PeerPublishRequest("session", TestHub.Key("camera"), "v=0\r\nnonsense", IPAddress.Loopback, publisher);

        Assert.False(host.Publishing.TryPublish(request, out _, out string? refusal));

        Assert.False(string.IsNullOrWhiteSpace(refusal));
        using LoopbackPublisher good = host.Publish("camera");
        await UntilAsync(() => good.MediaHasFlowed, "media flows");
    }

    [Fact]
    public async Task JunkOnThePort_HarmsNobodyAndLeavesNoMemory()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = host.Publish("camera");
        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");
        using var attacker = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var target = new IPEndPoint(IPAddress.Loopback, publisher.GatewayPort);
        var random = new Random(7);
        byte[] junk = new byte[3000];

        for (int index = 0; index < 5000; index++)
        {
            random.NextBytes(junk);
            junk[0] = (byte)(index % 200);
            attacker.SendTo(junk.AsSpan(0, random.Next(0, index % 10 == 0 ? 3000 : 1200)), target);
        }

        long before = stream.Snapshot().VideoFrames;
        await UntilAsync(() => stream.Snapshot().VideoFrames > before + 10, "the stream goes on");
        Assert.InRange(host.Buffers.Outstanding(BufferOwner.Datagram), 0, 64 + 64 + 64);
    }

    [Fact]
    public async Task GatewayStops_SessionsEndWithItAndEveryBufferIsBack()
    {
        WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        BufferPool buffers = host.Buffers;
        using LoopbackPublisher publisher = host.Publish("camera");
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");

        await host.DisposeAsync();

        Assert.Equal(SessionEndReason.ServerShutdown, publisher.End?.Reason);
        Assert.All(Enum.GetValues<BufferOwner>(), owner => Assert.Equal(0, buffers.Outstanding(owner)));
    }

    private static Task UntilAsync(Func<bool> condition, string what) => RtmpServerHost.UntilAsync(condition, what);
}
