using System.Text.Json;
using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using MediaGateway.Testing;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Connectivity;

public class IceServersTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly IceServerOptions _options = new();

    [Fact]
    public void NothingSet_ThereAreNone() => Assert.Empty(Servers());

    [Fact]
    public void StunServer_NeedsNoCredential()
    {
        _options.Urls.Add("stun:stun.example.org");
        _options.Urls.Add("");

        IceServer server = Assert.Single(Servers());

        Assert.Equal(["<stun:stun.example.org>; rel=\"ice-server\""], server.ToLinkHeaders());
        Assert.Equal("""{"urls":["stun:stun.example.org"]}""", JsonSerializer.Serialize(server, JsonSerializerOptions.Web));
    }

    [Fact]
    public void FixedCredential_GoesWithTheTurnServersOnly()
    {
        _options.Urls.Add("turn:turn.example.org?transport=tcp");
        _options.Urls.Add("stun:stun.example.org");
        _options.Username = "us\"er";
        _options.Credential = "pass";

        IReadOnlyList<IceServer> servers = Servers();

        Assert.Equal(2, servers.Count);
        Assert.Null(servers[0].Username);
        Assert.Equal(
            ["<turn:turn.example.org?transport=tcp>; rel=\"ice-server\"; username=\"us\\\"er\"; credential=\"pass\"; credential-type=\"password\""],
            servers[1].ToLinkHeaders());
    }

    [Fact]
    public void SharedSecret_GivesCredentialsThatEnd()
    {
        _options.Urls.Add("turn:turn.example.org");
        _options.SharedSecret = "north";
        _options.CredentialLifetime = TimeSpan.FromHours(1);

        IceServer first = Assert.Single(Servers());
        _time.Advance(TimeSpan.FromMinutes(1));
        IceServer second = Assert.Single(Servers());

        // Computed with: printf %s "$username" | openssl dgst -sha1 -hmac north -binary | base64
        long end = (_time.GetUtcNow() + TimeSpan.FromHours(1)).ToUnixTimeSeconds();
        Assert.Equal($"{end}:page", second.Username);
        Assert.Equal($"{end - 60}:page", first.Username);
        Assert.Equal("SA1+uN+NbWxRUtWthXwmxJPLAGI=", second.Credential);
        Assert.DoesNotContain(second.Credential!, second.ToString(), StringComparison.Ordinal);
    }

    private IReadOnlyList<IceServer> Servers() => new IceServers(Options.Create(_options), _time).For("pa:ge");
}
