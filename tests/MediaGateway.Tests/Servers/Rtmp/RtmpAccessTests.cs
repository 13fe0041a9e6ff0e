using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Amf;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>What access control is asked by RTMP clients, and what its answers do.</summary>
public sealed class RtmpAccessTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();
    private readonly FakeAccess _access = new();
    private readonly RecordingListener _listener = new();
    private readonly TestFrames _frames;

    public RtmpAccessTests() => _frames = new TestFrames(_buffers);

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task RefusedConnect_IsToldAndClosed()
    {
        _access.OnConnect = static (_, _) => FakeAccess.Refused("No seat left.");
        await using RtmpServerHost host = await StartAsync();
        using TestPlayer client = await SayHelloAsync(host, "live");
        RtmpTestMessage error = await client.ExpectAsync("_error NetConnection.Connect.Rejected");
        await client.UntilClosedAsync();

        Assert.Equal("No seat left.", DescriptionOf(error));
        Assert.Empty(_listener.Notes);
        await RtmpServerHost.UntilAsync(() => host.Log.Any(line => line.Contains("Unauthorized", StringComparison.Ordinal)), "the log line");
    }

    [Fact]
    public async Task RefusedPublish_IsToldAndClosedAndNothingIsServed()
    {
        _access.OnPublish = static (_, _) => FakeAccess.Refused("Wrong key.");
        await using RtmpServerHost host = await StartAsync();
        using TestEncoder encoder = await TestEncoder.ConnectAsync(host.Port);
        await encoder.AskToPublishAsync("a");
        await encoder.SendHeadersAsync();
        await encoder.SendPictureAsync(1, isKeyframe: true, 0);
        RtmpTestMessage status = await encoder.Wire.ExpectAsync("onStatus NetStream.Publish.Denied");
        await encoder.Wire.UntilClosedAsync();

        Assert.Equal("Wrong key.", DescriptionOf(status));
        Assert.Empty(host.Streams.Streams);
        await UntilClosedAsync();
        Assert.Equal(["opened", "a Failed Wrong key.", "closed"], _listener.Notes);
    }

    [Fact]
    public async Task RefusedPlay_IsToldAndNotOneMediaByteLeaves()
    {
        _access.OnPlay = static (_, _) => FakeAccess.Refused("Not yours.");
        await using RtmpServerHost host = await StartAsync();
        using PublishLease lease = PublishKey(host, "a");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilClosedAsync();

        Assert.Equal("NetStream.Play.Failed", player.Messages[^1].Code);
        Assert.Equal("Not yours.", DescriptionOf(player.Messages[^1]));
        Assert.DoesNotContain(player.Messages, message => message.Type is 8 or 9 or 18);
        await UntilClosedAsync();
        Assert.Equal(["opened", "a Failed Not yours.", "closed"], _listener.Notes);
    }

    [Fact]
    public async Task LateAnswers_AreWaitedForAndLoseNothing()
    {
        var connect = new TaskCompletionSource<AccessVerdict>();
        var play = new TaskCompletionSource<AccessVerdict>();
        _access.OnConnect = (_, _) => new ValueTask<AccessVerdict>(connect.Task);
        _access.OnPlay = (_, _) => new ValueTask<AccessVerdict>(play.Task);
        await using RtmpServerHost host = await StartAsync();
        using PublishLease lease = PublishKey(host, "a");
        using TestPlayer player = await SayHelloAsync(host, "live");
        await player.SendAsync(player.Client.Command("createStream", 0, [null]));
        await player.SendAsync(player.Client.Command("play", 1, null, "a", -2000));
        await RtmpServerHost.UntilAsync(() => _access.Connections.Count == 1, "the question");
        Assert.DoesNotContain(player.Messages, message => message.Type == 20);

        connect.SetResult(AccessVerdict.Allowed);
        await player.ExpectAsync("_result NetConnection.Connect.Success");
        await RtmpServerHost.UntilAsync(() => _access.Sessions.Count == 1, "the second question");
        play.SetResult(AccessVerdict.Allowed);

        await player.ExpectAsync("onStatus NetStream.Play.Start");
        await player.UntilAsync(message => message is { Type: 9, Body: [_, 1, ..] });
    }

    [Fact]
    public async Task ClientThatLeavesMeanwhile_CancelsTheQuestion()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _access.OnPublish = async (_, cancellation) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                cancelled.SetResult();
            }

            return AccessVerdict.Allowed;
        };
        await using RtmpServerHost host = await StartAsync();
        TestEncoder encoder = await TestEncoder.ConnectAsync(host.Port);
        await encoder.AskToPublishAsync("a");
        await RtmpServerHost.UntilAsync(() => _access.Sessions.Count == 1, "the question");
        encoder.Dispose();
        await cancelled.Task.WaitAsync(RtmpServerHost.Patience);
        await UntilClosedAsync();

        Assert.Empty(host.Streams.Streams);
        Assert.Equal(["opened", "a Failed Stopped by session disconnect", "closed"], _listener.Notes);
    }

    [Fact]
    public async Task Parameters_ReachTheQuestionsDecoded()
    {
        await using RtmpServerHost host = await StartAsync();
        using PublishLease lease = PublishKey(host, "a");
        using TestPlayer player = await TestPlayer.PlayAsync(
            host.Port, "a?s1=x%20y&token=t2", app: "live?c1=v1&c2=%C3%A9&token=t1");
        await player.UntilAsync(message => message.Type == 9);

        ClientConnection connection = Assert.Single(_access.Connections);
        Assert.Equal(["c1=v1", "c2=é", "token=t1"], connection.Parameters.Select(parameter => $"{parameter.Key}={parameter.Value}"));
        Assert.Equal("t1", connection.Token);
        Assert.Equal("live", connection.Application);
        Assert.Equal("rtmp", connection.Protocol);
        Assert.Equal("LNX 9,0,124,2", connection.UserAgent);
        Assert.Equal("flashStreamingApp", connection.AppKey);
        Assert.Equal($"/{player.LocalEndPoint}/127.0.0.1:{host.Port}", connection.Id);
        MediaSession session = Assert.Single(_access.Sessions);
        Assert.Equal(["s1=x y", "token=t2"], session.Parameters.Select(parameter => $"{parameter.Key}={parameter.Value}"));
        Assert.Equal($"a{connection.Id}", session.Id);
        Assert.False(session.IsPublisher);
        Assert.Same(connection, host.Sessions.FindConnection(connection.Id));
    }

    [Fact]
    public async Task StreamParametersAsConnectionParameters_AskAboutTheConnectionWhenAStreamIsAskedFor()
    {
        await using RtmpServerHost host = await StartAsync(options => options.StreamParametersAsConnectionParameters = true);
        using PublishLease lease = PublishKey(host, "a");
        using TestPlayer player = await TestPlayer.DialAsync(host.Port);
        await player.ConnectAsync("live");
        Assert.Empty(_access.Connections);
        Assert.Empty(_listener.Notes);
        await player.SendAsync(player.Client.Command("createStream", 0, [null]));
        await player.SendAsync(player.Client.Command("play", 1, null, "a?aclAuth=key1", -2000));
        await player.ExpectAsync("onStatus NetStream.Play.Start");

        Assert.Equal("aclAuth", Assert.Single(Assert.Single(_access.Connections).Parameters).Key);
        Assert.Equal(["opened", "a Playing"], _listener.Notes);
    }

    [Fact]
    public async Task StreamParametersAsConnectionParameters_RefusedConnection_IsToldInPlaceOfTheStream()
    {
        _access.OnConnect = static (_, _) => FakeAccess.Refused("Restricted access");
        await using RtmpServerHost host = await StartAsync(options => options.StreamParametersAsConnectionParameters = true);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a?aclAuth=wrong");
        await player.UntilClosedAsync();

        Assert.Equal("Restricted access", DescriptionOf(player.Messages[^1]));
        Assert.Empty(_access.Sessions);
        Assert.Empty(_listener.Notes);
    }

    [Fact]
    public async Task RenamedByTheAnswer_IsPublishedAndPlayedUnderTheNewName()
    {
        _access.OnPublish = static (_, _) => ValueTask.FromResult(new AccessVerdict(true, StreamName: "secret"));
        _access.OnPlay = static (_, _) => ValueTask.FromResult(new AccessVerdict(true, StreamName: "secret"));
        await using RtmpServerHost host = await StartAsync();
        using TestEncoder encoder = await TestEncoder.PublishAsync(host.Port, "public");
        await encoder.SendHeadersAsync();
        await encoder.SendPictureAsync(1, isKeyframe: true, 0);
        await encoder.SendSoundAsync(0);
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "other");
        await player.UntilAsync(message => message is { Type: 9, Body: [_, 1, ..] });

        Assert.Equal("live/secret", Assert.Single(host.Streams.Streams).Key.ToString());
        Assert.Equal(["opened", "secret Publishing", "opened", "secret Playing"], _listener.Notes);
    }

    [Fact]
    public async Task StatusesOfAPlayer_AreToldInOrder()
    {
        await using RtmpServerHost host = await StartAsync();
        using PublishLease lease = PublishKey(host, "a");
        TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.SendAsync(player.Client.Command("pause", 1, null, true, 0));
        await player.SendAsync(player.Client.Command("pause", 1, null, false, 0));
        await player.SettleAsync();
        player.Dispose();
        await UntilClosedAsync();

        Assert.Equal(["opened", "a Playing", "a Paused", "a Playing", "a Stopped Stopped by session disconnect", "closed"], _listener.Notes);
    }

    [Fact]
    public async Task PlayerEndedByTheServer_IsToldTheEnd()
    {
        await using RtmpServerHost host = await StartAsync();
        using PublishLease lease = PublishKey(host, "a");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        Assert.Single(host.Sessions.Sessions).End(SessionEndReason.Completed, "Stopped by rest /terminate");
        await player.ExpectAsync("onStatus NetStream.Play.UnpublishNotify");
        await player.SettleAsync();

        Assert.Equal(["opened", "a Playing", "a Stopped Stopped by rest /terminate"], _listener.Notes);
        Assert.Equal(0, lease.Stream.Viewers);
    }

    [Fact]
    public async Task ConnectionEndedByTheServer_IsClosedWithEverythingOnIt()
    {
        await using RtmpServerHost host = await StartAsync();
        using PublishLease lease = PublishKey(host, "a");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        Assert.Single(host.Sessions.Connections).End(SessionEndReason.Completed, "Stopped by rest /terminate");
        await player.ExpectAsync("onStatus NetStream.Play.UnpublishNotify");
        await player.UntilClosedAsync();
        await UntilClosedAsync();

        Assert.Equal(["opened", "a Playing", "a Stopped Stopped by rest /terminate", "closed"], _listener.Notes);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task PlaybackTurnedOff_IsRefusedInWordsAndPublishingGoesOn(bool everywhere, bool ofTheApplication)
    {
        await using RtmpServerHost host = await StartAsync(
            options => options.PlaybackEnabled = everywhere,
            applications => applications.ByName["live"] = new ApplicationOptions { PlaybackEnabled = ofTheApplication });
        using TestEncoder encoder = await TestEncoder.PublishAsync(host.Port, "a");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "a");
        await player.UntilClosedAsync();

        Assert.Equal("NetStream.Play.Failed", player.Messages[^1].Code);
        Assert.Equal("Playing over RTMP is turned off on this server.", DescriptionOf(player.Messages[^1]));
        Assert.DoesNotContain(_access.Sessions, session => !session.IsPublisher);
    }

    [Fact]
    public async Task PortScanners_CauseNoQuestion()
    {
        await using RtmpServerHost host = await StartAsync();
        foreach (byte[] noise in (byte[][])["GET / HTTP/1.1\r\n\r\n"u8.ToArray(), [22, 3, 1, 0, 5, 1, 0, 0, 1, 0], RtmpTestClient.Hello(), []])
        {
            using TestPlayer scanner = await TestPlayer.DialAsync(host.Port);
            if (noise.Length > 0)
            {
                await scanner.SendAsync(noise);
            }
        }

        await RtmpServerHost.UntilAsync(() => host.Limiter.Count == 0, "all have gone");
        Assert.Empty(_access.Connections);
        Assert.Empty(_listener.Notes);
        Assert.DoesNotContain(host.Log, line => line.StartsWith("Information", StringComparison.Ordinal));
    }

    private static string? DescriptionOf(RtmpTestMessage message) => ((AmfMap)message.Values[^1]).Find("description")?.AsString;

    private static async Task<TestPlayer> SayHelloAsync(RtmpServerHost host, string app)
    {
        TestPlayer client = await TestPlayer.DialAsync(host.Port);
        await client.SendAsync(RtmpTestClient.Hello());
        await client.SendAsync(RtmpTestClient.Finish());
        await client.SendAsync(client.Client.Connect(app));
        return client;
    }

    private PublishLease PublishKey(RtmpServerHost host, string name)
    {
        PublishLease lease = host.Publish(name);
        lease.Publish(_frames.Key(0));
        return lease;
    }

    private Task UntilClosedAsync() => RtmpServerHost.UntilAsync(() => _listener.Notes.Contains("closed"), "the connection has been closed");

    private Task<RtmpServerHost> StartAsync(Action<RtmpOptions>? configure = null, Action<ApplicationsOptions>? applications = null) =>
        RtmpServerHost.StartAsync(_buffers, configure, services: services =>
        {
            services.AddSingleton<ISessionListener>(_listener);
            services.AddSingleton<IAccessControl>(_access);
            services.Configure<ApplicationsOptions>(options => applications?.Invoke(options));
        });
}
