using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Media.Amf;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>The parameter <c>quality</c> of an address, and <c>play2</c>, over real sockets; frames whose content no decoder sees.</summary>
public sealed class QualityTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();
    private readonly TestFrames _frames;
    private int _time;

    public QualityTests() => _frames = new TestFrames(_buffers);

    public void Dispose() => _buffers.Dispose();

    [Theory]
    [InlineData("show?quality=480p", 1)]
    [InlineData("show?quality=480P", 1)]
    [InlineData("show_720p?quality=480p", 1)]
    [InlineData("show?quality=source", 0)]
    [InlineData("show?quality=auto", 2)]
    [InlineData("show", 0)]
    [InlineData("show_720p", 3)]
    public async Task Quality_ChoosesTheLevel(string name, int level)
    {
        await using RtmpServerHost host = await StartAsync();
        using Levels levels = Publish(host, "show", "show_480p", "show_360p", "show_720p");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, name);

        Assert.Equal(level, SourceOf(await player.UntilAsync(IsPicture)));
    }

    [Fact]
    public async Task UnknownLevel_IsRefusedWithThoseThatThereAre()
    {
        await using RtmpServerHost host = await StartAsync();
        using Levels levels = Publish(host, "show", "show_480p");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "show?quality=1080p");

        Assert.Equal("NetStream.Play.StreamNotFound", player.Messages[^1].Code);
        Assert.Equal("The stream has no such level. It has: 480p, source.", ((AmfMap)player.Messages[^1].Values[3]).Find("description")?.AsString);
    }

    [Theory]
    [InlineData("show?quality=auto")]
    [InlineData("show?quality=1080p")]
    public async Task StreamWithoutLevels_IsPlayedAsItIs(string name)
    {
        await using RtmpServerHost host = await StartAsync();
        using Levels levels = Publish(host, "show");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, name);

        Assert.Equal(0, SourceOf(await player.UntilAsync(IsPicture)));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("360p")]
    public async Task LevelEnds_AnotherOneGoesOn(string quality)
    {
        await using RtmpServerHost host = await StartAsync();
        using Levels levels = Publish(host, "show", "show_480p", "show_360p");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, $"show?quality={quality}");
        Assert.Equal(2, SourceOf(await player.UntilAsync(IsPicture)));
        levels.End(2);
        await SendUntilAsync(levels, () => host.Sessions.Sessions.Any(session => session.Key.Name is "show_480p" or "show"));
        RtmpTestMessage next = await player.UntilAsync(message => IsPicture(message) && SourceOf(message) != 2);
        levels.End(1);
        levels.End(0);
        await player.ExpectAsync("onStatus NetStream.Play.Stop");

        Assert.Equal(0x17, next.Body[0]);
        Assert.Equal(1, player.Messages.Count(message => message.Code == "NetStream.Play.UnpublishNotify"));
    }

    [Fact]
    public async Task Play2_GoesOverAndSaysSo()
    {
        await using RtmpServerHost host = await StartAsync();
        using Levels levels = Publish(host, "show", "show_480p");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "show");
        await player.UntilAsync(IsPicture);
        await player.SendAsync(Play2(player, "show_480p"));
        RtmpTestMessage begun = await player.ExpectAsync("onStatus NetStream.Play.Transition");
        await SendUntilAsync(levels, () => host.Sessions.Sessions.Any(session => session.Key.Name == "show_480p"));
        await player.ExpectAsync("onPlayStatus NetStream.Play.TransitionComplete");

        Assert.Equal("show_480p", ((AmfMap)begun.Values[3]).Find("details")?.AsString);
        RtmpTestMessage[] pictures = [.. player.Messages.Where(IsPicture)];
        Assert.Equal(1, SourceOf(pictures[^1]));
        Assert.Equal(pictures.Select(picture => picture.Timestamp).Distinct().Order(), pictures.Select(picture => picture.Timestamp));
    }

    [Theory]
    [InlineData("nobody", "NetStream.Play.StreamNotFound")]
    [InlineData("../../etc/passwd", "NetStream.Play.StreamNotFound")]
    [InlineData("show?audio=opus", "NetStream.Play.Failed")]
    public async Task Play2OfWhatIsNotToBeHad_KeepsTheStream(string name, string code)
    {
        await using RtmpServerHost host = await StartAsync();
        using Levels levels = Publish(host, "show");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "show");
        await player.UntilAsync(IsPicture);
        await player.SendAsync(Play2(player, name));
        await player.ExpectAsync("onStatus " + code);
        Send(levels);
        await player.UntilAsync(IsPicture);
        await player.SettleAsync();

        Assert.False(player.IsClosed);
    }

    [Fact]
    public async Task Play2WithoutPlay_PlaysAndBeforeAnythingPlaysIsRefused()
    {
        await using RtmpServerHost host = await StartAsync();
        using Levels levels = Publish(host, "show");
        using TestPlayer player = await TestPlayer.DialAsync(host.Port);
        await player.ConnectAsync();
        await player.SendAsync(Play2(player, "show"));
        await player.ExpectAsync("onStatus NetStream.Play.Failed");
        await player.SendAsync(player.Client.Command("createStream", 0, [null]));
        await player.ExpectAsync("_result");
        await player.SendAsync(Play2(player, "show"));
        await player.ExpectAsync("onStatus NetStream.Play.Start");
        await player.UntilAsync(IsPicture);
    }

    [Fact]
    public async Task Play2ToWhatAccessControlForbids_KeepsTheStream()
    {
        var access = new FakeAccess();
        await using RtmpServerHost host = await StartAsync(services => services.AddSingleton<IAccessControl>(access));
        using Levels levels = Publish(host, "show", "secret");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "show");
        await player.UntilAsync(IsPicture);
        access.OnPlay = static (session, _) => session.Key.Name == "secret" ? FakeAccess.Refused("Not for you.") : FakeAccess.Allowed;
        await player.SendAsync(Play2(player, "secret"));
        RtmpTestMessage refusal = await player.ExpectAsync("onStatus NetStream.Play.Failed");
        Send(levels);
        Send(levels);
        await player.UntilAsync(IsPicture);

        Assert.Equal("Not for you.", ((AmfMap)refusal.Values[3]).Find("description")?.AsString);
        Assert.All(player.Messages.Where(IsPicture), picture => Assert.Equal(0, SourceOf(picture)));
    }

    [Fact]
    public async Task Play2HundredsOfTimes_EndsWithTheLast()
    {
        await using RtmpServerHost host = await StartAsync();
        using Levels levels = Publish(host, "show", "show_480p", "show_360p");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "show");
        await player.UntilAsync(IsPicture);
        string[] names = ["show", "show_480p", "show_360p"];
        for (int number = 0; number < 300; number++)
        {
            await player.SendAsync(Play2(player, names[number % 3]));
            await player.ExpectAsync("onStatus NetStream.Play.Transition");
            Send(levels);
        }

        await player.SendAsync(Play2(player, "show_480p"));
        await player.ExpectAsync("onStatus NetStream.Play.Transition");
        int asked = _time;
        Task arrival = player.UntilAsync(message => IsPicture(message) && message.Timestamp >= asked && SourceOf(message) == 1);
        await SendUntilAsync(levels, () => arrival.IsCompleted);
        await arrival;
        await RtmpServerHost.UntilAsync(() => host.Sessions.Sessions.Any(session => session.Key.Name == "show_480p"), "the name of the last");
        RtmpTestMessage[] pictures = [.. player.Messages.Where(IsPicture)];
        Assert.Equal(pictures.Select(picture => picture.Timestamp).Distinct().Order(), pictures.Select(picture => picture.Timestamp));
        Assert.Equal(1, host.Streams.Streams.Sum(stream => stream.Viewers));
    }

    [Fact]
    public async Task Append_PlaysTheNextWhenThisEnds()
    {
        await using RtmpServerHost host = await StartAsync();
        using Levels levels = Publish(host, "first", "second");
        using TestPlayer player = await TestPlayer.PlayAsync(host.Port, "first");
        await player.UntilAsync(IsPicture);
        await player.SendAsync(Play2(player, "second", "append"));
        await player.SettleAsync();
        levels.End(0);
        await player.ExpectAsync("onPlayStatus NetStream.Play.Switch");
        await player.ExpectAsync("onStatus NetStream.Play.Start");

        Assert.Equal(1, SourceOf(await player.UntilAsync(IsPicture)));
    }

    private static bool IsPicture(RtmpTestMessage message) => message is { Type: 9, Body: [_, 1, ..] };

    private static int SourceOf(RtmpTestMessage picture) => picture.Body[^1];

    private static byte[] Play2(TestPlayer player, string name, string transition = "switch") => player.Client.Command(
        "play2", 1, null, new Dictionary<string, object?> { ["streamName"] = name, ["transition"] = transition });

    private Task<RtmpServerHost> StartAsync(Action<IServiceCollection>? services = null) => RtmpServerHost.StartAsync(
        _buffers,
        services: collection =>
        {
            collection.Configure<LadderOptions>(static options => (options.Default, options.Convert) = (LadderOptions.StandardName, false));
            services?.Invoke(collection);
        });

    /// <summary>Publishes streams; every picture ends with the number of its stream.</summary>
    private Levels Publish(RtmpServerHost host, params string[] names)
    {
        var levels = new Levels([.. names.Select(name => host.Publish(name))]);
        Send(levels);
        return levels;
    }

    /// <summary>The next picture of all of them: always a keyframe.</summary>
    private void Send(Levels levels)
    {
        for (int level = 0; level < levels.Leases.Length; level++)
        {
            levels.Leases[level].Publish(_frames.Key(_time, format: level == 0 ? TestFrames.Picture360 : TestFrames.Picture180, content: (byte)level));
        }

        _time += 40;
    }

    private async Task SendUntilAsync(Levels levels, Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(RtmpServerHost.Patience);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            Send(levels);
            await Task.Delay(5, CancellationToken.None);
        }
    }

    private sealed record Levels(PublishLease[] Leases) : IDisposable
    {
        public void End(int level) => Leases[level].Dispose();

        public void Dispose()
        {
            foreach (PublishLease lease in Leases)
            {
                lease.Dispose();
            }
        }
    }
}
