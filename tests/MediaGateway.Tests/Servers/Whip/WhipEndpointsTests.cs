using MediaGateway.Authorization;
using MediaGateway.Diagnostics;
using MediaGateway.Servers.Whip;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using Xunit;

namespace MediaGateway.Tests.Servers.Whip;

/// <summary>The requests of RFC 9725 and what they are answered; only WebRTC is played.</summary>
public sealed class WhipEndpointsTests
{
    [Fact]
    public async Task Offer_IsAnsweredWithAllThatAClientNeeds()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        WhipAnswer answer = await host.OfferAsync("/whip/camera?s1=a%20b", ("Origin", "https://pages.example"), ("User-Agent", "OBS/30"));

        Assert.Equal(201, answer.Status);
        Assert.Equal("application/sdp", answer.MediaType);
        Assert.Equal("answer", answer.Text);
        Assert.Matches("^/whip/live/camera/[A-Za-z0-9_-]{32}$", answer.Location);
        Assert.Matches("^\"[0-9a-f]{16}\"$", answer["ETag"]);
        Assert.Equal("application/trickle-ice-sdpfrag", answer["Accept-Patch"]);
        Assert.Equal("*", answer["Access-Control-Allow-Origin"]);
        Assert.Equal("Location, ETag, Link, Accept-Post, Accept-Patch, Retry-After, WWW-Authenticate", answer["Access-Control-Expose-Headers"]);
        Assert.Equal("nosniff", answer["X-Content-Type-Options"]);
        Assert.Equal("no-store", answer["Cache-Control"]);

