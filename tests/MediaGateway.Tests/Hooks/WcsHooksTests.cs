using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MediaGateway.Authorization;
using MediaGateway.Hooks;
using MediaGateway.Recording;
using MediaGateway.Sessions;
using Xunit;

namespace MediaGateway.Tests.Hooks;

public sealed partial class WcsHooksTests : IAsyncLifetime
{
    private TestBackend? _backend;
    private HooksHost? _host;

    private TestBackend Backend => _backend ?? throw new InvalidOperationException("Not started.");

    private HooksHost Host => _host ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _backend = await TestBackend.StartAsync();
        _host = await HooksHost.StartAsync(_backend);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Backend.DisposeAsync();
    }

    // The examples of docs.flashphoner.com, "REST Hooks", with what is random or ours replaced by a dot.
    [Fact]
    public async Task RtmpConnect_IsTheDocumentedBody()
    {
        Assert.True((await Host.ConnectAsync(HookClients.Rtmp(("connectParam1", "val1"), ("connectParam2", "val2")))).IsAllowed);
        TestBackend.Call call = await Backend.NextAsync();
        Assert.Equal("POST /app/connect", call.Line);
        Assert.Equal("application/json; charset=UTF-8", call.ContentType);
        Assert.Equal(
            """{"nodeId":".@192.168.1.1","appKey":"flashStreamingApp","sessionId":"/127.0.0.1:5643/192.168.1.1:1935","useWsTunnel":false""" +
            ""","useWsTunnelPacketization2":false,"useBase64BinaryEncoding":false,"keepAlive":false""" +
            ""","custom":{"connectParam1":"val1","connectParam2":"val2"},"login":"."}""",
            Masked(call));
        Assert.Matches("\"login\":\"[A-Za-z0-9]{20}\"", call.Body);
    }

    [Fact]
    public async Task PageConnect_IsTheDocumentedBody()
    {
        Assert.True((await Host.ConnectAsync(HookClients.Page(("c1", "v1")))).IsAllowed);
        TestBackend.Call call = await Backend.NextAsync();
        Assert.Equal(
            """{"nodeId":".@192.168.1.1","appKey":"defaultApp","sessionId":"/192.168.1.9:51000/192.168.1.1:8080","useWsTunnel":false""" +
            ""","useWsTunnelPacketization2":false,"useBase64BinaryEncoding":false,"mediaProviders":["WebRTC"],"clientVersion":"2.0""" +
            "\"" + ""","clientOSVersion":"5.0 (X11; Linux x86_64)","clientBrowserVersion":"Mozilla/5.0 (X11; Linux x86_64)","keepAlive":false""" +
            ""","origin":"http://192.168.1.1:8080","custom":{"c1":"v1"}}""",
            Masked(call));
    }

    [Fact]
    public async Task RtmpPublish_IsTheDocumentedBody()
    {
        MediaSession session = HookClients.Publisher(HookClients.Rtmp(), ("streamParam1", "val1"), ("streamParam2", "val2"));
        Assert.True((await Host.PublishAsync(session)).IsAllowed);
        TestBackend.Call call = await Backend.NextAsync();
        Assert.Equal("POST /app/publishStream", call.Line);
        Assert.Equal(
            """{"nodeId":".@192.168.1.1","appKey":"flashStreamingApp","sessionId":"/127.0.0.1:5643/192.168.1.1:1935""" +
            "\"" + ""","mediaSessionId":"627990f9-8fe5-4e92-bb2a-863cc4eb43de","name":"stream1","published":true,"hasVideo":false""" +
            ""","hasAudio":true,"status":"NEW","record":true,"width":0,"height":0,"bitrate":0,"minBitrate":0,"maxBitrate":0,"quality":0""" +
            ""","mediaProvider":"Flash","custom":{"streamParam1":"val1","streamParam2":"val2"}}""",
            Masked(call));
    }

    [Fact]
    public async Task RtmpPlay_IsTheDocumentedBody()
    {
        MediaSession session = HookClients.Player(HookClients.Rtmp(), null, ("streamParam1", "val1"));
        Assert.True((await Host.PlayAsync(session)).IsAllowed);
        TestBackend.Call call = await Backend.NextAsync();
        Assert.Equal("POST /app/playStream", call.Line);
        Assert.Equal(
            """{"nodeId":".@192.168.1.1","appKey":"flashStreamingApp","sessionId":"/127.0.0.1:5643/192.168.1.1:1935""" +
            "\"" + ""","mediaSessionId":"stream1/127.0.0.1:5643/192.168.1.1:1935","name":"stream1","published":false,"hasVideo":true""" +
            ""","hasAudio":true,"status":"NEW","record":false,"width":0,"height":0,"bitrate":0,"minBitrate":0,"maxBitrate":0,"quality":0""" +
            ""","mediaProvider":"Flash","custom":{"streamParam1":"val1"}}""",
            Masked(call));
    }

    [Fact]
    public async Task PagePublish_CarriesTheSessionDescription()
    {
        MediaSession session = HookClients.Publisher(HookClients.Page());
        session.Status = MediaSessionStatus.Pending;
        Assert.True((await Host.PublishAsync(session)).IsAllowed);
        JsonNode body = JsonNode.Parse((await Backend.NextAsync()).Body)!;
        Assert.Equal("PENDING", (string?)body["status"]);
        Assert.Equal("v=0\r\n", (string?)body["sdp"]);
        Assert.Equal("WebRTC", (string?)body["mediaProvider"]);
    }

    [Theory]
    [InlineData(403, "", "Publishing was refused: restricted access")]
    [InlineData(401, "", "Publishing was refused: restricted access")]
    [InlineData(403, """{"info":"Not before noon"}""", "Not before noon")]
    [InlineData(403, """{"reason":"a\u0000b\n\ud83d\ude00c"}""", "a?b???c")]
    [InlineData(403, """{"reason":"\ud800"}""", "Publishing was refused: restricted access")]
    [InlineData(200, """{"\ud800":1}""", HookWords.CannotBeAsked)]
    [InlineData(200, """{"name":"a","name":"b"}""", HookWords.CannotBeAsked)]
    [InlineData(403, "<html>", "Publishing was refused: restricted access")]
    [InlineData(404, "{}", HookWords.CannotBeAsked)]
    [InlineData(500, "{}", HookWords.CannotBeAsked)]
    [InlineData(204, "", HookWords.CannotBeAsked)]
    [InlineData(200, "certainly", HookWords.CannotBeAsked)]
    [InlineData(200, "[]", HookWords.CannotBeAsked)]
    [InlineData(200, "{", HookWords.CannotBeAsked)]
    public async Task EveryAnswerButYes_Refuses(int status, string body, string reason)
    {
        Backend.Answer = TestBackend.Status(status, body);
        AccessVerdict refusal = reason == HookWords.CannotBeAsked ? AccessVerdict.TryLater(reason) : AccessVerdict.Refused(reason);
        Assert.Equal(refusal, await Host.PublishAsync(HookClients.Publisher(HookClients.Rtmp())));
    }

    [Theory]
    [InlineData("connect")]
    [InlineData("playStream")]
    public async Task Refusal_HoldsForEachQuestion(string method)
    {
        Backend.Answer = (context, call) => TestBackend.Status(call.Method == method ? 403 : 200, call.Body)(context, call);
        Assert.Equal(method != "connect", (await Host.ConnectAsync(HookClients.Rtmp())).IsAllowed);
        Assert.Equal(method != "playStream", (await Host.PlayAsync(HookClients.Player(HookClients.Rtmp()))).IsAllowed);
        Assert.True((await Host.PublishAsync(HookClients.Publisher(HookClients.Rtmp()))).IsAllowed);
    }

    [Theory]
    [InlineData("""{"restOnError":"LOG"}""", 403, true)]
    [InlineData("""{"restOnError":"log"}""", 500, true)]
    [InlineData("""{"restOnError":"FAIL"}""", 403, false)]
    [InlineData("""{"restOnError":"FAIL"}""", 500, false)]
    [InlineData("""{"restPolicy":"NOTIFY"}""", 403, false)]
    [InlineData("""{"restPolicy":"DISABLE"}""", 403, true)]
    [InlineData("""{"restPolicy":"DISABLED"}""", 500, true)]
    [InlineData("\"nonsense\"", 403, false)]
    public async Task RestClientConfig_DecidesOverErrors(string rule, int status, bool goesOn)
    {
        ClientConnection connection = HookClients.Rtmp();
        Backend.Answer = (context, call) => call.Method == "connect"
            ? context.Response.WriteAsync("""{"restClientConfig":{"playStream":""" + rule + "}}", context.RequestAborted)
            : TestBackend.Status(status)(context, call);
        Assert.True((await Host.ConnectAsync(connection)).IsAllowed);
        Assert.Equal(goesOn, (await Host.PlayAsync(HookClients.Player(connection))).IsAllowed);
        Assert.Equal(rule.Contains("DISABLE", StringComparison.Ordinal) ? 1 : 2, Backend.Count);

        // It holds for that connection only.
        Assert.False((await Host.PlayAsync(HookClients.Player(HookClients.Rtmp()))).IsAllowed);
    }

    [Theory]
    [InlineData("OVERWRITE", "name", "renamed", true, "renamed")]
    [InlineData("OVERWRITE", "custom, name", "renamed", true, "renamed")]
    [InlineData("OVERWRITE", "name", "stream1", true, null)]
    [InlineData("OVERWRITE", "custom", "renamed", true, null)]
    [InlineData("NOTIFY", "name", "renamed", true, null)]
    [InlineData("OVERWRITE", "name", "../etc", false, null)]
    [InlineData("OVERWRITE", "name", "", false, null)]
    public async Task Overwrite_RenamesTheStream(string policy, string fields, string name, bool isAllowed, string? renamed)
    {
        ClientConnection connection = HookClients.Rtmp();
        Backend.Answer = (context, call) => context.Response.WriteAsync(
            call.Method == "connect"
                ? """{"restClientConfig":{"publishStream":""" + $$"""{"restPolicy":"{{policy}}","restOverwrite":"{{fields}}"}""" + "}}"
                : $$"""{"name":"{{name}}"}""",
            context.RequestAborted);
        await Host.ConnectAsync(connection);
        AccessVerdict verdict = await Host.PublishAsync(HookClients.Publisher(connection));
        Assert.Equal(isAllowed, verdict.IsAllowed);
        Assert.Equal(renamed, verdict.StreamName);
    }

    [Theory]
    [InlineData("record", "true", true)]
    [InlineData("name,record", "true", true)]
    [InlineData("name", "true", false)]
    [InlineData("record", "\"true\"", false)]
    public async Task Overwrite_AsksForARecording(string fields, string value, bool isRecorded)
    {
        ClientConnection connection = HookClients.Rtmp();
        Backend.Answer = (context, call) => context.Response.WriteAsync(
            call.Method == "connect"
                ? """{"restClientConfig":{"publishStream":{"restPolicy":"OVERWRITE","restOverwrite":""" + $"\"{fields}\"" + "}}}"
                : """{"record":""" + value + "}",
            context.RequestAborted);
        await Host.ConnectAsync(connection);
        MediaSession session = HookClients.Publisher(connection);
        session.Record = false;
        Assert.True((await Host.PublishAsync(session)).IsAllowed);
        Assert.Equal(isRecorded, session.Record);
    }

    [Theory]
    [InlineData("Recording", null, "RECORDING")]
    [InlineData("Finished", null, "RECORDED")]
    [InlineData("Failed", "No space left on device", "FAILED")]
    [InlineData("Finished", "The gateway ended while it was recorded.", "RECORDED", false)]
    public async Task Recording_IsReported(string stateName, string? reason, string status, bool hasSession = true)
    {
        RecordingState state = Enum.Parse<RecordingState>(stateName);
        MediaSession? session = hasSession ? HookClients.Publisher(HookClients.Rtmp(), ("s1", "v1")) : null;
        Host.Get<IRecordingListener>().RecordingChanged(HookClients.Recorded(state, reason), "/srv/recordings/live/stream1.mp4", session);
        TestBackend.Call call = await Backend.NextAsync();
        Assert.Equal("POST /app/RecordingStatusEvent", call.Line);
        JsonObject body = JsonNode.Parse(call.Body)!.AsObject();
        Assert.Equal(
            [HookClients.PublisherId, "stream1", status, "live/stream1.mp4", "/srv/recordings/live/stream1.mp4"],
            new[] { "mediaSessionId", "name", "status", "recordName", "path" }.Select(field => (string?)body[field]));
        Assert.Equal((1000, 12_340, reason), ((int?)body["size"], (int?)body["duration"], (string?)body["info"]));
    }

    [Fact]
    public async Task RestExclude_LeavesFieldsOut()
    {
        ClientConnection connection = HookClients.Page();
        Backend.Answer = (context, _) => context.Response.WriteAsync(
            """{"restClientConfig":{"publishStream":{"restExclude":"sdp, custom,nodeId"}}}""", context.RequestAborted);
        await Host.ConnectAsync(connection);
        await Host.PublishAsync(HookClients.Publisher(connection, ("s1", "v1")));
        await Backend.NextAsync();
        JsonObject body = JsonNode.Parse((await Backend.NextAsync()).Body)!.AsObject();
        Assert.False(body.ContainsKey("sdp") || body.ContainsKey("custom") || body.ContainsKey("nodeId"));
        Assert.Equal("stream1", (string?)body["name"]);
    }

    [Fact]
    public async Task Events_FollowTheSessionsInOrder()
    {
        ClientConnection connection = HookClients.Rtmp();
        MediaSession session = HookClients.Player(connection);
        await Host.ConnectAsync(connection);
        Host.Directory.Open(connection);
        await Host.PlayAsync(session);
        Host.Directory.Change(session, MediaSessionStatus.Pending);
        Host.Directory.Change(session, MediaSessionStatus.Playing);
        Host.Directory.Change(session, MediaSessionStatus.Paused);
        Host.Directory.Change(session, MediaSessionStatus.Playing);
        Host.Directory.Change(session, MediaSessionStatus.Stopped, "Stopped by user");
        Host.Directory.Close(connection);

        List<string> seen = [];
        while (!seen.Contains("ConnectionStatusEvent DISCONNECTED"))
        {
            TestBackend.Call call = await Backend.NextAsync();
            seen.Add($"{call.Method} {(string?)JsonNode.Parse(call.Body)!["status"]}");
        }

        // The two questions go beside the events.
        Assert.Equal(["connect ", "playStream NEW"], seen.Where(call => call is "connect " or "playStream NEW"));
        Assert.Equal(
            [
                "ConnectionStatusEvent ESTABLISHED", "StreamStatusEvent PLAYING", "pauseStream PAUSED", "StreamStatusEvent PAUSED",
                "StreamStatusEvent PLAYING", "stopStream STOPPED", "StreamStatusEvent STOPPED", "ConnectionStatusEvent DISCONNECTED",
            ],
            seen.Where(call => call is not ("connect " or "playStream NEW")));
    }

    [Fact]
    public async Task PublisherThatStopped_AndOneThatFailed_AreToldApart()
    {
        ClientConnection connection = HookClients.Rtmp();
        MediaSession session = HookClients.Publisher(connection);
        Host.Directory.Change(session, MediaSessionStatus.Publishing);
        Host.Directory.Change(session, MediaSessionStatus.Unpublished, "Stopped by publisher stop");
        Host.Directory.Change(HookClients.Publisher(connection), MediaSessionStatus.Failed, "Failed by RTP activity");
        List<string> seen = [];
        for (int index = 0; index < 4; index++)
        {
            TestBackend.Call call = await Backend.NextAsync();
            JsonNode body = JsonNode.Parse(call.Body)!;
            seen.Add($"{call.Method} {(string?)body["status"]} {(string?)body["info"]}".TrimEnd());
        }

        Assert.Equal(
            [
                "StreamStatusEvent PUBLISHING", "unPublishStream UNPUBLISHED Stopped by publisher stop",
                "StreamStatusEvent UNPUBLISHED Stopped by publisher stop", "StreamStatusEvent FAILED Failed by RTP activity",
            ],
            seen);
    }

    [Fact]
    public async Task ConnectionStatusEvent_IsTheConnectBodyWithTokenAndStatus()
    {
        ClientConnection connection = HookClients.Rtmp();
        await Host.ConnectAsync(connection);
        Host.Directory.Open(connection);
        JsonObject asked = JsonNode.Parse((await Backend.NextAsync()).Body)!.AsObject();
        JsonObject told = JsonNode.Parse((await Backend.NextAsync()).Body)!.AsObject();
        Assert.Equal([.. asked.Select(field => field.Key), "authToken", "status"], told.Select(field => field.Key));
        Assert.Equal((string?)asked["login"], (string?)told["login"]);
        Assert.Equal("ESTABLISHED", (string?)told["status"]);
    }

    [Fact]
    public async Task OddParameters_AreTextsOfValidJson()
    {
        MediaSession session = HookClients.Publisher(
            HookClients.Rtmp(), ("a", "1"), ("a", "2"), ("\"", "\\\u0000\ud800</script>"), ("", ""), ("n", "12"));
        await Host.PublishAsync(session);
        JsonObject custom = JsonNode.Parse((await Backend.NextAsync()).Body)!["custom"]!.AsObject();
        Assert.Equal(["a", "\"", "", "n"], custom.Select(field => field.Key));
        Assert.Equal("2", (string?)custom["a"]);
        Assert.Equal("\\\u0000\ufffd</script>", (string?)custom["\""]);
        Assert.Equal("12", (string?)custom["n"]);
    }

    private static string Masked(TestBackend.Call call) => Random().Replace(call.Body, "$1.$2");

    [GeneratedRegex("(\"nodeId\":\"|\"login\":\")[A-Za-z0-9]+([@\"])")]
    private static partial Regex Random();
}
