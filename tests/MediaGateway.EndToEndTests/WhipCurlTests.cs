using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Tools;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>What curl is answered by WHIP and WHEP, with headers as they are on the wire. Needs curl.</summary>
[Collection(Lane.Programs)]
public sealed class WhipCurlTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task Headers_AreThoseOfTheStandard()
    {
        using WorkFolder folder = new();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?> { ["IceServers__Urls__0"] = "stun:stun.example:3478" });
        string endpoint = new Uri(gateway.Page, "whip/curl").AbsoluteUri;
        string offer = folder.File("offer.sdp");
        await File.WriteAllTextAsync(offer, TestPublisher.Offer(), TestContext.Current.CancellationToken);

        string preflight = await CurlAsync(
            "-X", "OPTIONS", "-H", "Origin: https://pages.example", "-H", "Access-Control-Request-Method: POST",
            "-H", "Access-Control-Request-Headers: authorization,content-type", endpoint);
        AssertHas(
            preflight, "HTTP/1.1 204", "Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: OPTIONS, POST",
            "Access-Control-Allow-Headers: Authorization, Content-Type, If-Match", "Accept-Post: application/sdp", "Link: <stun:stun.example:3478>; rel=\"ice-server\"");

        string[] post = ["-X", "POST", "-H", "Origin: https://pages.example", "-H", "Content-Type: application/sdp", "-H", "Authorization: Bearer anna:secret", "--data-binary", $"@{offer}"];
        string opened = await CurlAsync([.. post, endpoint]);
        AssertHas(
            opened, "HTTP/1.1 201", "Content-Type: application/sdp", "Location: /whip/live/curl/", "ETag: \"", "Accept-Patch: application/trickle-ice-sdpfrag",
            "Access-Control-Allow-Origin: *", "Access-Control-Expose-Headers: Location, ETag, Link", "Link: <stun:stun.example:3478>; rel=\"ice-server\"",
            "X-Content-Type-Options: nosniff", "Cache-Control: no-store", "a=setup:passive", "a=ice-lite", "a=recvonly");
        string session = new Uri(gateway.Page, HeaderOf(opened, "Location")).AbsoluteUri;

        AssertHas(await CurlAsync([.. post, endpoint]), "HTTP/1.1 409", "Content-Type: application/problem+json", "\"detail\":");
        AssertHas(await CurlAsync([.. post, new Uri(gateway.Page, "whep/nobody").AbsoluteUri]), "HTTP/1.1 404", "Retry-After: 2");
        AssertHas(await CurlAsync(endpoint), "HTTP/1.1 405", "Allow: OPTIONS, POST");
        AssertHas(await CurlAsync("-X", "POST", "-H", "Content-Type: text/plain", "-d", "v=0", endpoint), "HTTP/1.1 415", "Accept-Post: application/sdp");
        AssertHas(await CurlAsync("-X", "DELETE", session), "HTTP/1.1 401", "WWW-Authenticate: Bearer");
        AssertHas(await CurlAsync("-X", "DELETE", "-H", "Authorization: Bearer anna:secret", session), "HTTP/1.1 200");
        AssertHas(await CurlAsync("-X", "DELETE", "-H", "Authorization: Bearer anna:secret", session), "HTTP/1.1 404");
        Assert.DoesNotContain("secret", gateway.Log, StringComparison.Ordinal);
    }

    private static Task<string> CurlAsync(params string[] arguments) =>
        ToolProcess.RunAsync(Tool.Require("curl"), ["-s", "-i", "-m", "10", .. arguments], Limit);

    private static void AssertHas(string answer, params string[] parts) =>
        Assert.All(parts, part => Assert.Contains(part, answer, StringComparison.OrdinalIgnoreCase));

    private static string HeaderOf(string answer, string name) =>
        answer.Split('\n').First(line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))[(name.Length + 1)..].Trim();
}
