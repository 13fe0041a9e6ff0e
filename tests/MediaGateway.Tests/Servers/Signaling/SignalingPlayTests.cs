using System.Net;
using System.Text.Json.Nodes;
using MediaGateway.Api;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Amf;
using MediaGateway.Servers.Signaling;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Tests.Hooks;
using Xunit;

namespace MediaGateway.Tests.Servers.Signaling;

public sealed class SignalingPlayTests : SignalingHost
{
    [Fact]
    public async Task PagePlays_BackendIsAskedAndBothHearHowItFares()
    {
        await using HubClient page = await ConnectAsync("?c1=x");
        JsonNode answer = (await page.CallAsync("Play", Offer("camera", ("s1", "v1"))))!;
        string id = (string)answer["mediaSessionId"]!;
        Assert.Equal("""{"mediaSessionId":"ID","streamName":"camera","sdp":"answer"}""", answer.ToJsonString().Replace(id, "ID", StringComparison.Ordinal));

        PeerPlayRequest play = Assert.Single(Peers.Plays);
        Assert.Equal("live/camera", play.Key.ToString());
        Assert.False(play.IsSilent);
        Assert.Equal(MediaSessionStatus.Pending, Directory.FindSession(id)!.Status);
        play.Observer.MediaFlows(id);
        Assert.Equal(MediaSessionStatus.Playing, Directory.FindSession(id)!.Status);
        AssertStatus(await page.NextAsync(), id, "PLAYING", null);

        play.Observer.Ended(id, SessionEndReason.Completed, IPeerSessions.StoppedByPublisher);
        AssertStatus(await page.NextAsync(), id, "STOPPED", IPeerSessions.StoppedByPublisher);
        Assert.Empty(Directory.Sessions);
        Dictionary<string, JsonNode> calls = await CallsUntilAsync("stopStream");
        Assert.Equal("""{"s1":"v1"}""", calls["playStream"]["custom"]!.ToJsonString());
        Assert.False((bool?)calls["playStream"]["published"]);
        Assert.Equal("PLAYING", (string?)calls["StreamStatusEvent"]["status"]);
        Assert.Equal(IPeerSessions.StoppedByPublisher, (string?)calls["stopStream"]["info"]);
        Assert.DoesNotContain("publishStream", calls.Keys);
    }

    [Fact]
    public async Task PageStops_ItIsStoppedByTheUser()
    {
        await using HubClient page = await ConnectAsync();
        string id = (string)(await page.CallAsync("Play", Offer("camera")))!["mediaSessionId"]!;
        await page.CallAsync("Stop", Named(id));
        AssertStatus(await page.NextAsync(), id, "STOPPED", "Stopped by user");
        Assert.Equal("Stopped by user", (string?)(await CallsUntilAsync("stopStream"))["stopStream"]["info"]);
    }

    [Theory]
    [InlineData("/rest-api/stream/terminate")]
    [InlineData("/api/v1/sessions/")]
    public async Task OperatorEndsAPlayer_PageAndBackendAreToldSo(string path)
    {
        await using HubClient page = await ConnectAsync();
        string id = (string)(await page.CallAsync("Play", Offer("camera")))!["mediaSessionId"]!;
        Assert.Single(Peers.Plays).Observer.MediaFlows(id);
        AssertStatus(await page.NextAsync(), id, "PLAYING", null);
        JsonNode listed = Assert.Single(JsonNode.Parse((await OperateAsync(HttpMethod.Get, "/api/v1/sessions?role=play")).Body)!.AsArray())!;
        Assert.Equal(("live/camera", "webrtc"), ((string?)listed["stream"], (string?)listed["protocol"]));
        JsonNode wcs = Assert.Single(JsonNode.Parse((await OperateAsync(HttpMethod.Post, "/rest-api/stream/find_all")).Body)!.AsArray())!;
        Assert.Equal((id, "PLAYING", false), ((string?)wcs["mediaSessionId"], (string?)wcs["status"], (bool?)wcs["published"]));

        bool isWcs = path.EndsWith("terminate", StringComparison.Ordinal);
        (HttpStatusCode status, _) = isWcs
            ? await OperateAsync(HttpMethod.Post, path, Named(id).ToJsonString())
            : await OperateAsync(HttpMethod.Delete, path + (string?)listed["id"]);

        Assert.Equal(isWcs ? HttpStatusCode.OK : HttpStatusCode.NoContent, status);
        AssertStatus(await page.NextAsync(), id, "FAILED", WcsEndpoints.TerminationWords);
        Assert.Empty(Directory.Sessions);
        await CallsUntilAsync(
            "StreamStatusEvent", body => ((string?)body["status"], (string?)body["info"]) == ("FAILED", WcsEndpoints.TerminationWords));
    }

