using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Amf;
using MediaGateway.Servers.Signaling;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Tests.Hooks;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Signaling;

public sealed class SignalingHubTests : SignalingHost
{
    [Fact]
    public async Task PagePublishes_BackendIsAskedWithBothKindsOfParametersAndHearsTheRest()
    {
        await using HubClient page = await ConnectAsync("?c1=a%20b&c2=x");
        Assert.Equal("live", (string?)(await page.CallAsync("ServerInformation"))!["application"]);
        JsonNode answer = (await page.CallAsync("Publish", Offer("camera", ("s1", "v1"))))!;
        Assert.Equal("camera", (string?)answer["streamName"]);
        Assert.Equal("answer", (string?)answer["sdp"]);
        string id = (string)answer["mediaSessionId"]!;

        PeerPublishRequest offer = Assert.Single(Peers.Offers);
        Assert.Equal("live/camera", offer.Key.ToString());
        offer.Observer.MediaFlows(id);
        Assert.Equal(MediaSessionStatus.Publishing, Directory.FindSession(id)!.Status);
        await page.CallAsync("Unpublish", new JsonObject { ["mediaSessionId"] = id });
        Assert.Empty(Directory.Sessions);
        Assert.Single(Directory.Connections);

        Dictionary<string, JsonNode> calls = await CallsUntilAsync("unPublishStream");
        Assert.Equal("""{"c1":"a b","c2":"x"}""", calls["connect"]["custom"]!.ToJsonString());
        Assert.Equal("test browser", (string?)calls["connect"]["clientBrowserVersion"]);
        Assert.Equal("ESTABLISHED", (string?)calls["ConnectionStatusEvent"]["status"]);
        Assert.Equal("""{"s1":"v1"}""", calls["publishStream"]["custom"]!.ToJsonString());
        Assert.Equal("PENDING", (string?)calls["publishStream"]["status"]);
        Assert.Equal(id, (string?)calls["publishStream"]["mediaSessionId"]);
        Assert.Equal("v=0\r\nm=video 9\r\n", (string?)calls["publishStream"]["sdp"]);
        Assert.True((bool?)calls["publishStream"]["hasVideo"]);
        Assert.False((bool?)calls["publishStream"]["hasAudio"]);
        Assert.Equal("Stopped by user", (string?)calls["unPublishStream"]["info"]);
        Assert.Equal((string?)calls["connect"]["sessionId"], (string?)calls["publishStream"]["sessionId"]);
    }

    [Fact]
    public async Task ConnectionOfAPage_IsCountedUntilItHasGone()
    {
        ResourceLedger ledger = App.Services.GetRequiredService<ResourceLedger>();
        await using (HubClient page = await ConnectAsync())
        {
            await page.CallAsync("ServerInformation");
            Assert.Equal(1, ledger.Count(ResourceKind.PageConnection));
        }

        await RtmpServerHost.UntilAsync(() => ledger.Count(ResourceKind.PageConnection) == 0, "it is given back");
    }

    [Fact]
    public async Task PageRestartsIce_OfItsOwnSessionsOnly()
    {
        await using HubClient page = await ConnectAsync();
        await using HubClient other = await ConnectAsync();
        string id = (string)(await page.CallAsync("Publish", Offer("camera")))!["mediaSessionId"]!;
        var request = new JsonObject { ["mediaSessionId"] = id, ["sdp"] = "v=0" };

        Assert.Equal("restarted", (string?)(await page.CallAsync("RestartIce", request.DeepClone()))!["sdp"]);
        Assert.Equal(PageStreams.NoSession, await other.RefusalAsync("RestartIce", request.DeepClone()));
        Peers.Refusal = "Another certificate";
        Assert.Equal("Another certificate", await page.RefusalAsync("RestartIce", request));
    }

    [Fact]
    public async Task SeveralCalls_AskAboutTheConnectionOnce()
    {
        await using HubClient page = await ConnectAsync();
        await page.CallAsync("Publish", Offer("a"));
        await page.CallAsync("ServerInformation");
        await page.CallAsync("Publish", Offer("b"));
        Assert.Single(await MethodsAsync(4), method => method == "connect");
    }

