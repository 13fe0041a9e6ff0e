using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MediaGateway.Api;
using MediaGateway.Authorization;
using MediaGateway.Diagnostics;
using MediaGateway.Servers.Whip;
using Microsoft.AspNetCore.Http.Metadata;
using Xunit;

namespace MediaGateway.Tests.Api;

/// <summary>The description that the program serves says what the program does.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task EveryCall_IsDescribedAndNothingElse()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        IEnumerable<string> mapped = host.Endpoints
            .Where(endpoint => endpoint.Metadata.GetMetadata<OperatorOnly>() is not null || IsOfWhip(endpoint))
            .SelectMany(endpoint => MethodsOf(endpoint).Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}"));
        ApiAnswer document = await host.GetAsync(ApiExtensions.DescriptionPath);
        Assert.Equal("application/json", document.MediaType);
        IEnumerable<string> described = document.Json.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"));
        Assert.Equal(mapped.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    private static IReadOnlyList<string> MethodsOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods;

    // What takes many methods says only that they are not allowed.
    private static bool IsOfWhip(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<ITagsMetadata>()?.Tags.Contains(WhipEndpoints.Tag) is true && MethodsOf(endpoint).Count == 1;

    [Theory]
    [InlineData("Problem", typeof(ProblemReport))]
    [InlineData("Stream", typeof(StreamReport))]
    [InlineData("Session", typeof(SessionReport))]
    [InlineData("Connection", typeof(ConnectionReport))]
    [InlineData("Push", typeof(PushReport))]
    [InlineData("PushRequest", typeof(PushRequest))]
    [InlineData("Recording", typeof(RecordingReport))]
    [InlineData("WcsRecordingRequest", typeof(WcsRecordingRequest))]
    [InlineData("Redirect", typeof(RedirectReport))]
    [InlineData("Node", typeof(NodeReport))]
    [InlineData("NodeChange", typeof(NodeChange))]
    [InlineData("Pull", typeof(PullReport))]
    [InlineData("WcsSnapshotRequest", typeof(WcsSnapshotRequest))]
    [InlineData("WcsSnapshot", typeof(WcsSnapshot))]
    [InlineData("WcsStreamFilter", typeof(WcsStreamFilter))]
    [InlineData("WcsConnectionFilter", typeof(WcsConnectionFilter))]
    [InlineData("WcsPushRequest", typeof(WcsPushRequest), "options")]
    [InlineData("WcsStream", typeof(WcsStream))]
    [InlineData("WcsConnection", typeof(WcsConnection))]
    [InlineData("WcsPush", typeof(WcsPush))]
    public async Task EverySchema_HasThePropertiesOfItsType(string schema, Type type, string? ignored = null)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        JsonElement properties = (await host.GetAsync(ApiExtensions.DescriptionPath)).Json
            .GetProperty("components").GetProperty("schemas").GetProperty(schema).GetProperty("properties");
        JsonTypeInfo info = ApiJsonContext.Default.GetTypeInfo(type)!;
        Assert.Equal(
            info.Properties.Where(property => property.Get is not null).Select(property => property.Name).Order(StringComparer.Ordinal),
            properties.EnumerateObject().Select(property => property.Name).Where(name => name != ignored).Order(StringComparer.Ordinal));
    }
}
