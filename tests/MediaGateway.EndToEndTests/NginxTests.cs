using System.Globalization;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>nginx with its RTMP module takes streams from the gateway: it pulls them, and they are pushed to it.</summary>
[Collection(Lane.Programs)]
public sealed class NginxTests : IAsyncLifetime
{
    private const string Module = "/usr/lib/nginx/modules/ngx_rtmp_module.so";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private readonly WorkFolder _folder = new();
    private readonly int _port = FreePort.Tcp();
    private GatewayProcess _gateway = null!;
    private FfmpegEncoder _encoder = null!;
    private ToolProcess _nginx = null!;

    public async ValueTask InitializeAsync()
    {
        Tool.RequirePath(Module, "libnginx-mod-rtmp");
        string file = await TestMedia.ShareFlvAsync(20, 320, 180, TestMedia.RealTimeH264(30));
        _gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?> { ["Push__AllowPrivateAddresses"] = "true" });
        _nginx = await StartNginxAsync();
        _encoder = await FfmpegEncoder.PublishAsync(_gateway, file, _gateway.RtmpAddress("origin"), endless: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _encoder.DisposeAsync();
        await _nginx.DisposeAsync();
        await _gateway.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task NginxPulls_ItsViewerPlays()
    {
        string file = _folder.File("pulled.flv");
        await FfmpegRecorder.RecordAsync($"rtmp://127.0.0.1:{_port}/pull/origin", TimeSpan.FromSeconds(5), file);

        await AssertPlayableAsync(file);
    }

    // Every time, RealTargetTests counts the frames that nginx gets of a push.
    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task GatewayPushes_NginxsViewerPlays()
    {
        using HttpClient client = new() { BaseAddress = _gateway.Page };
        using HttpResponseMessage answer = await client.PostAsJsonAsync(
            "rest-api/push/startup",
            new { streamName = "origin", rtmpUrl = $"rtmp://127.0.0.1:{_port}/pushed", rtmpTransponderFullUrl = false, options = new { } },
            TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {text}");
        Assert.Contains("\"mediaSessionId\"", text, StringComparison.Ordinal);

        string file = _folder.File("pushed.flv");
        await FfmpegRecorder.RecordAsync($"rtmp://127.0.0.1:{_port}/pushed/rtmp_origin", TimeSpan.FromSeconds(5), file);

        await AssertPlayableAsync(file);
    }

    private static async Task AssertPlayableAsync(string file)
    {
        IReadOnlyList<MediaPacket> packets = await MediaPacket.ListAsync(file);
        int pictures = packets.Count(packet => packet.Codec == "video");
        Assert.InRange(pictures, 100, 240); // of 150, and what nginx had kept
        Assert.InRange(packets.Count(packet => packet.Codec == "audio"), 150, 360);
        Assert.Equal("", await DecodedMedia.DecodeErrorsAsync(file));
        Measurements.Note($"{pictures} pictures in 5 s");
    }

    private async Task<ToolProcess> StartNginxAsync()
    {
        string settings = _folder.File("nginx.conf");
        string user = Environment.IsPrivilegedProcess ? "user root;" : "";
        await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture, $$"""
            load_module {{Module}};
            {{user}}
            daemon off;
            worker_processes 1;
            pid {{_folder.File("nginx.pid")}};
            error_log stderr info;
            events { worker_connections 64; }
            rtmp {
              server {
                listen 127.0.0.1:{{_port}};
                application pull { live on; wait_key on; pull rtmp://127.0.0.1:{{_gateway.RtmpPort}}/live; }
                application pushed { live on; wait_key on; }
              }
            }
            """));
        ToolProcess nginx = ToolProcess.Start(Tool.Require("nginx"), ["-e", "stderr", "-p", _folder.Path, "-c", settings]);
        await Wait.UntilAsync(
            async () =>
            {
                try
                {
                    using System.Net.Sockets.TcpClient client = new();
                    await client.ConnectAsync("127.0.0.1", _port);
                    return true;
                }
                catch (System.Net.Sockets.SocketException)
                {
                    return false;
                }
            },
            Limit,
            () => $"nginx to listen:\n{nginx.Output}");
        return nginx;
    }
}