        PeerPublishRequest request = Assert.Single(host.Peers.Offers);
        Assert.Equal("live/camera", request.Key.ToString());
        MediaSession session = Assert.Single(host.Directory.Sessions);
        Assert.Equal(MediaSessionStatus.Pending, session.Status);
        Assert.Equal(request.MediaSessionId, session.Id);
        Assert.DoesNotContain(session.Id, answer.Location, StringComparison.Ordinal);
        Assert.Equal([KeyValuePair.Create("s1", "a b")], session.Parameters);
        Assert.Equal("whip", session.Connection.Protocol);
        Assert.Equal("OBS/30", session.Connection.UserAgent);
        Assert.Equal("https://pages.example", session.Connection.Origin);
        Assert.Equal(session.Connection, Assert.Single(host.Directory.Connections));
    }

    [Theory]
    [InlineData("/whip/camera")]
    [InlineData("/whip/live/camera")]
    [InlineData("/whip/live/camera/")]
    [InlineData("/live/camera/whip")]
    [InlineData("/rtc/v1/whip/?app=live&stream=camera")]
    [InlineData("/rtc/v1/whip?stream=camera")]
    public async Task EveryFormOfTheAddress_IsTheSameStream(string path)
    {
        await using WhipHost host = await WhipHost.StartAsync();
        WhipAnswer answer = await host.OfferAsync(path);
        Assert.Equal(201, answer.Status);
        Assert.StartsWith("/whip/live/camera/", answer.Location, StringComparison.Ordinal);
        Assert.Equal("live/camera", Assert.Single(host.Peers.Offers).Key.ToString());
    }

    [Theory]
    [InlineData("/whep/camera")]
    [InlineData("/whep/live/camera")]
    [InlineData("/live/camera/whep")]
    [InlineData("/rtc/v1/whep/?app=live&stream=camera")]
    public async Task OfferToPlay_IsAnsweredWhenTheStreamIsThere(string path)
    {
        await using WhipHost host = await WhipHost.StartAsync();
        host.Peers.Refusal = IPeerSessions.StreamNotFound;
        WhipAnswer early = (await host.OfferAsync(path)).AssertProblem(404);
        Assert.Equal("2", early["Retry-After"]);
        Assert.Empty(host.Directory.Connections);

        host.Peers.Refusal = null;
        WhipAnswer answer = await host.OfferAsync(path);
        Assert.Equal(201, answer.Status);
        Assert.StartsWith("/whep/live/camera/", answer.Location, StringComparison.Ordinal);
        Assert.Equal("live/camera", host.Peers.Plays[^1].Key.ToString());
        MediaSession session = Assert.Single(host.Directory.Sessions);
        Assert.False(session.IsPublisher);
        Assert.Equal("whep", session.Connection.Protocol);
        host.Peers.Plays[^1].Observer.MediaFlows(session.Id);
        Assert.Equal(MediaSessionStatus.Playing, session.Status);
        (await host.SendAsync("DELETE", answer.Location.Replace("/whep/", "/whip/", StringComparison.Ordinal))).AssertProblem(404);
        Assert.Equal(200, (await host.SendAsync("DELETE", answer.Location)).Status);
        Assert.Equal(MediaSessionStatus.Stopped, session.Status);
    }

    [Fact]
    public async Task Delete_EndsTheSessionAndItsAddress()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        WhipAnswer answer = await host.OfferAsync("/whip/camera");
        MediaSession session = Assert.Single(host.Directory.Sessions);
        host.Peers.Offers[0].Observer.MediaFlows(session.Id);
        Assert.Equal(MediaSessionStatus.Publishing, session.Status);

        Assert.Equal(200, (await host.SendAsync("DELETE", answer.Location)).Status);

        Assert.Equal(MediaSessionStatus.Unpublished, session.Status);
        Assert.Equal("Stopped by publisher stop", session.Information);
        Assert.Empty(host.Directory.Connections);
        (await host.SendAsync("DELETE", answer.Location)).AssertProblem(404);
        (await host.PatchAsync(answer.Location, "*", Fragment("new1"))).AssertProblem(404);
        Assert.Equal(0, host.Sessions.Count);
    }

    [Theory]
    [InlineData(SessionEndReason.PeerClosed, "x", MediaSessionStatus.Unpublished, "Stopped by publisher stop")]
    [InlineData(SessionEndReason.Timeout, "x", MediaSessionStatus.Failed, "Failed by ICE timeout")]
    [InlineData(SessionEndReason.ProtocolError, "x", MediaSessionStatus.Failed, "Failed by DTLS error")]
    [InlineData(SessionEndReason.Terminated, "Terminated by operator", MediaSessionStatus.Failed, "Terminated by operator")]
    internal async Task MediaEnds_TheAddressIsGone(SessionEndReason reason, string detail, MediaSessionStatus status, string information)
    {
        await using WhipHost host = await WhipHost.StartAsync();
        WhipAnswer answer = await host.OfferAsync("/whip/camera");
        MediaSession session = Assert.Single(host.Directory.Sessions);

        session.Connection.End(reason, detail);

        Assert.Equal((status, information), (session.Status, session.Information));
        Assert.Empty(host.Directory.Connections);
        (await host.SendAsync("DELETE", answer.Location)).AssertProblem(404);
    }

    [Fact]
    public async Task Trickle_IsTakenAndNotNeeded()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        WhipAnswer answer = await host.OfferAsync("/whip/camera");
        string same = Fragment(TestPublisher.UsernameFragment);
        foreach (string ifMatch in (string[])[answer["ETag"], "*", $"\"other\", {answer["ETag"]}"])
        {
            WhipAnswer trickled = await host.PatchAsync(answer.Location, ifMatch, same);
            Assert.Equal((204, ""), (trickled.Status, trickled.Text));
        }

        (await host.PatchAsync(answer.Location, "\"0123456789abcdef\"", same)).AssertProblem(412);
        (await host.PatchAsync(answer.Location, "W/" + answer["ETag"], same)).AssertProblem(412);
        (await host.SendAsync("PATCH", answer.Location, same, WhipHeaders.Fragment)).AssertProblem(428);
        (await host.PatchAsync(answer.Location, "*", "nonsense")).AssertProblem(400);
        (await host.PatchAsync(answer.Location, "*", "")).AssertProblem(400);
        WhipAnswer wrongType = (await host.SendAsync("PATCH", answer.Location, same, WhipHeaders.Sdp, ("If-Match", "*"))).AssertProblem(415);
        Assert.Equal("application/trickle-ice-sdpfrag", wrongType["Accept-Patch"]);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("\"*\"")]
    public async Task NewCredentials_RestartIceUnderANewTag(string ifMatch)
    {
        await using WhipHost host = await WhipHost.StartAsync();
        WhipAnswer answer = await host.OfferAsync("/whip/camera");
        host.Peers.RestartAnswer = "a=ice-ufrag:ours\r\n";

        WhipAnswer restarted = await host.PatchAsync(answer.Location, ifMatch, Fragment("new1"));

        Assert.Equal((200, "a=ice-ufrag:ours\r\n"), (restarted.Status, restarted.Text));
        Assert.Equal("application/trickle-ice-sdpfrag", restarted.MediaType);
        Assert.NotEqual("", restarted["ETag"]);
        Assert.NotEqual(answer["ETag"], restarted["ETag"]);
        (await host.PatchAsync(answer.Location, answer["ETag"], Fragment("new1"))).AssertProblem(412);
        Assert.Equal(204, (await host.PatchAsync(answer.Location, restarted["ETag"], Fragment("new1"))).Status);

        host.Peers.Refusal = "The certificate is another one.";
        Assert.Contains("certificate", (await host.PatchAsync(answer.Location, "*", Fragment("new2"))).AssertProblem(422).Text, StringComparison.Ordinal);
        Assert.Equal(204, (await host.PatchAsync(answer.Location, restarted["ETag"], Fragment("new1"))).Status);
    }

    [Theory]
    [InlineData("GET", "/whip/camera", "OPTIONS, POST")]
    [InlineData("HEAD", "/whip/camera", "OPTIONS, POST")]
    [InlineData("PUT", "/whep/live/camera", "OPTIONS, POST")]
    [InlineData("DELETE", "/whip/camera", "OPTIONS, POST")]
    [InlineData("GET", "/whip/live/camera/id", "OPTIONS, PATCH, DELETE")]
    [InlineData("POST", "/whep/live/camera/id", "OPTIONS, PATCH, DELETE")]
    public async Task OtherMethods_AreNotAllowed(string method, string path, string allowed)
    {
        await using WhipHost host = await WhipHost.StartAsync();
        WhipAnswer answer = await host.SendAsync(method, path);
        Assert.Equal(405, answer.Status);
        Assert.Equal(allowed, answer["Allow"]);
    }

    [Theory]
    [InlineData("/whip/camera", "OPTIONS, POST", "Accept-Post", "application/sdp")]
    [InlineData("/whep/live/camera", "OPTIONS, POST", "Accept-Post", "application/sdp")]
    [InlineData("/whip/live/camera/id", "OPTIONS, PATCH, DELETE", "Accept-Patch", "application/trickle-ice-sdpfrag")]
    public async Task Preflight_IsAnswered(string path, string methods, string header, string type)
    {
        await using WhipHost host = await WhipHost.StartAsync();
        WhipAnswer answer = await host.SendAsync(
            "OPTIONS", path, null, null, ("Origin", "https://pages.example"), ("Access-Control-Request-Method", "POST"));
        Assert.Equal(204, answer.Status);
        Assert.Equal("*", answer["Access-Control-Allow-Origin"]);
        Assert.Equal(methods, answer["Access-Control-Allow-Methods"]);
        Assert.Equal("Authorization, Content-Type, If-Match", answer["Access-Control-Allow-Headers"]);
        Assert.Equal(methods, answer["Allow"]);
        Assert.Equal(type, answer[header]);
    }

    [Fact]
    public async Task OnlyListedOrigins_WhenThereIsAList()
    {
        await using WhipHost host = await WhipHost.StartAsync(("Whip:AllowedOrigins:0", "https://mine.example"));
        WhipAnswer mine = await host.OfferAsync("/whip/one", ("Origin", "https://mine.example"));
        Assert.Equal((201, "https://mine.example", "Origin"), (mine.Status, mine["Access-Control-Allow-Origin"], mine["Vary"]));
        Assert.Equal(201, (await host.OfferAsync("/whip/two")).Status); // no browser
        WhipAnswer other = await host.OfferAsync("/whip/three", ("Origin", "https://other.example"));
        Assert.Equal((403, ""), (other.Status, other["Access-Control-Allow-Origin"]));
    }

    [Fact]
    public async Task PublicUrl_MakesLocationAbsolute()
    {
        await using WhipHost host = await WhipHost.StartAsync(("Whip:PublicUrl", "https://media.example/gateway/"));
        Assert.StartsWith(
            "https://media.example/gateway/whip/live/camera/", (await host.OfferAsync("/whip/camera")).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IceServers_AreToldAndTheirCredentialsOnlyToThoseLetIn()
    {
        await using WhipHost host = await WhipHost.StartAsync(
            ("IceServers:Urls:0", "stun:stun.example:3478"),
            ("IceServers:Urls:1", "turn:turn.example:3478?transport=udp"),
            ("IceServers:Username", "anna"),
            ("IceServers:Credential", "se\"cret"));
        Assert.Equal(
            "<stun:stun.example:3478>; rel=\"ice-server\", <turn:turn.example:3478?transport=udp>; rel=\"ice-server\"; "
            + "username=\"anna\"; credential=\"se\\\"cret\"; credential-type=\"password\"",
            (await host.OfferAsync("/whip/camera"))["Link"]);
        Assert.Equal("<stun:stun.example:3478>; rel=\"ice-server\"", (await host.SendAsync("OPTIONS", "/whip/camera"))["Link"]);
        host.Access.OnPublish = (_, _) => FakeAccess.Refused("No");
        Assert.Equal("", (await host.OfferAsync("/whip/camera"))["Link"]);
    }

    [Fact]
    public async Task SwitchedOff_ThereIsNothing()
    {
        await using WhipHost host = await WhipHost.StartAsync(("Whip:Enabled", "false"));
        Assert.Equal(404, (await host.OfferAsync("/whip/camera")).Status);
    }

    [Fact]
    public async Task Refusals_HaveTheirStatusAndLeaveNothing()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        host.Peers.Refusal = StreamRegistry.NameInUse;
        (await host.OfferAsync("/whip/camera")).AssertProblem(409);
        host.Peers.Refusal = "This browser offers no H.264 video.";
        Assert.Contains("no H.264 video", (await host.OfferAsync("/whip/camera")).AssertProblem(422).Text, StringComparison.Ordinal);
        host.Peers.HasRoom = false;
        Assert.Equal("2", (await host.OfferAsync("/whip/camera")).AssertProblem(503)["Retry-After"]);
        Assert.Empty(host.Directory.Sessions);
        Assert.Empty(host.Directory.Connections);
        Assert.Equal(0, host.Sessions.Count);
        Assert.All(host.Access.Sessions, session => Assert.Equal(MediaSessionStatus.Failed, session.Status));
    }

    [Fact]
    public async Task BackendRenamesTheStream_TheAddressKeepsTheNameAskedFor()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        host.Access.OnPublish = (_, _) => ValueTask.FromResult(AccessVerdict.Allowed with { StreamName = "other" });
        WhipAnswer answer = await host.OfferAsync("/whip/camera");
        Assert.StartsWith("/whip/live/camera/", answer.Location, StringComparison.Ordinal);
        Assert.Equal("live/other", Assert.Single(host.Peers.Offers).Key.ToString());
        Assert.Equal(200, (await host.SendAsync("DELETE", answer.Location)).Status);
    }

    [Fact]
    public async Task TwoSessionsOfOneConnection_AreTwoConnectionsInTheDirectory()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        WhipAnswer first = await host.OfferAsync("/whip/one");
        Assert.Equal(201, (await host.OfferAsync("/whip/two")).Status);
        Assert.Equal(2, host.Directory.Connections.Count);
        Assert.Equal(200, (await host.SendAsync("DELETE", first.Location)).Status);
        Assert.Equal("live/two", Assert.Single(host.Directory.Sessions).Key.ToString());
        Assert.Single(host.Directory.Connections);
    }

    [Fact]
    public async Task Ids_AreUniqueAndNobodyCanGuessThem()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        await host.OfferAsync("/whip/camera");
        MediaSession session = Assert.Single(host.Directory.Sessions);
        string[] ids = [.. Enumerable.Range(0, 10_000).Select(_ => new WhipSession(session, session.Key, null, host.Sessions, host.Directory).Id)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal(32, id.Length)); // 192 bits
        Assert.InRange(ids.Zip(ids.Skip(1)).Count(pair => string.CompareOrdinal(pair.First, pair.Second) < 0), 4500, 5500);
        foreach (string guess in (string[])[session.Id, "", ids[0], new string('a', 5000)])
        {
            Assert.Equal(404, (await host.SendAsync("DELETE", $"/whip/live/camera/{(guess.Length == 0 ? "x" : guess)}")).Status);
        }

        Assert.Single(host.Directory.Sessions);
    }

    private static string Fragment(string usernameFragment) =>
        $"a=ice-ufrag:{usernameFragment}\r\na=ice-pwd:passwordpasswordpassword\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
        + "a=candidate:1 1 udp 2130706431 192.0.2.7 5000 typ host\r\na=end-of-candidates\r\n";
}
