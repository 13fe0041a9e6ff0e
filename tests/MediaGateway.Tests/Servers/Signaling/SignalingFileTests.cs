using MediaGateway.Testing;
using MediaGateway.Tests.Hooks;
using MediaGateway.Vod;
using Microsoft.AspNetCore.SignalR;
using Xunit;

namespace MediaGateway.Tests.Servers.Signaling;

/// <summary>Files on the page: it names them with their application, <c>vod/dir/clip.mp4</c>.</summary>
public sealed class SignalingFileTests : SignalingHost, IDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vod-").FullName;

    private protected override IEnumerable<KeyValuePair<string, string?>> Settings
    {
        get
        {
            string root = HostileNames.Prepare(_folder, SmallMp4.Make(1));
            File.WriteAllBytes(Path.Combine(root, "dir", "clip.mp4"), TestData.Read("mp4", "androidx", "sample_no_bframes.mp4"));
            File.WriteAllBytes(Path.Combine(root, "dir", "reordered.mp4"), TestData.Read("mp4", "androidx", "sample.mp4"));
            File.WriteAllBytes(Path.Combine(root, "song.mp3"), TestData.Read("audio", "mp3", "androidx", "bear-cbr-variable-frame-size-no-seek-table.mp3"));
            File.WriteAllText(Path.Combine(root, "text.mp4"), "This is no film.");
            return [KeyValuePair.Create("Vod:Root", (string?)root)];
        }
    }

    private VodCatalog Catalog => App.Services.GetRequiredService<VodCatalog>();

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("vod/dir/clip.mp4", """{"available":true,"info":null,"video":{"codec":"H.264","width":1080,"height":720},"audio":{"codec":"AAC"},"hasBFrames":false,"viewers":0,"levels":[]}""")]
    [InlineData("vod/dir/reordered", """{"available":true,"info":null,"video":{"codec":"H.264","width":1080,"height":720},"audio":{"codec":"AAC"},"hasBFrames":true,"viewers":0,"levels":[]}""")]
    [InlineData("vod/mp3:song", """{"available":true,"info":null,"video":null,"audio":{"codec":"MP3"},"hasBFrames":false,"viewers":0,"levels":[]}""")]
    [InlineData("vod/dir/none.mp4", """{"available":false,"info":"Stream not found","video":null,"audio":null,"hasBFrames":false,"viewers":0,"levels":[]}""")]
    [InlineData("vod/text.mp4", """{"available":false,"info":"The file is neither MP4 nor FLV nor MP3.","video":null,"audio":null,"hasBFrames":false,"viewers":0,"levels":[]}""")]
    public async Task Available_SaysWhatTheFileHolds(string name, string answer)
    {
        await using HubClient page = await ConnectAsync();
        Assert.Equal(answer, await AvailableAsync(page, name));
        Assert.Equal(name is "vod/dir/none.mp4" or "vod/text.mp4" ? 0 : 1, Catalog.OpenFiles);
    }

    [Fact]
    public async Task BackendRefuses_NothingIsSaidOrPlayedOfTheFile()
    {
        Backend.Answer = (context, call) => TestBackend.Status(call.Method is "playStream" or "availableStream" ? 403 : 200, call.Body)(context, call);
        await using HubClient page = await ConnectAsync();
        Assert.StartsWith(
            """{"available":false,"info":"Playing was refused: restricted access","video":null""", await AvailableAsync(page, "vod/dir/clip.mp4"), StringComparison.Ordinal);
        Assert.Equal("Playing was refused: restricted access", await page.RefusalAsync("Play", Offer("vod/dir/clip.mp4")));
        Assert.Empty(Peers.Plays);
        Assert.Equal(0, Catalog.OpenFiles);
    }

    [Fact]
    public async Task Play_IsOfTheFile()
    {
        await using HubClient page = await ConnectAsync();
        Assert.Equal("dir/clip.mp4", (string?)(await page.CallAsync("Play", Offer("vod/dir/clip.mp4")))!["streamName"]);
        Assert.Equal("vod/dir/clip.mp4", Assert.Single(Peers.Plays).Key.ToString());
        Assert.Equal("Stream not found", await page.RefusalAsync("Play", Offer("vod/dir/none.mp4")));
    }

    [Fact]
    public async Task HostileNames_OpenNothing()
    {
        await using HubClient page = await ConnectAsync();
        foreach (string name in HostileNames.All)
        {
            await page.RefusalAsync("Play", Offer("vod/" + name));
            try
            {
                Assert.StartsWith("""{"available":false""", await AvailableAsync(page, "vod/" + name), StringComparison.Ordinal);
            }
            catch (HubException)
            {
                // It is no name at all.
            }
        }

        Assert.Empty(Peers.Plays);
        Assert.Equal(0, Catalog.OpenFiles);
    }
}
