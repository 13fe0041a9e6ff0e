using System.Text.Json;
using MediaGateway.Diagnostics;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Api;

public sealed class ModernApiTests
{
    [Theory]
    [InlineData("/api/v1/streams")]
    [InlineData("/api/v1/sessions")]
    [InlineData("/api/v1/connections")]
    [InlineData("/api/v1/pushes")]
    public async Task NothingThere_IsAnEmptyList(string path)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        ApiAnswer answer = await host.GetAsync(path);
        Assert.Equal((200, "application/json", "[]"), (answer.Status, answer.MediaType, answer.Text));
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
    }

    [Theory]
    [InlineData("/api/v1/streams/live/a")]
    [InlineData("/api/v1/streams/../a")]
    [InlineData("/api/v1/streams/live/%252e%252e")]
    [InlineData("/api/v1/streams/live/a%2Fb")]
    [InlineData("/api/v1/sessions/x")]
    [InlineData("/api/v1/connections/x")]
    [InlineData("/api/v1/pushes/x")]
    public async Task WhatIsNotThere_IsNotFound(string path)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Assert.Equal(404, (await host.GetAsync(path)).Status);
        Assert.Equal(404, (await host.DeleteAsync(path)).Status);
    }

    [Fact]
    public async Task Stream_IsShownAndEnded()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        var publisher = new FakePublisher();
        using PublishLease lease = host.Publish("a", publisher);
        Assert.Equal("live/a", (await host.GetAsync("/api/v1/streams")).Json[0].GetProperty("key").GetString());
        Assert.Equal("live/a", (await host.GetAsync("/api/v1/streams/live/a")).Json.GetProperty("key").GetString());
        Assert.Equal((204, ""), await StatusAsync(host.DeleteAsync("/api/v1/streams/live/a")));
        Assert.Equal(SessionEndReason.Terminated, publisher.Ended);
    }

    [Fact]
    public async Task Sessions_AreListedFilteredShownAndEnded()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        ClientConnection connection = host.Connect();
        host.Enter(connection, "a", isPublisher: true, ("key", "secret"));
        host.Enter(connection, "a", isPublisher: false);
        host.Enter(connection, "b", isPublisher: false);
        Assert.Equal(3, (await host.GetAsync("/api/v1/sessions")).Json.GetArrayLength());
        JsonElement player = (await host.GetAsync("/api/v1/sessions?stream=live/a&role=play")).Json.EnumerateArray().Single();
        Assert.Equal(("live/a", "play", "playing", "rtmp"), (Text(player, "stream"), Text(player, "role"), Text(player, "status"), Text(player, "protocol")));
        Assert.Equal("a/192.0.2.1:5643/192.0.2.9:1935", Text(player, "mediaSessionId"));
        string path = $"/api/v1/sessions/{Text(player, "id")}";
        Assert.Equal(Text(player, "id"), Text((await host.GetAsync(path)).Json, "id"));
        Assert.Equal((204, ""), await StatusAsync(host.DeleteAsync(path)));
        Assert.Equal(["a Terminated Stopped by rest /terminate"], host.Ended);
    }

    [Fact]
    public async Task Connections_AreListedWithoutSecretsShownAndEnded()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Connect(parameters: [("token", "secret"), ("c1", "v1")]);
        JsonElement connection = (await host.GetAsync("/api/v1/connections")).Json[0];
        Assert.Equal("rtmp://192.0.2.9/live?****", Text(connection, "tcUrl"));
        Assert.Equal("""{"token":"****","c1":"v1"}""", connection.GetProperty("parameters").GetRawText());
        string path = $"/api/v1/connections/{Text(connection, "id")}";
        Assert.Equal(200, (await host.GetAsync(path)).Status);
        Assert.Equal((204, ""), await StatusAsync(host.DeleteAsync(path)));
        Assert.Equal(["192.0.2.1:5643 Terminated Stopped by rest /terminate"], host.Ended);
    }

    [Fact]
    public async Task Redirects_AreSetListedAndRemoved()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Assert.Equal("[]", (await host.GetAsync("/api/v1/redirects")).Text);
        Assert.Equal(204, (await host.CallAsync(HttpMethod.Put, "/api/v1/redirects/live", """{"address":"rtmp://other/live"}""")).Status);
        Assert.Equal(204, (await host.CallAsync(HttpMethod.Put, "/api/v1/redirects/*", """{"address":"rtmps://third"}""")).Status);
        Assert.Equal(
            """[{"application":"*","address":"rtmps://third"},{"application":"live","address":"rtmp://other/live"}]""",
            (await host.GetAsync("/api/v1/redirects")).Text);
        Assert.Equal("rtmp://other/live", host.Redirects.Find("live", "live", "rtmp://here/live"));
        Assert.Equal("rtmps://third/any", host.Redirects.Find("any", "any", "rtmp://here/any"));
        Assert.Equal(204, (await host.DeleteAsync("/api/v1/redirects/live")).Status);
        Assert.Equal(204, (await host.DeleteAsync("/api/v1/redirects/*")).Status);
        Assert.Equal(404, (await host.DeleteAsync("/api/v1/redirects/*")).Status);
        Assert.Null(host.Redirects.Find("live", "live", "rtmp://here/live"));
    }

    [Theory]
    [InlineData("live", "{}")]
    [InlineData("live", """{"address":"http://other/live"}""")]
    [InlineData("live", """{"address":"rtmp://"}""")]
    [InlineData("a%20b", """{"address":"rtmp://other/live"}""")]
    public async Task RedirectThatCannotBe_IsABadRequest(string application, string body)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Assert.Equal(400, (await host.CallAsync(HttpMethod.Put, $"/api/v1/redirects/{application}", body)).Status);
        Assert.Empty(host.Redirects.Current);
    }

    [Fact]
    public async Task Nodes_AreListedAndDrained()
    {
        await using ApiHost host = await ApiHost.StartAsync(
            ("Relay:Nodes:0:Address", "rtmp://edge1:1940/"), ("Relay:Nodes:0:Weight", "3"), ("Relay:Nodes:1:Address", "rtmps://edge2"),
            ("Relay:Nodes:1:HttpAddress", "https://edge2/"));
        Assert.Equal(204, (await host.CallAsync(HttpMethod.Put, "/api/v1/nodes/edge1:1940", """{"drain":true}""")).Status);
        Assert.Equal(404, (await host.CallAsync(HttpMethod.Put, "/api/v1/nodes/edge3", """{"drain":true}""")).Status);
        Assert.Equal(400, (await host.CallAsync(HttpMethod.Put, "/api/v1/nodes/edge2", "{}")).Status);
        Assert.Equal(
            """[{"id":"edge1:1940","address":"rtmp://edge1:1940","httpAddress":null,"weight":3,"drain":true},"""
            + """{"id":"edge2","address":"rtmps://edge2","httpAddress":"https://edge2","weight":1,"drain":false}]""",
            (await host.GetAsync("/api/v1/nodes")).Text);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static async Task<(int, string)> StatusAsync(Task<ApiAnswer> call)
    {
        ApiAnswer answer = await call;
        return (answer.Status, answer.Text);
    }
}