    [Fact]
    public async Task PlayerIsLost_ItFailsInTheWordsOfWcs()
    {
        await using HubClient page = await ConnectAsync();
        string id = (string)(await page.CallAsync("Play", Offer("camera")))!["mediaSessionId"]!;
        Assert.Single(Peers.Plays).Observer.Ended(id, SessionEndReason.Timeout, "Nothing came.");
        AssertStatus(await page.NextAsync(), id, "FAILED", "Nothing came.");
        JsonNode told = (await CallsUntilAsync("StreamStatusEvent"))["StreamStatusEvent"];
        Assert.Equal("FAILED", (string?)told["status"]);
        Assert.Equal("Failed by ICE timeout", (string?)told["info"]);
    }

    [Fact]
    public async Task PlayIsRefusedByTheBackend_NothingIsMade()
    {
        Backend.Answer = (context, call) => TestBackend.Status(call.Method == "playStream" ? 403 : 200, call.Body)(context, call);
        await using HubClient page = await ConnectAsync();
        Assert.Equal("Playing was refused: restricted access", await page.RefusalAsync("Play", Offer("camera")));
        Assert.Empty(Peers.Plays);
        Assert.Empty(Directory.Sessions);
    }

    [Fact]
    public async Task BackendRenames_TheOtherStreamIsPlayed()
    {
        Backend.Answer = (context, call) => context.Response.WriteAsync(
            call.Method == "connect"
                ? """{"restClientConfig":{"playStream":{"restPolicy":"OVERWRITE","restOverwrite":"name"}}}"""
                : """{"name":"other"}""",
            context.RequestAborted);
        await using HubClient page = await ConnectAsync();
        Assert.Equal("other", (string?)(await page.CallAsync("Play", Offer("camera")))!["streamName"]);
        Assert.Equal("live/other", Assert.Single(Peers.Plays).Key.ToString());
    }

    [Fact]
    public async Task NoSuchStream_ThePageAndTheBackendAreToldSo()
    {
        Peers.Refusal = IPeerSessions.StreamNotFound;
        await using HubClient page = await ConnectAsync();
        Assert.Equal("Stream not found", await page.RefusalAsync("Play", Offer("camera")));
        JsonNode told = (await CallsUntilAsync("StreamStatusEvent"))["StreamStatusEvent"];
        Assert.Equal("FAILED", (string?)told["status"]);
        Assert.Equal("Stream not found", (string?)told["info"]);
    }

    [Theory]
    [InlineData("?suppress_sound=true", null)]
    [InlineData("", "True")]
    public async Task SilenceIsAskedFor_ThePlayerGetsNoSound(string query, string? parameter)
    {
        await using HubClient page = await ConnectAsync(query);
        await page.CallAsync("Play", parameter is null ? Offer("camera") : Offer("camera", ("suppress_sound", parameter)));
        Assert.True(Assert.Single(Peers.Plays).IsSilent);
    }

    [Fact]
    public async Task PlayerWaits_ThePageIsToldOnceAndHearsTheEndOfTheWait()
    {
        await using HubClient page = await ConnectAsync();
        string id = (string)(await page.CallAsync("Play", Offer("camera")))!["mediaSessionId"]!;
        IPeerObserver observer = Assert.Single(Peers.Plays).Observer;
        observer.Noticed(id, PeerNotice.Waiting, "Nobody is there.");
        AssertStatus(await page.NextAsync(), id, "PENDING", null);
        AssertNotice(await page.NextAsync(), id, "waiting", "Nobody is there.");
        observer.Noticed(id, PeerNotice.Waiting, null);
        AssertNotice(await page.NextAsync(), id, "waiting", null);
        observer.Noticed(id, PeerNotice.BFrames, "They are converted.");
        AssertNotice(await page.NextAsync(), id, "bFrames", "They are converted.");
        observer.Noticed(id, PeerNotice.VideoConverted, "x");
        AssertNotice(await page.NextAsync(), id, "videoConverted", "x");
        observer.Noticed(id, PeerNotice.Bandwidth, "y");
        AssertNotice(await page.NextAsync(), id, "bandwidth", "y");
    }

    [Fact]
    public async Task DataOfTheStream_ReachesThePageAsJson()
    {
        await using HubClient page = await ConnectAsync();
        string id = (string)(await page.CallAsync("Play", Offer("camera")))!["mediaSessionId"]!;
        IPeerObserver observer = Assert.Single(Peers.Plays).Observer;
        observer.DataArrived(id, DataText.Write("""{"count":23}"""));
        observer.DataArrived(id, Message("onCuePoint", new AmfString("not for pages")));
        observer.DataArrived(id, "\u00ffbroken"u8.ToArray());
        observer.DataArrived(id, Message("onTextData", new AmfString("plain {text")));

        (string method, JsonNode body) = await page.NextAsync();
        Assert.Equal("StreamData", method);
        Assert.Equal(id, (string?)body["mediaSessionId"]);
        Assert.Equal("camera", (string?)body["streamName"]);
        Assert.Equal("""{"count":23}""", body["payload"]!.ToJsonString());
        Assert.Equal("plain {text", (string?)(await page.NextAsync()).Body["payload"]);
    }

