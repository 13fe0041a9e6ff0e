using System.Text.Json;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Api;

/// <summary>The WCS-style calls: bodies and statuses as programs written for WCS expect them.</summary>
public sealed class WcsApiTests
{
    private const string Injection = "\"><img src=x onerror=alert(1)>";

    [Theory]
    [InlineData("/rest-api/stream/find_all", null)]
    [InlineData("/rest-api/stream/find", """{"name":"a"}""")]
    [InlineData("/rest-api/stream/terminate", """{"mediaSessionId":"x"}""")]
    [InlineData("/rest-api/stream/terminate", """{"mediaSessionIds":["x","y"]}""")]
    [InlineData("/rest-api/connection/find_all", null)]
    [InlineData("/rest-api/connection/find", """{"appKey":"a"}""")]
    [InlineData("/rest-api/connection/terminate", """{"sessionId":"x"}""")]
    [InlineData("/rest-api/push/find_all", null)]
    [InlineData("/rest-api/push/find", """{"streamName":"a"}""")]
    [InlineData("/rest-api/push/terminate", """{"mediaSessionId":"x"}""")]
    public async Task NothingThere_IsNotFound(string path, string? body)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        ApiAnswer answer = await host.PostAsync(path, body);
        Assert.Equal((404, "application/problem+json"), (answer.Status, answer.MediaType));
    }

    [Theory]
    [InlineData("/rest-api/stream/find", "{")]
    [InlineData("/rest-api/stream/find", "null")]
    [InlineData("/rest-api/stream/find", "[1]")]
    [InlineData("/rest-api/stream/find", """{"name":1}""")]
    [InlineData("/rest-api/stream/terminate", "{}")]
    [InlineData("/rest-api/connection/find", "x")]
    [InlineData("/rest-api/connection/terminate", "{}")]
    [InlineData("/rest-api/push/startup", "{}")]
    [InlineData("/rest-api/push/find", "[]")]
    [InlineData("/rest-api/push/terminate", "{}")]
    public async Task WhatCannotBeUnderstood_IsABadRequest(string path, string body)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Enter(host.Connect(), "a", isPublisher: true);
        ApiAnswer answer = await host.PostAsync(path, body);
        Assert.Equal((400, "application/problem+json"), (answer.Status, answer.MediaType));
        Assert.NotEmpty(answer.Detail!);
        Assert.Empty(host.Ended);
    }

    [Fact]
    public async Task DeepJson_IsABadRequest()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Assert.Equal(400, (await host.PostAsync("/rest-api/stream/find", new string('[', 10_000))).Status);
    }

    [Theory]
    [InlineData("/rest-api/stream/find_all")]
    [InlineData("/rest-api/push/terminate")]
    public async Task OnlyPost_IsTaken(string path)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Assert.Equal(405, (await host.GetAsync(path)).Status);
    }

    [Fact]
    public async Task BodyOfAnotherType_IsNotRead()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using var content = new StringContent("""{"mediaSessionId":"id-of-a"}""", System.Text.Encoding.UTF8, "text/plain");
        host.Enter(host.Connect(), "a", isPublisher: true);
        using HttpResponseMessage response = await host.Client.PostAsync("/rest-api/stream/terminate", content, TestContext.Current.CancellationToken);
        Assert.Equal(415, (int)response.StatusCode);
        Assert.Empty(host.Ended);
    }

    [Fact]
    public async Task Streams_AreListedFieldForField()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using PublishLease lease = host.Publish("a");
        lease.Publish(new TestFrames(host.Buffers).Key(0));
        ClientConnection connection = host.Connect();
        host.Enter(connection, "a", isPublisher: true, ("streamParam1", "val1"), ("token", "secret"));
        JsonElement stream = (await host.PostAsync("/rest-api/stream/find_all")).Json[0];
        Assert.Equal(32, stream.GetProperty("nodeId").GetString()!.Length);
        Dictionary<string, string> fields = stream.EnumerateObject()
            .Where(field => field.Name is not ("nodeId" or "bitrate")).ToDictionary(field => field.Name, field => field.Value.GetRawText());
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["custom"] = """{"streamParam1":"val1","token":"****"}""",
                ["appKey"] = "\"flashStreamingApp\"",
                ["sessionId"] = "\"/192.0.2.1:5643/192.0.2.9:1935\"",
                ["mediaSessionId"] = "\"id-of-a\"",
                ["name"] = "\"a\"",
                ["published"] = "true",
                ["hasVideo"] = "true",
                ["hasAudio"] = "true",
                ["status"] = "\"PUBLISHING\"",
                ["sdp"] = "null",
                ["info"] = "null",
                ["record"] = "false",
                ["width"] = "640",
                ["height"] = "360",
                ["quality"] = "0",
                ["mediaProvider"] = "\"Flash\"",
            },
            fields);
    }

    [Theory]
    [InlineData("""{"name":"a"}""", "id-of-a a/192.0.2.1:5643/192.0.2.9:1935")]
    [InlineData("""{"name":"live/a","published":true}""", "id-of-a")]
    [InlineData("""{"published":false}""", "a/192.0.2.1:5643/192.0.2.9:1935")]
    [InlineData("""{"status":"PUBLISHING","display":["metrics"]}""", "id-of-a id-of-b")]
    [InlineData("""{"mediaSessionId":"id-of-b"}""", "id-of-b")]
    [InlineData("{}", "id-of-a a/192.0.2.1:5643/192.0.2.9:1935 id-of-b")]
    public async Task Streams_AreFoundByEachField(string filter, string expected)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        ClientConnection connection = host.Connect();
        host.Enter(connection, "a", isPublisher: true);
        host.Enter(connection, "a", isPublisher: false);
        host.Enter(host.Connect("192.0.2.2:1", ClientConnection.PageApplication), "b", isPublisher: true);
        ApiAnswer answer = await host.PostAsync("/rest-api/stream/find", filter);
        string[] found = [.. answer.Json.EnumerateArray().Select(stream => stream.GetProperty("mediaSessionId").GetString()!)];
        Assert.Equal(expected.Split(' ').Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"mediaSessionId":"id-of-a"}""", "a")]
    [InlineData("""{"mediaSessionIds":["id-of-a","id-of-b","other"]}""", "a b")]
    [InlineData("""{"name":"b","status":"PUBLISHING"}""", "b")]
    public async Task TerminatedStreams_AreToldInTheWordsOfWcs(string filter, string expected)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        ClientConnection connection = host.Connect();
        host.Enter(connection, "a", isPublisher: true);
        host.Enter(connection, "b", isPublisher: true);
        ApiAnswer answer = await host.PostAsync("/rest-api/stream/terminate", filter);
        Assert.Equal((200, ""), (answer.Status, answer.Text));
        Assert.Equal(expected.Split(' ').Select(name => $"{name} Terminated Stopped by rest /terminate"), host.Ended.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Connections_AreListedFoundAndTerminated()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Connect("192.0.2.1:5643", userAgent: "LNX 9,0,124,2", parameters: ("connectParam1", "val1"));
        host.Connect("192.0.2.2:1", ClientConnection.PageApplication, "Mozilla/5.0");
        JsonElement all = (await host.PostAsync("/rest-api/connection/find_all")).Json;
        Assert.Equal(2, all.GetArrayLength());
        JsonElement one = (await host.PostAsync("/rest-api/connection/find", """{"appKey":"flashStreamingApp","clientVersion":"LNX 9,0,124,2"}""")).Json[0];
        Assert.Equal("/192.0.2.1:5643/192.0.2.9:1935", one.GetProperty("sessionId").GetString());
        Assert.Equal("""{"connectParam1":"val1"}""", one.GetProperty("custom").GetRawText());
        Assert.Equal("""["Flash"]""", one.GetProperty("mediaProviders").GetRawText());
        Assert.Equal("ESTABLISHED", one.GetProperty("status").GetString());
        ApiAnswer ended = await host.PostAsync("/rest-api/connection/terminate", """{"sessionId":"/192.0.2.2:1/192.0.2.9:1935"}""");
        Assert.Equal(200, ended.Status);
        Assert.Equal(["192.0.2.2:1 Terminated Stopped by rest /terminate"], host.Ended);
    }

    // RELIABILITY 2.3, the row of consoles: what clients say is text and nothing else.
    [Fact]
    public async Task TextsOfClients_ComeBackWithoutACharacterOfHtml()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        ClientConnection connection = host.Connect(userAgent: Injection, parameters: (Injection, Injection));
        host.Enter(connection, "a", isPublisher: true, ("x", Injection));
        foreach (string path in new[] { "/rest-api/stream/find_all", "/rest-api/connection/find_all" })
        {
            ApiAnswer answer = await host.PostAsync(path);
            Assert.Equal(("application/json", "nosniff"), (answer.MediaType, answer.Headers["X-Content-Type-Options"]));
            Assert.DoesNotContain('<', answer.Text);
            Assert.DoesNotContain('>', answer.Text);
            Assert.Contains("\\u003Cimg", answer.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("<", (await host.GetAsync("/api/v1/connections")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<", (await host.PostAsync("/rest-api/stream/find", $$"""{"name":"<script>"}""")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_SaysLittle()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        ApiAnswer answer = await host.GetAsync("/health");
        Assert.Equal(["status", "uptimeSeconds", "streams"], answer.Json.EnumerateObject().Select(field => field.Name));
    }
}
