using MediaGateway.Configuration;
using MediaGateway.Media.Amf;
using MediaGateway.Relay;
using MediaGateway.Servers.Rtmp;
using MediaGateway.Testing;
using MediaGateway.Tests.Configuration;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Clients that are sent elsewhere: by the answer to connect, or by Enhanced RTMP's request to reconnect.</summary>
public sealed class RedirectTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();

    public void Dispose() => _buffers.Dispose();

    [Theory]
    [InlineData("rtmp://other.example.org", "live", "rtmp://other.example.org/live")]
    [InlineData("rtmp://other.example.org/", "live?a=x%20y&b=2", "rtmp://other.example.org/live?a=x%20y&b=2")]
    [InlineData("rtmps://other.example.org:1936/edge", "live", "rtmps://other.example.org:1936/edge")]
    public async Task Connect_IsAnsweredWithTheAddressAndClosed(string redirect, string app, string target)
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, options => options.Redirect = redirect);
        using TestPlayer client = await SayHelloAsync(host, app);
        RtmpTestMessage error = await client.ExpectAsync("_error NetConnection.Connect.Rejected");
        await client.UntilClosedAsync();

        var information = (AmfMap)error.Values[^1];
        var extra = (AmfMap)information.Find("ex")!;
        Assert.Equal(302, extra.Find("code")?.AsNumber);
        Assert.Equal(target, extra.Find("redirect")?.AsString);
        Assert.Contains(target, information.Find("description")?.AsString, StringComparison.Ordinal);
        await RtmpServerHost.UntilAsync(() => host.Log.Any(line => line.Contains("Redirected", StringComparison.Ordinal)), "the log line");
    }

    [Fact]
    public async Task ApplicationsRedirect_ConcernsThatApplicationOnly()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, services: services =>
            services.Configure<ApplicationsOptions>(options => options.ByName["away"] = new() { Redirect = "rtmp://other.example.org/x" }));
        using TestPlayer stays = await TestPlayer.DialAsync(host.Port);
        await stays.ConnectAsync();
        using TestPlayer goes = await SayHelloAsync(host, "away");
        await goes.ExpectAsync("_error NetConnection.Connect.Rejected");
    }

    [Fact]
    public async Task TurnedOnLater_AsksThoseToReconnectWhoCan()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using TestPlayer able = await SayHelloAsync(host, "live", ("capsEx", 1.0), ("fourCcList", null));
        await able.ExpectAsync("_result NetConnection.Connect.Success");
        using TestPlayer plain = await TestPlayer.DialAsync(host.Port);
        await plain.ConnectAsync();
        host.Redirects.Set(RtmpRedirects.EveryApplication, "rtmp://other.example.org");
        RtmpTestMessage request = await able.ExpectAsync("onStatus NetConnection.Connect.ReconnectRequest");
        await plain.SettleAsync();

        Assert.Equal("rtmp://other.example.org/live", ((AmfMap)request.Values[^1]).Find("tcUrl")?.AsString);
        Assert.DoesNotContain(plain.Messages, message => message.Name == "onStatus");
        using TestPlayer late = await SayHelloAsync(host, "live");
        await late.ExpectAsync("_error NetConnection.Connect.Rejected");
        host.Redirects.Set(RtmpRedirects.EveryApplication, null);
        using TestPlayer afterwards = await TestPlayer.DialAsync(host.Port);
        await afterwards.ConnectAsync();
    }

    [Fact]
    public void Client_IsNotSentToWhereItIs()
    {
        using RtmpRedirects redirects = Make(new RtmpOptions { Redirect = "rtmp://here:1935" });

        Assert.Null(redirects.Find("live", "live", "rtmp://here:1935/live"));
        Assert.Equal("rtmp://here:1935/live", redirects.Find("live", "live", "rtmp://there/live"));
    }

    [Fact]
    public void WhatIsSet_GoesBeforeTheSettings()
    {
        using RtmpRedirects redirects = Make(new RtmpOptions { Redirect = "rtmp://a/x" });
        redirects.Set("live", "rtmp://b/x");

        Assert.Equal("rtmp://b/x", redirects.Find("live", "live", ""));
        Assert.Equal("rtmp://a/x", redirects.Find("other", "other", ""));
        redirects.Set("live", null);
        Assert.Equal("rtmp://a/x", redirects.Find("live", "live", ""));
        Assert.Throws<ArgumentException>(() => redirects.Set("live", "http://b/"));
    }

    [Fact]
    public void ChangedSettings_HoldFromThenOn()
    {
        var rtmp = new Fixed<RtmpOptions>(new());
        using var redirects = new RtmpRedirects(rtmp, new Fixed<ApplicationsOptions>(new()), Nodes(new()));
        Assert.Null(redirects.Find("live", "live", ""));

        rtmp.Change(new RtmpOptions { Redirect = "rtmp://a/x" });

        Assert.Equal("rtmp://a/x", redirects.Find("live", "live", ""));
    }

    [Fact]
    public async Task PlayersAreSentToNodesInTurn_PublishersOtherGatewaysAndThoseAtANodeAreNot()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers, services: services => services.Configure<RelayOptions>(options =>
        {
            options.RedirectPlayers = true;
            options.Nodes.Add(new() { Address = "rtmp://edge1:1940" });
            options.Nodes.Add(new() { Address = "rtmp://edge2/other", Weight = 2 });
            options.Nodes.Add(new() { Address = "rtmp://edge3", Drain = true });
            options.Nodes.Add(new() { Address = "rtmp://edge4", Weight = 0 });
        }));
        var targets = new List<string?>();
        for (int i = 0; i < 3; i++)
        {
            using TestPlayer player = await SayHelloAsync(host, "live?a=1");
            RtmpTestMessage error = await player.ExpectAsync("_error NetConnection.Connect.Rejected");
            targets.Add(((AmfMap)((AmfMap)error.Values[^1]).Find("ex")!).Find("redirect")?.AsString);
        }

        Assert.Equal(["rtmp://edge1:1940/live?a=1", "rtmp://edge2/other", "rtmp://edge2/other"], targets.Order(StringComparer.Ordinal));
        foreach ((string Name, object? Value)[] more in new (string, object?)[][]
        {
            [("type", "nonprivate")],
            [("flashVer", "FMLE/3.0 (compatible; Lavf)")],
            [("mediaGatewayRelay", "abc")],
            [("tcUrl", "rtmp://EDGE1:1940/live")],
            [("tcUrl", "rtmp://edge2:1935/other")],
        })
        {
            using TestPlayer other = await SayHelloAsync(host, "live", more);
            await other.ExpectAsync("_result NetConnection.Connect.Success");
        }
    }

    private static async Task<TestPlayer> SayHelloAsync(RtmpServerHost host, string app, params (string Name, object? Value)[] more)
    {
        TestPlayer client = await TestPlayer.DialAsync(host.Port);
        await client.SendAsync(RtmpTestClient.Hello());
        await client.SendAsync(RtmpTestClient.Finish());
        await client.SendAsync(client.Client.Connect(app, more));
        return client;
    }

    private static RtmpRedirects Make(RtmpOptions rtmp) => new(new Fixed<RtmpOptions>(rtmp), new Fixed<ApplicationsOptions>(new()), Nodes(new()));

    private static NodeChooser Nodes(RelayOptions options) => new(new Fixed<RelayOptions>(options));
}
