using System.Text;
using System.Text.Json.Nodes;
using MediaGateway.Authorization;
using MediaGateway.Hooks;
using MediaGateway.Sessions;
using MediaGateway.Tests.Hooks;
using MediaGateway.Tests.Servers.Rtmp;
using Xunit;

namespace MediaGateway.Tests.Servers.Whip;

/// <summary>Who may open a session, and who may change it.</summary>
public sealed class WhipAccessTests
{
    [Theory]
    [InlineData("Bearer ey.j.wt", "ey.j.wt", "token=ey.j.wt")]
    [InlineData("bearer  ey.j.wt ", "ey.j.wt", "token=ey.j.wt")]
    [InlineData("Bearer anna:se:cret", null, "user=anna pass=se:cret")]
    [InlineData("Basic YW5uYTpzZTpjcmV0", null, "user=anna pass=se:cret")]
    [InlineData("Basic !!", null, "")]
    [InlineData("Digest x", null, "")]
    [InlineData("Bearer", null, "")]
    public async Task Header_IsWhatHooksAndTokensRead(string header, string? token, string parameters)
    {
        await using WhipHost host = await WhipHost.StartAsync();
        Assert.Equal(201, (await host.OfferAsync("/whip/camera?a=1", ("Authorization", header))).Status);
        ClientConnection connection = Assert.Single(host.Access.Connections);
        Assert.Equal(token, connection.Token);
        string[] read = [.. connection.Parameters.Select(pair => $"{pair.Key}={pair.Value}")];
        Assert.Equal($"a=1 {parameters}".TrimEnd(), string.Join(' ', read));
        Assert.Same(connection.Parameters, Assert.Single(host.Access.Sessions).Parameters);
    }

    [Fact]
    public async Task Refusal_AsksForCredentialsOrSaysThatTheyDoNotDo()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        foreach (bool atOnce in (bool[])[true, false])
        {
            host.Access.OnConnect = (_, _) => atOnce ? FakeAccess.Refused("No <b>way</b>") : FakeAccess.Allowed;
            host.Access.OnPublish = (_, _) => FakeAccess.Refused("No <b>way</b>");
            WhipAnswer without = (await host.OfferAsync("/whip/camera")).AssertProblem(401);
            Assert.Equal("Bearer realm=\"MediaGateway\"", without["WWW-Authenticate"]);
            Assert.Equal("", (await host.OfferAsync("/whip/camera", ("Authorization", "Bearer x"))).AssertProblem(403)["WWW-Authenticate"]);
            (await host.OfferAsync("/whip/camera?token=x")).AssertProblem(403);
        }

        host.Access.OnPublish = (_, _) => ValueTask.FromResult(AccessVerdict.TryLater(HookWords.CannotBeAsked));
        Assert.Equal("2", (await host.OfferAsync("/whip/camera")).AssertProblem(503)["Retry-After"]);
        Assert.Empty(host.Directory.Connections);
        Assert.Empty(host.Peers.Offers);
    }

    [Fact]
    public async Task LaterRequests_ShowTheSameCredentials()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        WhipAnswer answer = await host.OfferAsync("/whip/camera", ("Authorization", "Bearer mine"));
        foreach ((string, string)[] headers in ((string, string)[][])[[], [("Authorization", "Bearer other")], [("Authorization", "Basic mine")]])
        {
            WhipAnswer refused = (await host.SendAsync("DELETE", answer.Location, null, null, headers)).AssertProblem(401);
            Assert.Equal("Bearer realm=\"MediaGateway\"", refused["WWW-Authenticate"]);
            (await host.PatchAsync(answer.Location, "*", "a=ice-ufrag:x\r\n", headers)).AssertProblem(401);
        }

        Assert.Single(host.Directory.Sessions);
        Assert.Equal(200, (await host.SendAsync("DELETE", answer.Location, null, null, ("Authorization", "Bearer mine"))).Status);
    }

    [Fact]
    public async Task Tokens_AreTakenFromTheHeaderAndTheAddress()
    {
        await using WhipHost host = await WhipHost.StartAsync(("Tokens:Secrets:0", "a secret of this test, long enough for it"), ("Tokens:RequireExpiry", "false"));
        string token = Token("a secret of this test, long enough for it", """{"action":"publish","stream":"camera*"}""");
        (await host.OfferAsync("/whip/camera1")).AssertProblem(401);
        (await host.OfferAsync("/whip/camera1", ("Authorization", "Bearer " + token[..^3]))).AssertProblem(403);
        (await host.OfferAsync("/whip/other", ("Authorization", "Bearer " + token))).AssertProblem(403);
        Assert.Equal(201, (await host.OfferAsync("/whip/camera1", ("Authorization", "Bearer " + token))).Status);
        Assert.Equal(201, (await host.OfferAsync($"/whip/camera2?token={token}")).Status);
    }

    [Fact]
    public async Task MediaMtxBackend_IsAskedInItsWords()
    {
        await using TestBackend backend = await TestBackend.StartAsync();
        backend.Answer = TestBackend.Status(200);
        await using WhipHost host = await WhipHost.StartAsync(("Hooks:Style", "mediamtx"), ("Hooks:Url", backend.Url));
        Assert.Equal(201, (await host.OfferAsync("/whip/camera?a=1", ("Authorization", "Bearer anna:secret"))).Status);
        JsonNode body = JsonNode.Parse((await backend.NextAsync()).Body)!;
        Assert.Equal(
            "publish live/camera webrtc anna secret ",
            $"{body["action"]} {body["path"]} {body["protocol"]} {body["user"]} {body["password"]} {body["token"]}");
        Assert.Equal("a=1&user=anna&pass=secret", (string?)body["query"]);
    }

    [Fact]
    public async Task WcsBackend_SeesTheTokenInBothQuestionsAndHearsTheEnd()
    {
        await using TestBackend backend = await TestBackend.StartAsync();
        await using WhipHost host = await WhipHost.StartAsync(("Hooks:Style", "wcs"), ("Hooks:Url", backend.Url));
        WhipAnswer answer = await host.OfferAsync("/whip/camera", ("Authorization", "Bearer streamkey"));
        Assert.Equal(201, answer.Status);
        Assert.Equal(200, (await host.SendAsync("DELETE", answer.Location, null, null, ("Authorization", "Bearer streamkey"))).Status);
        List<string> calls = [];
        while (calls.Count < 6)
        {
            TestBackend.Call call = await backend.NextAsync();
            JsonNode body = JsonNode.Parse(call.Body)!;
            calls.Add($"{call.Method} {body["custom"]?["token"]} {body["status"]}".Replace("  ", " ", StringComparison.Ordinal).TrimEnd());
        }

        Assert.Equal("connect streamkey", calls[0]);
        Assert.Contains("publishStream streamkey PENDING", calls);
        Assert.Contains("ConnectionStatusEvent streamkey ESTABLISHED", calls);
        Assert.Contains("unPublishStream streamkey UNPUBLISHED", calls);
        Assert.Contains("ConnectionStatusEvent streamkey DISCONNECTED", calls);
    }

    private static string Token(string secret, string payload)
    {
        string signed = $"{Encode("""{"alg":"HS256","typ":"JWT"}"""u8.ToArray())}.{Encode(Encoding.UTF8.GetBytes(payload))}";
        byte[] signature = System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed));
        return $"{signed}.{Encode(signature)}";
    }

    private static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
