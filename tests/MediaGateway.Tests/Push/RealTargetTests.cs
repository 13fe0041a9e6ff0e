using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MediaGateway.Push;
using MediaGateway.Streams;
using MediaGateway.Tests.Servers.Rtmp;
using Xunit;

namespace MediaGateway.Tests.Push;

/// <summary>Servers that others have written, pushed to and asked what they got. ffmpeg 5.1 or later, nginx with its RTMP module 1.2.</summary>
[Trait("Category", "Integration")]
public sealed class RealTargetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mediagateway-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Ffmpeg_ReceivesEveryFrame()
    {
        int port = FreePort();
        string file = Path.Combine(_folder, "out.mkv");
        ToolRun ffmpeg = await ToolRun.StartAsync("ffmpeg", $"-v error -listen 1 -i rtmp://127.0.0.1:{port}/live/key -c copy {file}");
        EncodedStream media = await PushAsync($"rtmp://127.0.0.1:{port}/live/key");
        (int exitCode, _, string errors) = await ffmpeg.EndAsync();
        Assert.True(exitCode == 0, errors);
        await AssertCompleteAsync(file, media);
    }

    [Fact]
    public async Task Nginx_RecordsEveryFrame()
    {
        Assert.SkipUnless(File.Exists("/usr/lib/nginx/modules/ngx_rtmp_module.so"), "Left out: nginx with its RTMP module is not installed.");
        int port = FreePort();
        string configuration = Path.Combine(_folder, "nginx.conf");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
            user root;
            daemon off;
            pid {{_folder}}/nginx.pid;
            error_log {{_folder}}/error.log info;
            events { }
            rtmp { server { listen 127.0.0.1:{{port}}; application live { live on; record all; record_path {{_folder}}; } } }
            """,
            TestContext.Current.CancellationToken);
        using Process nginx = Process.Start("nginx", ["-c", configuration, "-p", _folder, "-g", "master_process off;"]);
        try
        {
            EncodedStream media = await PushAsync($"rtmp://127.0.0.1:{port}/live/key?token=x");
            string file = Path.Combine(_folder, "key.flv");
            await PushHost.UntilAsync(
                () => File.ReadAllText(Path.Combine(_folder, "error.log")).Contains("disconnect", StringComparison.Ordinal), "nginx has finished");
            await AssertCompleteAsync(file, media);
        }
        finally
        {
            nginx.Kill();
            await nginx.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<EncodedStream> PushAsync(string url)
    {
        await using var host = new PushHost();
        EncodedStream media = await EncodedStream.CreateAsync(3);
        PublishLease lease = host.Publish("a", ExpectedTracks.AudioAndVideo);
        StreamPush push = host.Push("a", url);
        await PushHost.UntilAsync(() => push.State == PushState.Publishing, "the target takes it");
        foreach (EncodedStream.Unit unit in media.Units)
        {
            lease.Publish(EncodedStream.Frame(unit, host.Buffers, host.Clock.Now));
        }

        lease.Dispose();
        await PushHost.UntilAsync(push, PushState.WaitingForStream);
        return media;
    }

    private static async Task AssertCompleteAsync(string file, EncodedStream media)
    {
        Assert.Equal(media.Pictures, await CountAsync(file, "v"));
        Assert.Equal(media.SoundsFromTheFirstPictureOn, await CountAsync(file, "a"));
        ToolRun decoding = await ToolRun.StartAsync("ffmpeg", $"-v error -xerror -i {file} -f null -");
        await decoding.SucceedAsync();
    }

    private static async Task<int> CountAsync(string file, string track)
    {
        ToolRun probe = await ToolRun.StartAsync(
            "ffprobe", $"-v error -count_packets -select_streams {track} -show_entries stream=nb_read_packets -of csv=p=0 {file}");
        string output = await probe.SucceedAsync();
        return int.Parse(output.Trim().TrimEnd(','), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
