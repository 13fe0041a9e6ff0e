using System.Text.Json.Nodes;
using MediaGateway.Hooks;
using MediaGateway.Recording;
using MediaGateway.Sessions;
using Xunit;

namespace MediaGateway.Tests.Hooks;

/// <summary>The styles of SRS and MediaMTX.</summary>
public sealed class OtherStylesTests : IAsyncLifetime
{
    private TestBackend? _backend;

    private TestBackend Backend => _backend ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync() => _backend = await TestBackend.StartAsync();

    public async ValueTask DisposeAsync() => await Backend.DisposeAsync();

    [Fact]
    public async Task Srs_AsksAndReportsWithItsBodies()
    {
        Backend.Answer = TestBackend.Status(200, "0");
        await using HooksHost host = await HooksHost.StartAsync(Backend, "srs");
        ClientConnection connection = HookClients.Rtmp(("c1", "v1"));
        MediaSession session = HookClients.Publisher(connection, ("s1", "a b"));
        Assert.True((await host.ConnectAsync(connection)).IsAllowed);
        host.Directory.Open(connection);
        Assert.True((await host.PublishAsync(session)).IsAllowed);
        host.Directory.Change(session, MediaSessionStatus.Publishing);
        host.Directory.Change(session, MediaSessionStatus.Failed, "lost");
        host.Directory.Change(session, MediaSessionStatus.Failed, "lost");
        host.Directory.Close(connection);

        string node = host.Get<HookNode>().Id;
        Assert.Equal(
            $$"""{"server_id":"{{node}}","service_id":"{{node}}","action":"on_connect","client_id":"/127.0.0.1:5643/192.168.1.1:1935","ip":"127.0.0.1""" +
            "\"" + ""","vhost":"__defaultVhost__","app":"live","tcUrl":"rtmp://192.168.1.1:1935/live","pageUrl":""}""",
            (await Backend.NextAsync()).Body);
        TestBackend.Call publish = await Backend.NextAsync();
        Assert.Equal("POST /app", publish.Line);
        Assert.Equal(
            $$"""{"server_id":"{{node}}","service_id":"{{node}}","action":"on_publish","client_id":"/127.0.0.1:5643/192.168.1.1:1935","ip":"127.0.0.1""" +
            "\"" + ""","vhost":"__defaultVhost__","app":"live","tcUrl":"rtmp://192.168.1.1:1935/live","stream":"stream1","param":"?c1=v1\u0026s1=a%20b""" +
            "\"" + $$""","stream_url":"/live/stream1","stream_id":"{{HookClients.PublisherId}}"}""",
            publish.Body);
        Assert.Equal("on_unpublish", await ActionOfNextAsync());
        Assert.Equal("on_close", await ActionOfNextAsync());
        Assert.Equal(4, Backend.Count);
    }

    [Fact]
    public async Task Srs_IsToldOfFilesThatAreReady()
    {
        Backend.Answer = TestBackend.Status(200, "0");
        await using HooksHost host = await HooksHost.StartAsync(Backend, "srs");
        MediaSession session = HookClients.Publisher(HookClients.Rtmp());
        IRecordingListener hooks = host.Get<IRecordingListener>();
        hooks.RecordingChanged(HookClients.Recorded(RecordingState.Recording), "/srv/recordings/live/stream1.mp4", session);
        hooks.RecordingChanged(HookClients.Recorded(RecordingState.Finished), "/srv/recordings/live/stream1.mp4", session);
        JsonObject body = JsonNode.Parse((await Backend.NextAsync()).Body)!.AsObject();
        hooks.RecordingChanged(HookClients.Recorded(RecordingState.Finished), "/srv/recordings/live/stream1.mp4", null);
        Assert.Equal(("on_dvr", "stream1", "/srv/recordings/live/stream1.mp4"), ((string?)body["action"], (string?)body["stream"], (string?)body["file"]));
        JsonObject pulled = JsonNode.Parse((await Backend.NextAsync()).Body)!.AsObject();
        Assert.Equal(("on_dvr", "stream1", "live", ""), ((string?)pulled["action"], (string?)pulled["stream"], (string?)pulled["app"], (string?)pulled["client_id"]));
        Assert.Equal(body.Select(field => field.Key), pulled.Select(field => field.Key));
        Assert.Equal(2, Backend.Count);
    }

    [Theory]
    [InlineData(200, "0", true)]
    [InlineData(200, " 0\n", true)]
    [InlineData(200, """{"code":0}""", true)]
    [InlineData(200, """{"code":0,"data":null}""", true)]
    [InlineData(200, "1", false)]
    [InlineData(200, """{"code":403}""", false)]
    [InlineData(200, """{"code":"0"}""", false)]
    [InlineData(200, "", false)]
    [InlineData(200, "ok", false)]
    [InlineData(200, "{}", false)]
    [InlineData(201, "0", false)]
    [InlineData(403, "0", false)]
    [InlineData(500, "0", false)]
    public async Task Srs_AllowsByStatusAndCode(int status, string body, bool isAllowed)
    {
        Backend.Answer = TestBackend.Status(status, body);
        await using HooksHost host = await HooksHost.StartAsync(Backend, "srs");
        Assert.Equal(isAllowed, (await host.PlayAsync(HookClients.Player(HookClients.Rtmp()))).IsAllowed);
    }