    [Fact]
    public async Task DataWithoutEnd_IsThinnedOutAndTheStatusComesStill()
    {
        await using HubClient page = await ConnectAsync();
        string id = (string)(await page.CallAsync("Play", Offer("camera")))!["mediaSessionId"]!;
        IPeerObserver observer = Assert.Single(Peers.Plays).Observer;
        ReadOnlyMemory<byte> message = DataText.Write("1");
        for (int piece = 0; piece < 10_000; piece++)
        {
            observer.DataArrived(id, message);
        }

        observer.MediaFlows(id);
        int pieces = 0;
        string method;
        while (((method, _) = await page.NextAsync()).method == "StreamData")
        {
            pieces++;
        }

        Assert.Equal("StreamStatus", method);
        Assert.InRange(pieces, 1, DataBudget.Burst + (4 * DataBudget.PerSecond));
    }

    [Fact]
    public async Task Figures_AreThoseOfThePagesOwnSessions()
    {
        Peers.Figures = new PlayerFigures
        {
            Viewers = 2,
            BitsPerSecond = 1_000_000,
            RoundTripMilliseconds = 12.5,
            EstimatedBitsPerSecond = null,
            LostRatio = 0.01,
            RetransmittedPackets = 3,
            DroppedFrames = 0,
            SourceAudioVideoErrorMilliseconds = -4,
            SourceRoundTripMilliseconds = null,
        };
        await using HubClient page = await ConnectAsync();
        await using HubClient other = await ConnectAsync();
        string id = (string)(await page.CallAsync("Play", Offer("camera")))!["mediaSessionId"]!;
        JsonNode figures = (await page.CallAsync("Figures", Named(id)))!;
        Assert.Equal(2, (int?)figures["viewers"]);
        Assert.Equal(12.5, (double?)figures["roundTripMilliseconds"]);
        Assert.Equal(-4, (double?)figures["sourceAudioVideoErrorMilliseconds"]);
        Assert.True(figures.AsObject().ContainsKey("estimatedBitsPerSecond"));
        Assert.Equal(PageStreams.NoSession, await other.RefusalAsync("Figures", Named(id)));
        Peers.Figures = null;
        Assert.Null(await page.CallAsync("Figures", Named(id)));
    }

    [Fact]
    public async Task PageComesBack_ItsPlayerIsItsAgain()
    {
        string id;
        await using (HubClient page = await ConnectAsync())
        {
            id = (string)(await page.CallAsync("Play", Offer("camera")))!["mediaSessionId"]!;
        }

        await using HubClient again = await ConnectAsync();
        await again.CallAsync("Resume", Named(id));
        Assert.Single(Peers.Plays).Observer.MediaFlows(id);
        AssertStatus(await again.NextAsync(), id, "PLAYING", null);
    }

    [Fact]
    public async Task PagePublishesAndPlays_SixteenInAll()
    {
        await using HubClient page = await ConnectAsync();
        for (int index = 0; index < 8; index++)
        {
            await page.CallAsync("Publish", Offer($"camera{index}"));
            await page.CallAsync("Play", Offer($"camera{index}"));
        }

        Assert.StartsWith("This page publishes and plays too many", await page.RefusalAsync("Play", Offer("more")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerInformation_HasWhatThePageNeeds()
    {
        await using HubClient page = await ConnectAsync();
        JsonNode information = (await page.CallAsync("ServerInformation"))!;
        Assert.Equal(8080, (int?)information["httpPort"]);
        Assert.Equal(1936, (int?)information["rtmpsPort"]);
        Assert.Contains("H264", information["acceptsVideo"]!.AsArray().Select(codec => (string?)codec));
        Assert.NotNull(information["iceServers"]);
        Assert.NotNull(information["mediaAddresses"]);
        Assert.True(information.AsObject().ContainsKey("httpsPort"));
    }

    private static JsonObject Named(string id) => new() { ["mediaSessionId"] = id };

    private static ReadOnlyMemory<byte> Message(string name, AmfValue value)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new Amf0Writer(bytes);
        writer.WriteString(name);
        writer.WriteValue(value);
        return bytes.WrittenMemory;
    }

    private static void AssertStatus((string Method, JsonNode Body) message, string id, string status, string? reason)
    {
        Assert.Equal("StreamStatus", message.Method);
        Assert.Equal((id, status, reason), ((string?)message.Body["mediaSessionId"], (string?)message.Body["status"], (string?)message.Body["reason"]));
    }

    private static void AssertNotice((string Method, JsonNode Body) message, string id, string code, string? text)
    {
        Assert.Equal("StreamNotice", message.Method);
        Assert.Equal((id, code, text), ((string?)message.Body["mediaSessionId"], (string?)message.Body["code"], (string?)message.Body["text"]));
    }
}