    [Fact]
    public async Task ConnectionsThatWantNothing_AskNobody()
    {
        await using (HubClient page = await ConnectAsync())
        {
        }

        using var http = new HttpClient { BaseAddress = new Uri(App.Urls.First()) };
        await http.GetAsync("/signaling", TestContext.Current.CancellationToken);
        await http.GetAsync("/", TestContext.Current.CancellationToken);
        using var scan = new TcpClient();
        await scan.ConnectAsync(IPAddress.Loopback, http.BaseAddress.Port, TestContext.Current.CancellationToken);
        await scan.GetStream().WriteAsync("\0\u0003junk\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await scan.GetStream().ReadAtLeastAsync(new byte[64], 64, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
        Assert.Equal(0, Backend.Count);
        Assert.Empty(Directory.Connections);
    }

    [Fact]
    public async Task ConnectIsRefused_EveryCallSaysSo()
    {
        Backend.Answer = TestBackend.Status(403, """{"info":"Not before noon"}""");
        await using HubClient page = await ConnectAsync();
        Assert.Equal("Not before noon", await page.RefusalAsync("ServerInformation"));
        Assert.Equal("Not before noon", await page.RefusalAsync("Publish", Offer("camera")));
        Assert.Equal("Not before noon", await page.RefusalAsync("Available", new JsonObject { ["streamName"] = "camera" }));
        Assert.Empty(Peers.Offers);
        Assert.Empty(Directory.Connections);
    }

    [Fact]
    public async Task PublishIsRefused_NothingIsMade()
    {
        Backend.Answer = (context, call) => TestBackend.Status(call.Method == "publishStream" ? 403 : 200, call.Body)(context, call);
        await using HubClient page = await ConnectAsync();
        Assert.Equal("Publishing was refused: restricted access", await page.RefusalAsync("Publish", Offer("camera")));
        Assert.Empty(Peers.Offers);
        Assert.Empty(Directory.Sessions);
    }

    [Fact]
    public async Task OfferIsRefused_TheBackendHearsThatItFailed()
    {
        Peers.Refusal = "Stream name is already in use";
        await using HubClient page = await ConnectAsync();
        Assert.Equal("Stream name is already in use", await page.RefusalAsync("Publish", Offer("camera")));
        JsonNode told = (await CallsUntilAsync("StreamStatusEvent"))["StreamStatusEvent"];
        Assert.Equal("FAILED", (string?)told["status"]);
        Assert.Equal("Stream name is already in use", (string?)told["info"]);
        Assert.Empty(Directory.Sessions);
    }

    [Fact]
    public async Task BackendRenames_TheStreamHasTheNewName()
    {
        Backend.Answer = (context, call) => context.Response.WriteAsync(
            call.Method == "connect"
                ? """{"restClientConfig":{"publishStream":{"restPolicy":"OVERWRITE","restOverwrite":"name"}}}"""
                : """{"name":"other"}""",
            context.RequestAborted);
        await using HubClient page = await ConnectAsync();
        Assert.Equal("other", (string?)(await page.CallAsync("Publish", Offer("camera")))!["streamName"]);
        Assert.Equal("live/other", Assert.Single(Peers.Offers).Key.ToString());
        Assert.Equal("other", Assert.Single(Directory.Sessions).Key.Name);
    }

    [Fact]
    public async Task PageLeavesWhileTheBackendThinks_TheLateYesMakesNothing()
    {
        var left = new TaskCompletionSource();
        var answered = new TaskCompletionSource();
        Backend.Answer = async (context, call) =>
        {
            if (call.Method == "publishStream")
            {
                using CancellationTokenRegistration registration = context.RequestAborted.Register(left.SetResult);
                await left.Task;
            }

            await context.Response.WriteAsync(call.Body, CancellationToken.None);
            answered.TrySetResult();
        };
        await using (HubClient page = await ConnectAsync())
        {
            await page.StartAsync("Publish", Offer("camera"));
            while ((await Backend.NextAsync()).Method != "publishStream")
            {
            }
        }

        await left.Task.WaitAsync(TestBackend.Patience, TestContext.Current.CancellationToken);
        await CallsUntilAsync("ConnectionStatusEvent", body => (string?)body["status"] == "DISCONNECTED");
        Assert.Empty(Peers.Offers);
        Assert.Empty(Directory.Sessions);
        Assert.Empty(Directory.Connections);
    }

    [Fact]
    public async Task StreamOutlivesItsPage_TheConnectionStaysUntilItsEnd()
    {
        string id;
        await using (HubClient page = await ConnectAsync())
        {
            id = (string)(await page.CallAsync("Publish", Offer("camera")))!["mediaSessionId"]!;
        }

        await using HubClient again = await ConnectAsync();
        await again.CallAsync("Resume", new JsonObject { ["mediaSessionId"] = id });
        ClientConnection first = Assert.Single(Directory.Connections);
        Assert.Equal(first, Assert.Single(Directory.Sessions).Connection);
        await again.CallAsync("Unpublish", new JsonObject { ["mediaSessionId"] = id });
        await RtmpServerHost.UntilAsync(() => !Directory.Connections.Contains(first), "the connection is closed");
    }

    [Fact]
    public async Task ConnectionIsEndedFromOutside_ItsStreamsEndAndItCloses()
    {
        await using HubClient page = await ConnectAsync();
        await page.CallAsync("Publish", Offer("camera"));
        Assert.Single(Directory.Connections).End(SessionEndReason.Completed, "Stopped by rest /terminate");
        await page.ClosedAsync();
        Assert.Empty(Directory.Sessions);
        Assert.Equal("Stopped by rest /terminate", (string?)(await CallsUntilAsync("unPublishStream"))["unPublishStream"]["info"]);
    }

    [Fact]
    public async Task TooManyParameters_AreRefused()
    {
        await using HubClient page = await ConnectAsync($"?{string.Join('&', Enumerable.Range(0, PageParameters.Maximum + 1).Select(index => $"p{index}"))}");
        Assert.Equal(PageParameters.TooMany, await page.RefusalAsync("ServerInformation"));
        await using HubClient other = await ConnectAsync($"?{string.Join('&', Enumerable.Range(0, PageParameters.Maximum).Select(index => $"p{index}"))}");
        await other.CallAsync("ServerInformation");
        string tooLong = new('x', PageParameters.MaximumCharacters);
        Assert.Equal(PageParameters.TooMany, await other.RefusalAsync("Publish", Offer("camera", ("a", tooLong))));
        await other.CallAsync("Publish", Offer("camera", ("a", tooLong[1..])));
    }

    [Fact]
    public async Task Available_SaysWhetherTheStreamIsThereToThoseWhoMayKnow()
    {
        using PublishLease lease = App.Services.GetRequiredService<StreamRegistry>()
            .TryPublish(TestHub.Key("camera"), ExpectedTracks.AudioAndVideo, new FakePublisher(), out _)!;
        await using HubClient page = await ConnectAsync();
        Assert.Equal(
            """{"available":true,"info":null,"video":null,"audio":null,"hasBFrames":false,"viewers":0,"levels":[]}""", await AvailableAsync(page, "camera"));
        Assert.StartsWith("""{"available":false,"info":"Stream not found",""", await AvailableAsync(page, "other"), StringComparison.Ordinal);
        Backend.Answer = TestBackend.Status(403);
        Assert.StartsWith(
            """{"available":false,"info":"Playing was refused: restricted access",""", await AvailableAsync(page, "camera"), StringComparison.Ordinal);
        Assert.Equal(3, (await MethodsAsync(5)).Count(method => method == "availableStream"));
    }

    [Fact]
    public async Task Data_GoesIntoTheStreamAndToTheBackend()
    {
        await using HubClient page = await ConnectAsync();
        string id = (string)(await page.CallAsync("Publish", Offer("camera")))!["mediaSessionId"]!;
        await page.CallAsync("SendData", Data(id, JsonNode.Parse("""{"count":23}""")));

        Assert.True(Peers.Data.TryDequeue(out ReadOnlyMemory<byte> message));
        var reader = new Amf0Reader(message.Span, AmfLimits.Default);
        Assert.True(reader.TryRead(out AmfValue? name));
        Assert.Equal("onTextData", name.AsString);
        Assert.True(reader.TryRead(out AmfValue? value));
        Assert.Equal("""{"count":23}""", ((AmfMap)value).Find("text")!.AsString);
        JsonNode told = (await CallsUntilAsync("OnDataEvent"))["OnDataEvent"];
        Assert.Equal("""{"count":23}""", told["payload"]!.ToJsonString());
        Assert.Equal(id, (string?)told["mediaSessionId"]);
    }

    [Fact]
    public async Task Data_OfOthersOrTooMuchOfIt_IsRefused()
    {
        await using HubClient page = await ConnectAsync();
        await using HubClient other = await ConnectAsync();
        string id = (string)(await page.CallAsync("Publish", Offer("camera")))!["mediaSessionId"]!;
        Assert.StartsWith("There is no such media session", await other.RefusalAsync("SendData", Data(id, 1)), StringComparison.Ordinal);
        Assert.StartsWith("There is no such media session", await page.RefusalAsync("SendData", Data("x", 1)), StringComparison.Ordinal);
        string tooLong = new('x', PageStreams.MaximumDataBytes - 1);
        Assert.StartsWith("Data must be JSON", await page.RefusalAsync("SendData", Data(id, tooLong)), StringComparison.Ordinal);
        await page.CallAsync("SendData", Data(id, tooLong[1..]));
    }

    [Fact]
    public void DataBudget_IsTwentyAtOnceAndTenPerSecond()
    {
        var budget = new DataBudget();
        Assert.Equal(DataBudget.Burst, Enumerable.Range(0, 100).Count(_ => budget.TryTake(TimeSpan.FromMinutes(1))));
        Assert.Equal(DataBudget.PerSecond, Enumerable.Range(0, 100).Count(_ => budget.TryTake(TimeSpan.FromSeconds(61))));
    }
}
