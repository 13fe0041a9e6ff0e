using System.Text.Json.Nodes;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Hooks;
using MediaGateway.Testing;
using MediaGateway.Tests.Hooks;
using MediaGateway.Tests.Servers.Whip;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>A backend in WCS style is asked before a file is played, on all ways; what it refuses is never opened.</summary>
public sealed class FileHookTests : IAsyncLifetime
{
    private readonly TrackingBufferPool _buffers = new();
    private TestBackend? _backend;

    private TestBackend Backend => _backend ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _backend = await TestBackend.StartAsync();
        _backend.Answer = static (context, call) =>
        {
            bool isSecret = call.Method == "playStream" && (string?)JsonNode.Parse(call.Body)!["name"] == "dir/clip.mp4";
            return TestBackend.Status(isSecret ? 403 : 200, isSecret ? """{"info":"Not today"}""" : call.Body)(context, call);
        };
    }

    public async ValueTask DisposeAsync()
    {
        await Backend.DisposeAsync();
        _buffers.Dispose();
    }

    [Fact]
    public async Task RtmpPlayer_IsRefusedOneFileAndGetsTheOther()
    {
        IConfiguration settings = new ConfigurationBuilder().AddInMemoryCollection(Settings().Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
        await using FileHost host = await FileHost.StartAsync(_buffers, more: services =>
        {
            services.AddOptions<HookOptions>().Bind(settings.GetSection(HookOptions.Section));
            services.AddOptions<TokenOptions>();
            services.AddAccessControl().AddHooks(settings);
        });
        host.Write("dir/clip.mp4", SmallMp4.Make(1));
        host.Write("dir/free.mp4", SmallMp4.Make(1));

        using TestPlayer refused = await host.PlayAsync("mp4:dir/clip.mp4");
        await refused.UntilClosedAsync();
        Assert.Equal("NetStream.Play.Failed", refused.Messages[^1].Code);
        Assert.DoesNotContain(refused.Messages, message => message.Type is 8 or 9 or 18);
        Assert.Equal(0, host.Catalog.OpenFiles);

        using TestPlayer player = await host.PlayAsync("mp4:dir/free.mp4");
        await player.ExpectAsync("onPlayStatus NetStream.Play.Complete");
    }

    [Fact]
    public async Task WhepViewer_IsRefusedOneFileAndGetsTheOther()
    {
        string folder = Directory.CreateTempSubdirectory("vod-").FullName;
        try
        {
            string root = HostileNames.Prepare(folder, SmallMp4.Make(1));
            File.WriteAllBytes(Path.Combine(root, "dir", "clip.mp4"), SmallMp4.Make(1));
            File.WriteAllBytes(Path.Combine(root, "dir", "free.mp4"), SmallMp4.Make(1));
            await using WhipHost host = await WhipHost.StartRealAsync([.. Settings(), ("Vod:Root", root)]);

            (await host.SendAsync("POST", "/whep/vod/dir/clip.mp4", TestViewer.Offer())).AssertProblem(401);
            Assert.Equal(0, host.Get<MediaGateway.Vod.VodCatalog>().OpenFiles);
            Assert.Equal(201, (await host.SendAsync("POST", "/whep/vod/dir/free.mp4", TestViewer.Offer())).Status);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private (string Key, string Value)[] Settings() => [("Hooks:Style", "wcs"), ("Hooks:Url", Backend.Url)];
}
