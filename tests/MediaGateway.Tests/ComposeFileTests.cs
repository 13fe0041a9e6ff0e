using System.Text.RegularExpressions;
using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests;

/// <summary><c>docker-compose.yml</c> can be read, and what it says fits the gateway.</summary>
public partial class ComposeFileTests
{
    private const string Gateway = "services/mediagateway";
    private const string Coturn = "services/coturn";

    private static readonly IReadOnlyDictionary<string, string> File =
        ComposeFile.Read(System.IO.File.ReadAllText(RepositoryFiles.PathOf("docker-compose.yml")));

    [Theory]
    [InlineData("a:\n\tb: 1")]
    [InlineData("a: 1\na: 2")]
    [InlineData("a: 1\n  b: 2")]
    [InlineData("  a: 1")]
    [InlineData("a:\n  b")]
    [InlineData("a: \"b")]
    public void WhatIsNoYaml_IsRefused(string text) => Assert.Throws<FormatException>(() => ComposeFile.Read(text));

    [Fact]
    public void Ports_AreThoseOfTheDefaults()
    {
        string[] published = [.. File.Where(entry => entry.Key.StartsWith($"{Gateway}/ports/", StringComparison.Ordinal)).Select(entry => entry.Value.Split(':')[1])];
        Assert.Equal(
            [
                $"{new HttpOptions().Port}", $"{new HttpOptions().TlsPort}", $"{new RtmpOptions().Port}", $"{new RtmpOptions().TlsPort}",
                $"{new WebRtcOptions().Port}/udp", $"{new WebRtcOptions().Port}/tcp",
            ],
            published);
    }

    [Fact]
    public void OpenFiles_AreEnoughForTheConnectionsOfTheDefaults()
    {
        long files = long.Parse(File[$"{Gateway}/ulimits/nofile/hard"], System.Globalization.CultureInfo.InvariantCulture);
        Assert.False(new OpenFileLimit(files, new RtmpOptions().MaximumConnections, new HttpOptions().MaximumConnections).IsShort);
        Assert.Equal(File[$"{Gateway}/ulimits/nofile/hard"], File[$"{Gateway}/ulimits/nofile/soft"]);
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("turn:203.0.113.7:3478", "long random text", 1)]
    public void Settings_AreTakenWithAndWithoutTheTurnServer(string url, string secret, int servers)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(File
            .Where(entry => entry.Key.StartsWith($"{Gateway}/environment/", StringComparison.Ordinal))
            .Select(entry => KeyValuePair.Create(
                entry.Key.Split('/')[^1].Replace("__", ":", StringComparison.Ordinal),
                (string?)Substitute(entry.Value, ("MEDIAGATEWAY_TURN_URL", url), ("MEDIAGATEWAY_TURN_SECRET", secret)))));
        builder.AddGatewayOptions();
        using IHost host = builder.Build();
        host.Services.GetRequiredService<IStartupValidator>().Validate();

        Assert.Equal(["127.0.0.1"], host.Services.GetRequiredService<IOptions<WebRtcOptions>>().Value.AdvertisedAddresses);
        Assert.Equal(servers, new IceServers(host.Services.GetRequiredService<IOptions<IceServerOptions>>(), TimeProvider.System).For("page").Count);
    }

    [Fact]
    public void TurnServer_IsStartedOnDemandWithSharedSecretCredentialsAndReachesTheGatewayOnly()
    {
        Assert.Equal("[\"turn\"]", File[$"{Coturn}/profiles"]);
        string command = File[$"{Coturn}/command/0"];
        Assert.Contains("--use-auth-secret --static-auth-secret=\"$$TURN_SECRET\"", command, StringComparison.Ordinal);
        Assert.Contains("--denied-peer-ip=0.0.0.0-255.255.255.255 --allowed-peer-ip=\"$$GATEWAY_ADDRESS\"", command, StringComparison.Ordinal);
        Assert.Equal("${MEDIAGATEWAY_TURN_SECRET:-}", File[$"{Coturn}/environment/TURN_SECRET"]);
    }

    [Fact]
    public void Monitoring_IsStartedOnDemandAndAnswersThisMachineOnly()
    {
        foreach (string service in new[] { "services/prometheus", "services/grafana" })
        {
            Assert.Equal("[\"monitoring\"]", File[$"{service}/profiles"]);
            Assert.StartsWith("127.0.0.1:", File[$"{service}/ports/0"], StringComparison.Ordinal);
            Assert.False(File.ContainsKey($"{service}/ports/1"));
            IEnumerable<string> mounted = File
                .Where(entry => entry.Key.StartsWith($"{service}/volumes/", StringComparison.Ordinal) && entry.Value.StartsWith("./", StringComparison.Ordinal))
                .Select(entry => RepositoryFiles.PathOf(entry.Value.Split(':')[0]));
            Assert.All(mounted, path => Assert.True(Path.Exists(path), path));
        }

        // The key goes from one setting to the gateway and to the file that Prometheus reads it from.
        Assert.Equal("${MEDIAGATEWAY_API_KEY:-}", File[$"{Gateway}/environment/Api__Key"]);
        Assert.Equal("${MEDIAGATEWAY_API_KEY:-}", File["services/prometheus/environment/API_KEY"]);
        Assert.Contains(">/tmp/mediagateway-key;", File["services/prometheus/command/0"], StringComparison.Ordinal);
        string prometheus = System.IO.File.ReadAllText(RepositoryFiles.PathOf("docker/monitoring/prometheus.yml"));
        Assert.Contains("credentials_file: /tmp/mediagateway-key\n", prometheus, StringComparison.Ordinal);
        Assert.Contains($"targets: [\"mediagateway:{new HttpOptions().Port}\"]", prometheus, StringComparison.Ordinal);
    }

    /// <summary>What Compose makes of <c>${NAME:-default}</c>.</summary>
    private static string Substitute(string value, params (string Name, string Value)[] variables) =>
        Variable().Replace(value, match =>
        {
            string set = variables.FirstOrDefault(variable => variable.Name == match.Groups["name"].Value).Value ?? "";
            return set.Length > 0 ? set : match.Groups["default"].Value;
        });

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+):-(?<default>[^}]*)\}")]
    private static partial Regex Variable();
}
