using System.Text.Json;
using System.Text.RegularExpressions;
using MediaGateway.Tests.Api;
using Xunit;

namespace MediaGateway.Tests.Diagnostics.Export;

/// <summary>The dashboard and the document ask for what the gateway tells.</summary>
public sealed partial class DashboardTests
{
    private const string Dashboard = "docker/monitoring/grafana/dashboards/mediagateway.json";

    [Fact]
    public async Task EveryQuery_AsksForWhatThereIs()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        HashSet<string> known = Names((await host.GetAsync("/metrics")).Text);
        string[] asked = [.. Queries().SelectMany(query => Metric().Matches(query).Select(match => match.Value)).Distinct()];
        Assert.True(asked.Length > 20, "The queries were not found.");
        Assert.Equal([], asked.Where(name => !known.Contains(name)));
    }

    [Fact]
    public async Task EveryMetricOfTheDocument_IsThere()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        HashSet<string> known = Names((await host.GetAsync("/metrics")).Text);
        string document = File.ReadAllText(RepositoryFiles.PathOf("docs/operations.md"));
        string[] named = [.. Quoted().Matches(document).Select(match => match.Groups["name"].Value).Distinct()];
        Assert.True(named.Length > 20, "The names were not found.");
        Assert.Equal([], named.Where(name => !known.Contains(name)));
    }

    private static HashSet<string> Names(string text)
    {
        HashSet<string> names = [];
        foreach (Match match in Kind().Matches(text))
        {
            string name = match.Groups["name"].Value;
            names.Add(name);
            if (match.Groups["type"].Value == "histogram")
            {
                names.UnionWith([name + "_bucket", name + "_sum", name + "_count"]);
            }
        }

        return names;
    }

    private static List<string> Queries()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.PathOf(Dashboard)));
        List<string> queries = [];
        foreach (JsonElement panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            if (panel.TryGetProperty("targets", out JsonElement targets))
            {
                queries.AddRange(targets.EnumerateArray().Select(target => target.GetProperty("expr").GetString()!)); // Every target has one.
            }
        }

        queries.AddRange(dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray().Select(variable => variable.GetProperty("query").GetString()!));
        return queries;
    }

    [GeneratedRegex("(?:mediagateway|dotnet)_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex("`(?<name>(?:mediagateway|dotnet)_[a-z_]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex("^# TYPE (?<name>[a-z_]+) (?<type>[a-z]+)$", RegexOptions.Multiline)]
    private static partial Regex Kind();
}
