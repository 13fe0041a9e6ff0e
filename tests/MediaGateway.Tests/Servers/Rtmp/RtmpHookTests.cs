using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Hooks;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Hooks;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>RTMP clients and a backend in WCS style: what it is asked, and what its answers do.</summary>
public sealed class RtmpHookTests : IAsyncLifetime
{
    private readonly TrackingBufferPool _buffers = new();
    private TestBackend? _backend;
    private RtmpServerHost? _host;

    private TestBackend Backend => _backend ?? throw new InvalidOperationException("Not started.");

    private RtmpServerHost Host => _host ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _backend = await TestBackend.StartAsync();
        _host = await StartAsync(_backend, StreamTakeOver.Refuse);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Backend.DisposeAsync();
        _buffers.Dispose();
    }

    [Fact]
    public async Task FfmpegPublishes_BackendHearsTheWholeStory()
    {
        ToolRun ffmpeg = await ToolRun.StartAsync(
            "ffmpeg",
            "-hide_banner -loglevel error -f lavfi -i testsrc2=size=160x120:rate=10 -f lavfi -i sine -t 2 -c:v libx264 -preset ultrafast -g 10 -c:a aac " +
            $"-f flv rtmp://127.0.0.1:{Host.Port}/live?c1=v1&c2=a%20b/camera?s1=v1");
        List<(string Method, JsonNode Body)> calls = [];
        while (calls.Count == 0 || (string?)calls[^1].Body["status"] != "DISCONNECTED")
        {
            TestBackend.Call call = await Backend.NextAsync();
            calls.Add((call.Method, JsonNode.Parse(call.Body)!));
        }

        await ffmpeg.SucceedAsync();
        Assert.Equal(
            ["ConnectionStatusEvent", "StreamStatusEvent", "unPublishStream", "StreamStatusEvent", "ConnectionStatusEvent"],
            calls.Select(call => call.Method).Where(method => method is not ("connect" or "publishStream")));
        JsonNode connect = calls.First(call => call.Method == "connect").Body;
        JsonNode publish = calls.First(call => call.Method == "publishStream").Body;
        Assert.Equal("""{"c1":"v1","c2":"a b"}""", connect["custom"]!.ToJsonString());
        Assert.Equal("flashStreamingApp", (string?)connect["appKey"]);
        Assert.StartsWith("/127.0.0.1:", (string?)connect["sessionId"], StringComparison.Ordinal);
        Assert.Equal((string?)connect["sessionId"], (string?)publish["sessionId"]);
        Assert.Equal("camera", (string?)publish["name"]);
        Assert.Equal("NEW", (string?)publish["status"]);
        Assert.Equal("""{"s1":"v1"}""", publish["custom"]!.ToJsonString());
        Assert.Equal(
            ["PUBLISHING", "UNPUBLISHED"],
            calls.Where(call => call.Method == "StreamStatusEvent").Select(call => (string?)call.Body["status"]));
        Assert.All(calls.Where(call => call.Body["mediaSessionId"] is not null), call =>
            Assert.Equal((string?)publish["mediaSessionId"], (string?)call.Body["mediaSessionId"]));
    }

    [Fact]
    public async Task PublisherTakesTheNameOver_BackendIsAskedThenHearsOfTheOldOnesEndAndThenOfTheNewOne()
    {
        int failures = 1;
        Backend.Answer = (context, call) =>
            TestBackend.Status(call.Body.Contains("FAILED", StringComparison.Ordinal) && failures-- > 0 ? 500 : 200, call.Body)(context, call);
        await using RtmpServerHost host = await StartAsync(Backend, StreamTakeOver.NewestWins);
        using TestEncoder old = await TestEncoder.PublishAsync(host.Port, "camera");
        using TestEncoder taken = await TestEncoder.PublishAsync(host.Port, "camera");
        await old.Wire.ExpectAsync("onStatus NetStream.Unpublish.Success");

        // The old one's end is not taken at the first attempt: the new one's beginning waits for it.
        List<string> told = [];
        List<string> sessions = [];
        while (!told.Contains("StreamStatusEvent PUBLISHING 2"))
        {
            TestBackend.Call call = await Backend.NextAsync();
            JsonNode body = JsonNode.Parse(call.Body)!;
            if ((string?)body["mediaSessionId"] is not { } session)
            {
                continue;
            }

            if (!sessions.Contains(session))
            {
                sessions.Add(session);
            }

            told.Add($"{call.Method} {(string?)body["status"]} {sessions.IndexOf(session) + 1}");
        }

        // A word that is late on a busy machine is told twice.
        Assert.Equal(
            ["StreamStatusEvent PUBLISHING 1", "StreamStatusEvent FAILED 1", "StreamStatusEvent PUBLISHING 2"],
            told.Where(call => call.StartsWith("StreamStatusEvent", StringComparison.Ordinal)).Distinct());
        Assert.True(told.Count(call => call == "StreamStatusEvent FAILED 1") >= 2, string.Join(", ", told));
        Assert.InRange(told.IndexOf("publishStream NEW 2"), 0, told.IndexOf("StreamStatusEvent FAILED 1"));
    }

    [Fact]
    public async Task BackendRefuses_EachQuestionHasItsStatusAndNoMediaLeaves()
    {
        Backend.Answer = (context, call) =>
        {
            string? denied = (string?)JsonNode.Parse(call.Body)!["custom"]?["deny"];
            return TestBackend.Status(denied == call.Method ? 403 : 200, denied == call.Method ? """{"info":"Not today"}""" : call.Body)(context, call);
        };
        using PublishLease lease = Host.Publish("camera");
        lease.Publish(new TestFrames(_buffers).Key(0));

        using (TestPlayer client = await TestPlayer.DialAsync(Host.Port))
        {
            await client.SendAsync(RtmpTestClient.Hello());
            await client.SendAsync(RtmpTestClient.Finish());
            await client.SendAsync(client.Client.Connect("live?deny=connect"));
            await client.ExpectAsync("_error NetConnection.Connect.Rejected");
            await client.UntilClosedAsync();
        }

        using (TestEncoder encoder = await TestEncoder.ConnectAsync(Host.Port))
        {
            await encoder.AskToPublishAsync("other?deny=publishStream");
            await encoder.Wire.ExpectAsync("onStatus NetStream.Publish.Denied");
            await encoder.Wire.UntilClosedAsync();
        }

        using (TestPlayer player = await TestPlayer.PlayAsync(Host.Port, "camera?deny=playStream"))
        {
            await player.UntilClosedAsync();
            Assert.Equal("NetStream.Play.Failed", player.Messages[^1].Code);
            Assert.DoesNotContain(player.Messages, message => message.Type is 8 or 9 or 18);
        }

        Assert.Equal("camera", Assert.Single(Host.Streams.Streams).Key.Name);
    }

    [Fact]
    public async Task BackendRenames_TheStreamIsFoundUnderTheNewName()
    {
        Backend.Answer = (context, call) => context.Response.WriteAsync(
            call.Method == "connect"
                ? """{"restClientConfig":{"publishStream":{"restPolicy":"OVERWRITE","restOverwrite":"name","restOnError":"FAIL"}}}"""
                : """{"name":"other"}""",
            context.RequestAborted);
        using TestEncoder encoder = await TestEncoder.PublishAsync(Host.Port, "camera");
        Assert.Equal("other", Assert.Single(Host.Streams.Streams).Key.Name);
    }

    [Fact]
    public async Task PortScanners_AskNobody()
    {
        byte[][] greetings = [[], "GET / HTTP/1.0\r\n\r\n"u8.ToArray(), [3], RtmpTestClient.Hello(), [.. RtmpTestClient.Hello(), .. RtmpTestClient.Finish()]];
        foreach (byte[] greeting in greetings)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, Host.Port);
            await socket.SendAsync(greeting);
            socket.Shutdown(SocketShutdown.Send);
            byte[] buffer = new byte[8192];
            while (await ReceiveAsync(socket, buffer) > 0)
            {
            }
        }

        await Host.StopAsync();
        Assert.Equal(0, Backend.Count);
    }

    private async Task<RtmpServerHost> StartAsync(TestBackend backend, string takeOver)
    {
        IConfiguration settings = new ConfigurationBuilder().AddInMemoryCollection(
        [
            KeyValuePair.Create("Hooks:Style", (string?)"wcs"), KeyValuePair.Create("Hooks:Url", (string?)backend.Url),
        ]).Build();
        return await RtmpServerHost.StartAsync(_buffers, services: services =>
        {
            services.Configure<StreamOptions>(options => options.TakeOver = takeOver);
            services.AddOptions<HookOptions>().Bind(settings.GetSection(HookOptions.Section));
            services.AddOptions<TokenOptions>();
            services.AddAccessControl().AddHooks(settings);
        });
    }

    private static async Task<int> ReceiveAsync(Socket socket, byte[] buffer)
    {
        try
        {
            return await socket.ReceiveAsync(buffer);
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
