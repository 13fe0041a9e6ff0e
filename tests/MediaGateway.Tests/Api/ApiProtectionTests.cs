using System.Text;
using MediaGateway.Api;
using MediaGateway.Authorization;
using MediaGateway.Snapshots;
using Xunit;

namespace MediaGateway.Tests.Api;

public sealed class ApiProtectionTests
{
    private const string Key = "0123456789abcdef-the-key";

    public static TheoryData<string, string> Calls => new()
    {
        { "GET", "/api/streams" },
        { "GET", "/api/statistics" },
        { "GET", "/metrics" },
        { "GET", "/api/v1/streams" },
        { "GET", "/api/v1/streams/live/a" },
        { "DELETE", "/api/v1/streams/live/a" },
        { "GET", "/api/v1/sessions" },
        { "DELETE", "/api/v1/sessions/a" },
        { "GET", "/api/v1/connections" },
        { "DELETE", "/api/v1/connections/a" },
        { "GET", "/api/v1/pushes" },
        { "POST", "/api/v1/pushes" },
        { "DELETE", "/api/v1/pushes/a" },
        { "GET", "/API/V1/Pushes" },
        { "POST", "/rest-api/stream/find_all" },
        { "POST", "/rest-api/stream/terminate" },
        { "POST", "/rest-api/connection/find_all" },
        { "POST", "/rest-api/connection/terminate" },
        { "POST", "/rest-api/push/startup" },
        { "POST", "/Rest-Api/push/find_all" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task WithAKey_NobodyCallsWithoutIt(string method, string path)
    {
        await using ApiHost host = await ApiHost.StartAsync(("Api:Key", Key));
        ApiAnswer answer = await host.CallAsync(new HttpMethod(method), path, "{}");
        Assert.Equal((401, "application/problem+json"), (answer.Status, answer.MediaType));
        Assert.Contains("Bearer", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task WithoutAKey_ACallThroughAProxyIsRefusedInWords(string method, string path)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        ApiAnswer answer = await host.CallAsync(new HttpMethod(method), path, "{}", ("X-Forwarded-For", "127.0.0.1"));
        Assert.Equal(403, answer.Status);
        Assert.Contains("Api:Key", answer.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("Host", "attacker.example")]
    [InlineData("Origin", "http://attacker.example")]
    [InlineData("Origin", "null")]
    public async Task WithoutAKey_ProxiesForeignNamesAndForeignPagesAreRefused(string header, string value)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Assert.Equal(403, (await host.GetAsync("/api/v1/streams", (header, value))).Status);
    }

    [Fact]
    public async Task WithoutAKey_ThisMachineMayCall()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Assert.Equal(200, (await host.GetAsync("/api/v1/streams")).Status);
        Assert.Equal(200, (await host.GetAsync("/api/v1/streams", ("Host", "localhost"))).Status);
        Assert.Equal(200, (await host.GetAsync("/api/v1/streams", ("Origin", host.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)))).Status);
    }

    [Fact]
    public async Task Key_IsTakenInEachOfItsForms()
    {
        await using ApiHost host = await ApiHost.StartAsync(("Api:Key", Key));
        string basic = Convert.ToBase64String(Encoding.UTF8.GetBytes("anyone:" + Key));
        foreach ((string name, string value) in new[] { ("Authorization", "Bearer " + Key), ("authorization", "bearer " + Key), ("X-Api-Key", Key), ("Authorization", "Basic " + basic) })
        {
            Assert.Equal(200, (await host.GetAsync("/api/v1/streams", (name, value))).Status);
        }

        // With the key a proxy may stand between.
        Assert.Equal(200, (await host.GetAsync("/api/v1/streams", ("X-Api-Key", Key), ("X-Forwarded-For", "203.0.113.5"))).Status);
    }

    [Theory]
    [InlineData("X-Api-Key", "wrong")]
    [InlineData("X-Api-Key", Key + "x")]
    [InlineData("Authorization", "Bearer wrong")]
    [InlineData("Authorization", "Basic !!!")]
    [InlineData("Authorization", "Basic eDp3cm9uZw==")]
    [InlineData("Authorization", "Digest " + Key)]
    public async Task WrongKey_IsRefused(string header, string value)
    {
        await using ApiHost host = await ApiHost.StartAsync(("Api:Key", Key));
        ApiAnswer answer = await host.GetAsync("/api/v1/streams", (header, value));
        Assert.Equal(401, answer.Status);
        Assert.DoesNotContain(Key, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyInTheAddress_IsNoKey()
    {
        await using ApiHost host = await ApiHost.StartAsync(("Api:Key", Key));
        Assert.Equal(401, (await host.GetAsync($"/api/v1/streams?key={Key}&token={Key}")).Status);
    }

    [Fact]
    public async Task TooManyWrongKeys_EvenTheRightOneMustWait()
    {
        await using ApiHost host = await ApiHost.StartAsync(("Api:Key", Key), ("Api:MaximumFailuresPerMinute", "3"));
        for (int call = 0; call < 3; call++)
        {
            Assert.Equal(401, (await host.GetAsync("/api/v1/streams", ("X-Api-Key", "wrong"))).Status);
        }

        ApiAnswer blocked = await host.GetAsync("/api/v1/streams", ("X-Api-Key", Key));
        Assert.Equal(429, blocked.Status);
        Assert.InRange(int.Parse(blocked.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 1, 60);
    }

    [Fact]
    public async Task HealthAndDescription_StayOpen()
    {
        await using ApiHost host = await ApiHost.StartAsync(("Api:Key", Key));
        Assert.Equal(200, (await host.GetAsync("/health", ("X-Forwarded-For", "203.0.113.5"))).Status);
        Assert.Equal(200, (await host.GetAsync("/healthz", ("X-Forwarded-For", "203.0.113.5"))).Status);
        Assert.Equal(200, (await host.GetAsync("/readyz", ("X-Forwarded-For", "203.0.113.5"))).Status);
        Assert.Equal(200, (await host.GetAsync("/openapi.json")).Status);
    }

    [Fact]
    public async Task EveryEndpointButThose_IsForOperators()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string[] open = [.. host.Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<OperatorOnly>() is null).Select(endpoint => endpoint.RoutePattern.RawText!)];
        // WHIP and WHEP ask access control about every client themselves.
        string[] forms = ["/whip/{name}/", "/whip/{application}/{name}/", "/{application}/{name}/whip/", "/rtc/v1/whip/", "/whip/{application}/{name}/{id}/"];
        IEnumerable<string> ofClients = forms.Concat(forms.Select(form => form.Replace("whip", "whep", StringComparison.Ordinal)));
        const string WhepOfFiles = "/whep/{application}/{folder}/{**file}/";
        // The list of who is live is closed by itself as soon as not everybody may play.
        string[] ofEverybody = [WhepOfFiles, SnapshotEndpoints.ListPath, SnapshotEndpoints.ListPath + "/{application}/{name}.jpg"];
        Assert.Equal(
            ofClients.Concat(ofEverybody).Concat(["/crossdomain.xml", "/health", "/healthz", "/readyz", ApiExtensions.DescriptionPath]).Order(StringComparer.Ordinal),
            open.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task OtherSites_AreGivenNoLeaveAndNoCallback()
    {
        await using ApiHost host = await ApiHost.StartAsync(("Api:Key", Key));
        ApiAnswer preflight = await host.CallAsync(
            HttpMethod.Options, "/api/v1/streams", null, ("Origin", "http://a.example"), ("Access-Control-Request-Method", "GET"));
        Assert.Equal(405, preflight.Status);
        ApiAnswer answer = await host.GetAsync("/api/v1/streams?callback=<script>alert(1)</script>", ("X-Api-Key", Key), ("Origin", "http://a.example"));
        Assert.Equal((200, "application/json", "[]"), (answer.Status, answer.MediaType, answer.Text));
        Assert.DoesNotContain(answer.Headers.Keys, name => name.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }
}
