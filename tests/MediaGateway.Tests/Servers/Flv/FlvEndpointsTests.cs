using System.Net;
using MediaGateway.Authorization;
using MediaGateway.Diagnostics;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Flv;

public class FlvEndpointsTests
{
    private const string KeyframeTag = "9:1701";
    private const string PictureTag = "9:2701";
    private const string SoundTag = "8:af01";

    [Fact]
    public async Task Viewer_GetsTheCachedGroupThenWhatIsLiveThenTheEnd()
    {
        await using FlvHost host = await FlvHost.StartAsync();
        using PublishLease lease = host.Publish("name");
        lease.Publish(host.Frames.EncoderSound(TestFrames.Aac, 0));
        lease.Publish(host.Frames.Key(1000));
        lease.Publish(host.Frames.EncoderSound(TestFrames.Aac, 1001));
        lease.Publish(host.Frames.Delta(1040));
        using FlvAnswer answer = await host.PlayAsync("/live/name.flv");
        Assert.Equal(HttpStatusCode.OK, answer.Response.StatusCode);
        Assert.Equal("video/x-flv", answer.Response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("*", answer.Response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.True(answer.Response.Headers.CacheControl?.NoStore);
        Assert.Equal(5, await answer.ReadFlagsAsync());
        Assert.Equal(
            $"18:0200@0 9:1700@0 8:af00@0 {KeyframeTag}@0 {SoundTag}@1 {PictureTag}@40", await answer.ReadTagsAsync(6));
        Assert.Equal(1, lease.Stream.Viewers);
        lease.Publish(host.Frames.Delta(1080));
        Assert.Equal($"{PictureTag}@80", await answer.ReadTagsAsync(1));
        lease.Publish(host.Frames.Key(1120, format: TestFrames.Picture180));
        Assert.Equal($"9:1700@120 {KeyframeTag}@120", await answer.ReadTagsAsync(2));
        lease.End(StreamEndReason.Unpublished);
        await answer.AssertEndAsync();
        await GoneAsync(host, lease.Stream);
    }

    [Fact]
    public async Task WebSocket_CarriesTheSame()
    {
        await using FlvHost host = await FlvHost.StartAsync();
        using PublishLease lease = host.Publish("name");
        lease.Publish(host.Frames.EncoderSound(TestFrames.Aac, 0));
        lease.Publish(host.Frames.Key(1000));
        using FlvSocket viewer = await FlvSocket.ConnectAsync(new Uri(host.WebSocketAddress, "/live/name.flv"));
        Assert.Equal(5, await viewer.Answer.ReadFlagsAsync());
        Assert.Equal($"18:0200@0 9:1700@0 8:af00@0 {KeyframeTag}@0", await viewer.Answer.ReadTagsAsync(4));
        lease.Publish(host.Frames.Delta(1040));
        Assert.Equal($"{PictureTag}@40", await viewer.Answer.ReadTagsAsync(1));
        Assert.Equal("ws-flv", Assert.Single(host.Access.Sessions).Connection.Protocol);
        lease.End(StreamEndReason.Unpublished);
        await viewer.Answer.AssertEndAsync();
        await GoneAsync(host, lease.Stream);
    }

    [Fact]
    public async Task ViewersThatLeave_AreNoticed()
    {
        await using FlvHost host = await FlvHost.StartAsync();
        using PublishLease lease = host.Publish("name");
        lease.Publish(host.Frames.EncoderSound(TestFrames.Aac, 0));
        lease.Publish(host.Frames.Key(1000));
        using (FlvSocket viewer = await FlvSocket.ConnectAsync(new Uri(host.WebSocketAddress, "/live/name.flv")))
        using (FlvAnswer answer = await host.PlayAsync("/live/name.flv"))
        {
            await viewer.Answer.ReadFlagsAsync();
            await answer.ReadFlagsAsync();
            Assert.Equal(2, lease.Stream.Viewers);
        }

        await GoneAsync(host, lease.Stream);
        Assert.Empty(host.Directory.Connections);
    }

    [Fact]
    public async Task Access_IsAskedWithTheParametersAndMayRename()
    {
        await using FlvHost host = await FlvHost.StartAsync();
        using PublishLease lease = host.Publish("hidden");
        lease.Publish(host.Frames.EncoderSound(TestFrames.Aac, 0));
        lease.Publish(host.Frames.Key(1000));
        host.Access.OnPlay = (_, _) => ValueTask.FromResult(new AccessVerdict(true, StreamName: "hidden"));
        using FlvAnswer answer = await host.PlayAsync("/live/shown.flv?user=me");
        await answer.ReadFlagsAsync();
        MediaSession session = Assert.Single(host.Access.Sessions);
        Assert.Equal(("http-flv", "defaultApp", "me"), (session.Connection.Protocol, session.Connection.AppKey, session.Parameters[0].Value));
        Assert.Equal((MediaSessionStatus.Playing, "hidden"), (session.Status, session.Key.Name));
        host.Directory.FindSession(session.Id)?.End(SessionEndReason.Terminated, "Enough");
        await GoneAsync(host, lease.Stream);
        Assert.Equal((MediaSessionStatus.Stopped, "Enough"), (session.Status, session.Information));
    }

    [Theory]
    [InlineData("/live/name.flv", HttpStatusCode.Unauthorized)]
    [InlineData("/live/name.flv?token=wrong", HttpStatusCode.Forbidden)]
    public async Task Refusal_IsSaidInWords(string path, HttpStatusCode status)
    {
        await using FlvHost host = await FlvHost.StartAsync();
        host.Access.OnPlay = (_, _) => FakeAccessRefusal();
        using FlvAnswer answer = await host.PlayAsync(path);
        Assert.Equal(status, answer.Response.StatusCode);
        Assert.Contains("Not for you", await answer.ReadTextAsync(), StringComparison.Ordinal);
        Assert.Equal("*", answer.Response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Empty(host.Directory.Connections);
    }

    [Theory]
    [InlineData("/live/nobody.flv", HttpStatusCode.NotFound)]
    [InlineData("/live/..%2fname.flv", HttpStatusCode.BadRequest)]
    [InlineData("/live/a%20b.flv", HttpStatusCode.BadRequest)]
    [InlineData("/live/name.flv?audio=vorbis", HttpStatusCode.BadRequest)]
    public async Task WhatCannotBePlayed_IsAProblem(string path, HttpStatusCode status)
    {
        await using FlvHost host = await FlvHost.StartAsync();
        using PublishLease lease = host.Publish("name");
        using FlvAnswer answer = await host.PlayAsync(path);
        Assert.Equal(status, answer.Response.StatusCode);
        Assert.Equal("application/problem+json", answer.Response.Content.Headers.ContentType?.MediaType);
        Assert.Empty(host.Directory.Sessions);
    }

    [Fact]
    public async Task HostileNames_LeadNowhere()
    {
        await using FlvHost host = await FlvHost.StartAsync();
        foreach (string name in Testing.HostileNames.All)
        {
            using FlvAnswer answer = await host.PlayAsync($"/live/{Uri.EscapeDataString(name)}.flv");
            Assert.InRange((int)answer.Response.StatusCode, 400, 404);
        }

        Assert.Empty(host.Directory.Connections);
    }

    [Theory]
    [InlineData("?suppress_sound=true", 1, "18:0200@0 9:1700@0 9:1701@0")]
    [InlineData("?audio=pcma", 5, "18:0200@0 9:1700@0 9:1701@0")]
    [InlineData("", 5, "18:0200@0 9:1700@0 8:af00@0")]
    public async Task Sound_IsAsTheAddressAsks(string query, byte flags, string tags)
    {
        await using FlvHost host = await FlvHost.StartAsync();
        using PublishLease lease = host.Publish("name");
        lease.Publish(host.Frames.EncoderSound(TestFrames.Aac, 0));
        lease.Publish(host.Frames.Key(1000));
        using FlvAnswer answer = await host.PlayAsync($"/live/name.flv{query}");
        Assert.Equal(flags, await answer.ReadFlagsAsync());
        Assert.Equal(tags, await answer.ReadTagsAsync(3));
    }

    [Fact]
    public async Task Preflight_IsAnswered()
    {
        await using FlvHost host = await FlvHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/live/name.flv");
        using HttpResponseMessage response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Contains("GET", response.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TurnedOff_ThereIsNothing()
    {
        await using FlvHost host = await FlvHost.StartAsync(("Http:FlvEnabled", "false"));
        using PublishLease lease = host.Publish("name");
        using FlvAnswer answer = await host.PlayAsync("/live/name.flv");
        Assert.Equal(HttpStatusCode.NotFound, answer.Response.StatusCode);
    }

    private static ValueTask<AccessVerdict> FakeAccessRefusal() => ValueTask.FromResult(AccessVerdict.Refused("Not for you"));

    private static async Task GoneAsync(FlvHost host, LiveStream stream)
    {
        while (stream.Viewers > 0 || host.Directory.Connections.Count > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
