using System.Security.Cryptography;
using System.Text;
using MediaGateway.Authorization;
using MediaGateway.Sessions;
using MediaGateway.Tests.Hooks;
using Xunit;

namespace MediaGateway.Tests.Authorization;

public sealed class TokenAccessTests
{
    private const string Secret = "correct-horse-battery-staple-and-some-more-to-have-sixty-four-bytes";
    private const string Claims = """{"action":"publish","stream":"stream1","exp":%soon%}""";

    // RFC 7515 A.1: the example's key and token, whose payload has neither our claims nor a time in our days.
    private const string RfcSecret = "base64:AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T+1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow==";
    private const string RfcToken =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ" +
        ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    [Theory]
    [InlineData(Claims, null)]
    [InlineData("""{"actions":["play","publish"],"stream":"stream1","exp":%soon%}""", null)]
    [InlineData("""{"action":"publish","stream":"str*","exp":%soon%}""", null)]
    [InlineData("""{"action":"publish","stream":"*","app":"live","exp":%soon%}""", null)]
    [InlineData("""{"action":"publish","stream":["a","stream1"],"app":"li*","exp":%soon%,"nbf":%soon%}""", TokenReader.NotYet)]
    [InlineData("""{"action":"publish","stream":"stream1","exp":%now%}""", null)]
    [InlineData("""{"action":"publish","stream":"stream1","exp":%past%}""", TokenReader.Expired)]
    [InlineData("""{"action":"publish","stream":"stream1"}""", TokenReader.NotValid)]
    [InlineData("""{"action":"publish","stream":"stream1","exp":"%soon%"}""", TokenReader.NotValid)]
    [InlineData("""{"action":"publish","stream":"stream1","exp":%soon%,"nbf":null}""", TokenReader.NotValid)]
    [InlineData("""{"action":"publish","action":"play","stream":"stream1","exp":%soon%}""", TokenReader.NotValid)]
    [InlineData("""{"action":"play","stream":"stream1","exp":%soon%}""", "The token does not allow to publish this stream")]
    [InlineData("""{"stream":"stream1","exp":%soon%}""", "The token does not allow to publish this stream")]
    [InlineData("""{"action":"publish","exp":%soon%}""", "The token does not allow to publish this stream")]
    [InlineData("""{"action":"publish","stream":"Stream1","exp":%soon%}""", "The token does not allow to publish this stream")]
    [InlineData("""{"action":"publish","stream":"stream","exp":%soon%}""", "The token does not allow to publish this stream")]
    [InlineData("""{"action":"publish","stream":"","exp":%soon%}""", "The token does not allow to publish this stream")]
    [InlineData("""{"action":"publish","stream":7,"exp":%soon%}""", "The token does not allow to publish this stream")]
    [InlineData("""{"action":"publish","stream":"*","app":"vod","exp":%soon%}""", "The token does not allow to publish this stream")]
    [InlineData("""{"action":"publish","stream":"*","app":[],"exp":%soon%}""", "The token does not allow to publish this stream")]
    [InlineData("[]", TokenReader.NotValid)]
    [InlineData("{", TokenReader.NotValid)]
    public async Task Claims_DecideOverPublishing(string claims, string? refusal)
    {
        await using HooksHost host = await StartAsync();
        string token = Sign("""{"alg":"HS256","typ":"JWT"}""", WithTimes(claims, host));
        Assert.Equal(refusal, (await host.PublishAsync(HookClients.Publisher(HookClients.Rtmp(), ("token", token)))).Reason);
        Assert.Equal(refusal, (await host.PublishAsync(HookClients.Publisher(HookClients.Rtmp(("token", token))))).Reason);
        Assert.DoesNotContain(host.Log, line => line.Contains(token, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"alg":"none"}""")]
    [InlineData("""{"alg":"HS512"}""")]
    [InlineData("""{"alg":"hs256"}""")]
    [InlineData("""{"alg":["HS256"]}""")]
    [InlineData("""{"typ":"JWT"}""")]
    [InlineData("""{"alg":"HS256","crit":["b64"],"b64":false}""")]
    [InlineData("""{"alg":"HS256","alg":"HS256"}""")]
    public async Task Header_MustSayTheAlgorithmOfTheSettings(string header)
    {
        await using HooksHost host = await StartAsync();
        Assert.Equal(TokenReader.NotValid, await ReasonAsync(host, Sign(header, WithTimes(Claims, host))));
    }

    [Fact]
    public async Task TokenThatIsMangled_IsNotValid()
    {
        await using HooksHost host = await StartAsync();
        string good = Sign("""{"alg":"HS256"}""", WithTimes(Claims, host));
        Assert.Null(await ReasonAsync(host, good));
        string[] parts = good.Split('.');
        string[] bad =
        [
            "", ".", "..", "a.b", good + ".", good + "=", good[..^1], $"{parts[0]}.{parts[1]}.", $".{parts[1]}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.{Convert.ToBase64String(new byte[32])}", $"{parts[0]}.{parts[1]}.{new string('A', 43)}", $"{good}é",
            good.Replace(parts[1], new string('A', 9000), StringComparison.Ordinal), Sign("""{"alg":"HS256"}""", WithTimes(Claims, host), "another"),
        ];
        foreach (string token in bad)
        {
            Assert.Equal(TokenReader.NotValid, await ReasonAsync(host, token));
        }
    }

    [Fact]
    public async Task EveryChangedCharacter_BreaksTheToken()
    {
        await using HooksHost host = await StartAsync();
        string good = Sign("""{"alg":"HS256"}""", WithTimes(Claims, host));
        for (int index = 0; index < good.LastIndexOf('.'); index++)
        {
            char other = good[index] == 'A' ? 'B' : 'A';
            Assert.Equal(TokenReader.NotValid, await ReasonAsync(host, $"{good[..index]}{other}{good[(index + 1)..]}"));
        }
    }

    [Theory]
    [InlineData("HS384")]
    [InlineData("HS512")]
    public async Task OtherAlgorithms_AreTakenWhenSet(string algorithm)
    {
        await using HooksHost host = await HooksHost.StartAsync(("Tokens:Secrets:0", Secret), ("Tokens:Algorithm", algorithm));
        Assert.Null(await ReasonAsync(host, Sign($$"""{"alg":"{{algorithm}}"}""", WithTimes(Claims, host), Secret, algorithm)));
        Assert.Equal(TokenReader.NotValid, await ReasonAsync(host, Sign("""{"alg":"HS256"}""", WithTimes(Claims, host))));
    }

    [Fact]
    public async Task SeveralSecrets_AreAllTaken()
    {
        const string New = "the-new-secret-has-thirty-two-bytes-and-more";
        await using HooksHost host = await HooksHost.StartAsync(("Tokens:Secrets:0", New), ("Tokens:Secrets:1", Secret));
        Assert.Null(await ReasonAsync(host, Sign("""{"alg":"HS256"}""", WithTimes(Claims, host))));
        Assert.Null(await ReasonAsync(host, Sign("""{"alg":"HS256"}""", WithTimes(Claims, host), New)));
    }

    [Fact]
    public async Task ExampleOfTheRfc_HasAGoodSignatureButHasExpired()
    {
        await using HooksHost host = await HooksHost.StartAsync(("Tokens:Secrets:0", RfcSecret));
        host.Time.StepWallClock(DateTimeOffset.FromUnixTimeSeconds(1_300_819_380 + 59) - host.Time.GetUtcNow());
        Assert.Equal("The token does not allow to publish this stream", await ReasonAsync(host, RfcToken));
        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TokenReader.Expired, await ReasonAsync(host, RfcToken));
    }

    [Fact]
    public async Task NoToken_MayConnectButNotPublishOrPlay()
    {
        await using HooksHost host = await StartAsync();
        ClientConnection connection = HookClients.Rtmp();
        Assert.True((await host.ConnectAsync(connection)).IsAllowed);
        Assert.Equal(TokenAccess.Missing, (await host.PublishAsync(HookClients.Publisher(connection))).Reason);
        Assert.Equal(TokenAccess.Missing, (await host.PlayAsync(HookClients.Player(connection))).Reason);
        Assert.Equal(TokenReader.NotValid, (await host.ConnectAsync(HookClients.Rtmp(("token", "x")))).Reason);
    }

    [Fact]
    public async Task PlayersToken_PlaysAndDoesNotPublish()
    {
        await using HooksHost host = await StartAsync();
        string token = Sign("""{"alg":"HS256"}""", WithTimes("""{"action":"play","stream":"stream1","exp":%soon%}""", host));
        ClientConnection connection = HookClients.Rtmp(("token", token));
        Assert.True((await host.PlayAsync(HookClients.Player(connection))).IsAllowed);
        Assert.False((await host.PublishAsync(HookClients.Publisher(connection))).IsAllowed);
    }

    [Fact]
    public async Task TokensAndHooks_AreBothAsked()
    {
        await using TestBackend backend = await TestBackend.StartAsync();
        await using HooksHost host = await HooksHost.StartAsync(backend, "wcs", ("Tokens:Secrets:0", Secret));
        Assert.Equal(TokenAccess.Missing, (await host.PublishAsync(HookClients.Publisher(HookClients.Rtmp()))).Reason);
        Assert.Equal(0, backend.Count);

        string token = Sign("""{"alg":"HS256"}""", WithTimes(Claims, host));
        MediaSession session = HookClients.Publisher(HookClients.Rtmp(), ("token", token));
        Assert.True((await host.PublishAsync(session)).IsAllowed);
        backend.Answer = TestBackend.Status(403);
        Assert.False((await host.PublishAsync(session)).IsAllowed);
        Assert.Equal(2, backend.Count);
    }

    private static Task<HooksHost> StartAsync() => HooksHost.StartAsync(("Tokens:Secrets:0", Secret));

    private static async Task<string?> ReasonAsync(HooksHost host, string token) =>
        (await host.PublishAsync(HookClients.Publisher(HookClients.Rtmp(), ("token", token)))).Reason;

    private static string WithTimes(string claims, HooksHost host)
    {
        long now = host.Time.GetUtcNow().ToUnixTimeSeconds();
        return claims.Replace("%soon%", $"{now + 61}", StringComparison.Ordinal)
            .Replace("%now%", $"{now - 58}", StringComparison.Ordinal)
            .Replace("%past%", $"{now - 60}", StringComparison.Ordinal);
    }

    private static string Sign(string header, string claims, string secret = Secret, string algorithm = "HS256")
    {
        string signed = $"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(Encoding.UTF8.GetBytes(claims))}";
        byte[] key = Encoding.UTF8.GetBytes(secret);
        byte[] bytes = Encoding.ASCII.GetBytes(signed);
        return $"{signed}.{Encode(algorithm switch
        {
            "HS384" => HMACSHA384.HashData(key, bytes),
            "HS512" => HMACSHA512.HashData(key, bytes),
            _ => HMACSHA256.HashData(key, bytes),
        })}";
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
