using MediaGateway.Sessions;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Servers.WebRtc;
using MediaGateway.Vod;
using Xunit;

namespace MediaGateway.Tests.Servers.Whip;

/// <summary>Files over WHEP: each viewer has a stream of its own, from the file's start.</summary>
public sealed class WhepFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vod-").FullName;
    private readonly string _root;

    public WhepFileTests()
    {
        _root = HostileNames.Prepare(_folder, SmallMp4.Make(1));
        File.WriteAllBytes(Path.Combine(_root, "dir", "clip.mp4"), TestData.Read("mp4", "androidx", "sample_no_bframes.mp4"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("/whep/vod/dir/clip.mp4")]
    [InlineData("/whep/vod/dir/clip")]
    [InlineData("/rtc/v1/whep?app=vod&stream=dir/clip.mp4")]
    public async Task File_IsPlayedFromItsStartToItsEnd(string address)
    {
        await using WhipHost host = await WhipHost.StartRealAsync(("Vod:Root", _root));
        using var viewer = new LoopbackViewer("whep");
        WhipAnswer answer = await host.SendAsync("POST", address, TestViewer.Offer());
        Assert.True(answer.Status == 201, answer.Text);
        Assert.StartsWith("/whep/vod/dir/clip", answer.Location, StringComparison.Ordinal);
        viewer.Start(answer.Text);
        MediaSession session = Assert.Single(host.Directory.Sessions);

        await RtmpServerHost.UntilAsync(() => viewer.Pictures.Count > 20 && viewer.Sounds > 10, $"pictures and sound, not {viewer.Pictures.Count} and {viewer.Sounds}");
        await RtmpServerHost.UntilAsync(() => viewer.HasGoodbye, "the end of the file");
        Assert.Equal(MediaSessionStatus.Stopped, session.Status);
        Assert.Empty(host.Streams.Streams);
    }

    [Fact]
    public async Task ViewerWhoLeaves_EndsItsStream()
    {
        File.WriteAllBytes(Path.Combine(_root, "long.flv"), TestData.Read("flv", "srs", "bbb.flv"));
        await using WhipHost host = await WhipHost.StartRealAsync(("Vod:Root", _root));
        using var viewer = new LoopbackViewer("whep");
        WhipAnswer answer = await host.SendAsync("POST", "/whep/vod/long.flv", TestViewer.Offer());
        viewer.Start(answer.Text);
        await RtmpServerHost.UntilAsync(() => viewer.Pictures.Count + viewer.Sounds > 3, "frames");

        Assert.Equal(200, (await host.SendAsync("DELETE", answer.Location)).Status);
        await RtmpServerHost.UntilAsync(() => host.Get<VodPump>().Count == 0, "nobody reads the file");
    }

    [Fact]
    public async Task HostileNames_AreNotFoundOrNoNames()
    {
        await using WhipHost host = await WhipHost.StartRealAsync(("Vod:Root", _root));
        foreach (string name in HostileNames.All)
        {
            foreach (string address in new[] { $"/whep/vod/{Uri.EscapeDataString(name)}", $"/rtc/v1/whep?app=vod&stream={Uri.EscapeDataString(name)}" })
            {
                WhipAnswer answer = await host.SendAsync("POST", address, TestViewer.Offer());
                Assert.True(answer.Status is 400 or 404 or 405, $"{address}: {answer.Status} {answer.Text}");
            }
        }

        Assert.Equal(0, host.Get<VodCatalog>().OpenFiles);
        Assert.Empty(host.Directory.Sessions);
    }
}
