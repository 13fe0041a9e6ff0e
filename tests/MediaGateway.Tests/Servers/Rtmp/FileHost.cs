using MediaGateway.Configuration;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.Vod;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>An RTMP server with a folder of files under the application <c>vod</c>, prepared for <see cref="HostileNames"/>.</summary>
internal sealed class FileHost : IAsyncDisposable
{
    private readonly string _folder;

    private FileHost(string folder, string root, RtmpServerHost server) => (_folder, Root, Server) = (folder, root, server);

    /// <summary>The server.</summary>
    public RtmpServerHost Server { get; }

    /// <summary>Where its files lie.</summary>
    public string Root { get; }

    /// <summary>Its catalogue.</summary>
    public VodCatalog Catalog => Server.Get<VodCatalog>();

    /// <summary>Starts a server.</summary>
    public static async Task<FileHost> StartAsync(
        BufferPool buffers, TimeProvider? time = null, Action<VodOptions>? configure = null, Action<IServiceCollection>? more = null)
    {
        string folder = Directory.CreateTempSubdirectory("vod-").FullName;
        string root = HostileNames.Prepare(folder, SmallMp4.Make(1));
        RtmpServerHost server = await RtmpServerHost.StartAsync(buffers, time: time, services: services =>
        {
            services.Configure<VodOptions>(options =>
            {
                options.Root = root;
                configure?.Invoke(options);
            });
            more?.Invoke(services);
        });
        return new FileHost(folder, root, server);
    }

    /// <summary>Writes a file.</summary>
    public string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Connects a player and asks it to play.</summary>
    /// <param name="name">As in the play command.</param>
    /// <param name="buffer">How much it buffers, in milliseconds.</param>
    /// <param name="start">Where to start, how long to play, and whether to forget what is queued.</param>
    public Task<TestPlayer> PlayAsync(string name, uint buffer = 60_000, params object[] start) => PlayAsync(name, buffer, tls: false, start);

    /// <summary>The same, perhaps over TLS.</summary>
    public async Task<TestPlayer> PlayAsync(string name, uint buffer, bool tls, params object[] start)
    {
        TestPlayer player = await TestPlayer.DialAsync(tls ? Server.TlsPort : Server.Port, tls: tls);
        await player.ConnectAsync("vod");
        await player.SendAsync(player.Client.Command("createStream", 0, [null]));
        await player.ExpectAsync("_result");
        await player.SendAsync(player.Client.UserControl(3, 1, buffer));
        await player.SendAsync(player.Client.Command("play", 1, [null, name, .. start.Length == 0 ? [-2000] : start]));
        return player;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