    [Fact]
    public async Task Srs_DoesNotReportTheEndOfWhatItRefused()
    {
        Backend.Answer = TestBackend.Status(200, "1");
        await using HooksHost host = await HooksHost.StartAsync(Backend, "srs");
        MediaSession session = HookClients.Player(HookClients.Page());
        Assert.False((await host.PlayAsync(session)).IsAllowed);
        host.Directory.Change(session, MediaSessionStatus.Failed, "Restricted access");
        host.Directory.Open(session.Connection);
        host.Directory.Close(session.Connection);
        await host.StopAsync();
        Assert.Equal(1, Backend.Count);
    }

    [Fact]
    public async Task Srs_MayHaveAnAddressPerAction()
    {
        Backend.Answer = TestBackend.Status(200, "0");
        await using HooksHost host = await HooksHost.StartAsync(Backend, "srs", ("Hooks:MethodUrls:on_play", $"{Backend.Url}/api/v1/sessions"));
        await host.PlayAsync(HookClients.Player(HookClients.Rtmp()));
        Assert.Equal("POST /api/v1/sessions", (await Backend.NextAsync()).Line);
    }

    [Fact]
    public async Task MediaMtx_AsksWithItsBody()
    {
        Backend.Answer = TestBackend.Status(204);
        await using HooksHost host = await HooksHost.StartAsync(Backend, "mediamtx");
        ClientConnection connection = HookClients.Rtmp(("user", "me"));
        MediaSession session = HookClients.Publisher(connection, ("pass", "x&y"), ("token", "t"));
        Assert.True((await host.ConnectAsync(connection)).IsAllowed);
        Assert.True((await host.PublishAsync(session)).IsAllowed);
        Assert.True((await host.PlayAsync(HookClients.Player(connection))).IsAllowed);
        host.Directory.Change(session, MediaSessionStatus.Publishing);
        await host.StopAsync();

        TestBackend.Call publish = await Backend.NextAsync();
        Assert.Equal("POST /app", publish.Line);
        Assert.Equal(
            $$"""{"user":"me","password":"x\u0026y","token":"t","ip":"127.0.0.1","action":"publish","path":"live/stream1","protocol":"rtmp""" +
            "\"" + $$""","id":"{{HookClients.PublisherId}}","query":"user=me\u0026pass=x%26y\u0026token=t","userAgent":"LNX 9,0,124,2"}""",
            publish.Body);
        Assert.Equal("read", await ActionOfNextAsync());
        Assert.Equal(2, Backend.Count);
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(299, true)]
    [InlineData(300, false)]
    [InlineData(401, false)]
    [InlineData(403, false)]
    [InlineData(500, false)]
    public async Task MediaMtx_AllowsByStatus(int status, bool isAllowed)
    {
        Backend.Answer = TestBackend.Status(status, status == 299 ? "anything" : "");
        await using HooksHost host = await HooksHost.StartAsync(Backend, "mediamtx");
        Assert.Equal(isAllowed, (await host.PlayAsync(HookClients.Player(HookClients.Page()))).IsAllowed);
    }

    [Fact]
    public async Task Applications_HaveTheirOwnAddressAndMethods()
    {
        await using HooksHost host = await HooksHost.StartAsync(
            Backend,
            "wcs",
            ("Hooks:Applications:defaultApp:Url", $"{Backend.Url}/pages/"),
            ("Hooks:Applications:defaultApp:Methods:0", "publishStream"));
        Assert.True((await host.ConnectAsync(HookClients.Page())).IsAllowed);
        Assert.True((await host.PublishAsync(HookClients.Publisher(HookClients.Page()))).IsAllowed);
        Assert.True((await host.PublishAsync(HookClients.Publisher(HookClients.Rtmp()))).IsAllowed);
        Assert.Equal("POST /pages/publishStream", (await Backend.NextAsync()).Line);
        Assert.Equal("POST /app/publishStream", (await Backend.NextAsync()).Line);
        Assert.Equal(2, Backend.Count);
    }

    [Fact]
    public async Task NoStyle_NobodyIsAskedAndEverybodyMay()
    {
        await using HooksHost host = await HooksHost.StartAsync(("Hooks:Url", Backend.Url));
        Assert.True((await host.PublishAsync(HookClients.Publisher(HookClients.Rtmp()))).IsAllowed);
        host.Directory.Open(HookClients.Rtmp());
        Assert.Equal(0, Backend.Count);
    }

    private async Task<string?> ActionOfNextAsync() => (string?)JsonNode.Parse((await Backend.NextAsync()).Body)!["action"];
}
