using System.Globalization;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Vod;
using Xunit;

namespace MediaGateway.Tests.Servers.Hls;

public sealed class HlsFilesTests : IDisposable
{
    public static TheoryData<string> Hostile => HostileNames.Rows;

    private readonly string _folder = Directory.CreateTempSubdirectory("hls-").FullName;

    private string Root => Path.Combine(_folder, "root");

    [Fact]
    public async Task File_PlaysFromItsIndexToItsLastSegment()
    {
        await using HlsHost host = await StartAsync();

        HlsResponse index = await host.GetAsync("/hls/vod/dir/clip.mp4/index.m3u8?token=x");
        Assert.Contains("CODECS=", index.Text, StringComparison.Ordinal);
        HlsResponse media = await host.GetAsync($"/hls/vod/dir/clip.mp4/{index.Text.Split('\n')[^2]}");
        HlsPlaylist playlist = HlsPlaylist.Read(media.Text);

        Assert.True(playlist.HasEnded);
        Assert.Equal(13m, playlist.Segments.Sum(segment => segment.Duration!.Value));
        Assert.Equal(["ftyp", "moov"], Mp4Box.Read((await host.GetAsync($"/hls/vod/dir/clip.mp4/{playlist.Segments[0].Map}")).Bytes).Select(box => box.Type));
        foreach (HlsListedSegment segment in playlist.Segments)
        {
            HlsResponse bytes = await host.GetAsync($"/hls/vod/dir/clip.mp4/{segment.Address}");
            Assert.Equal((200, "video/mp4"), (bytes.Status, bytes.MediaType));
            Assert.Equal(["moof", "mdat"], Mp4Box.Read(bytes.Bytes).Select(box => box.Type));
        }

        Assert.Single(host.Access.Sessions);
        Assert.Equal("dir/clip.mp4", Assert.Single(host.Directory.Sessions).Key.Name);
        string last = playlist.Segments[^1].Address!;
        Assert.Equal(404, (await host.GetAsync($"/hls/vod/dir/clip.mp4/{last.Replace($"/{playlist.Segments.Count - 1}.", "/99.", StringComparison.Ordinal)}")).Status);
        Assert.Equal(404, (await host.GetAsync($"/hls/vod/dir/clip.mp4/0123456789/{0}.m4s")).Status);
        Assert.Equal(404, (await host.GetAsync($"/hls/vod/dir/clip_360.mp4/{last}")).Status);
    }

    [Fact]
    public async Task RecordingThatGoesOn_IsAnEventUntilItHasEnded()
    {
        bool isWritten = true;
        string records = Directory.CreateDirectory(Path.Combine(_folder, "records")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(records, "show.mp4"), SmallMp4.Make(19), TestContext.Current.CancellationToken);
        await using HlsHost host = await HlsHost.StartAsync(
            TimeSpan.Zero,
            services => services.AddSingleton(new VodRoot(["records"], records, path => isWritten && path.EndsWith("/show.mp4", StringComparison.Ordinal))));
        string media = $"/hls/records/show.mp4/{(await host.GetAsync("/hls/records/show.mp4/index.m3u8")).Text.Split('\n')[^2]}";

        HlsPlaylist growing = HlsPlaylist.Read((await host.GetAsync(media)).Text);
        isWritten = false;
        HlsPlaylist ended = HlsPlaylist.Read((await host.GetAsync(media)).Text);

        Assert.Equal((false, true), (growing.HasEnded, ended.HasEnded));
        Assert.Equal((3, 4), (growing.Segments.Count, ended.Segments.Count));
        Assert.Equal(growing.TargetDuration, ended.TargetDuration);
        Assert.Equal(growing.Segments.Select(segment => segment.Address), ended.Segments.Take(3).Select(segment => segment.Address));
    }

    [Fact]
    public async Task SetOfFiles_IsOneIndex()
    {
        await using HlsHost host = await StartAsync();

        HlsResponse index = await host.GetAsync("/hls/vod/dir/clip/index.m3u8");
        string[] levels = [.. index.Text.Split('\n').Where(line => line.StartsWith("../", StringComparison.Ordinal))];

        Assert.Equal(2, levels.Length);
        foreach (string level in levels)
        {
            Assert.Equal(200, (await host.GetAsync($"/hls/vod/dir/clip/{level}")).Status);
        }

        Assert.Single(host.Access.Sessions);
    }

    [Fact]
    public async Task RefusedAndMissing_AreToldInWords()
    {
        await using HlsHost host = await StartAsync();
        File.WriteAllText(Path.Combine(Root, "text.mp4"), "This is no film.");
        Assert.Equal(415, (await host.GetAsync("/hls/vod/text.mp4/index.m3u8")).Status);
        Assert.Equal(404, (await host.GetAsync("/hls/vod/none.mp4/index.m3u8")).Status);

        host.Access.OnPlay = (_, _) => FakeAccess.Refused("No.");
        Assert.Equal(401, (await host.GetAsync("/hls/vod/dir/clip.mp4/index.m3u8")).Status);
        Assert.Equal(401, (await host.GetAsync("/vod/dir/clip.mp4")).Status);
        Assert.Equal(0, host.Viewers.Count);
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task HostileNames_OpenNothing(string name)
    {
        await using HlsHost host = await StartAsync();
        foreach (string written in new[] { name, Uri.EscapeDataString(name), Uri.EscapeDataString(name).Replace("%2F", "/", StringComparison.Ordinal) })
        {
            foreach (string path in new[] { $"/hls/vod/{written}/index.m3u8", $"/hls/vod/{written}/media.m3u8", $"/vod/{written}" })
            {
                if (!Uri.TryCreate(path, UriKind.Relative, out _) || path.Any(character => character < ' '))
                {
                    continue;
                }

                HlsResponse response = await host.GetAsync(path);
                Assert.InRange(response.Status, 400, 499);
                Assert.DoesNotContain("ftyp", response.Text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task FileAsItIs_InRangesWithWhatCachesNeed()
    {
        await using HlsHost host = await StartAsync();
        byte[] file = await File.ReadAllBytesAsync(Path.Combine(Root, "dir", "clip.mp4"), TestContext.Current.CancellationToken);

        HlsResponse whole = await host.GetAsync("/vod/dir/clip.mp4");
        HlsResponse part = await host.GetAsync("/vod/dir/clip.mp4", "GET", ("Range", "bytes=100-199"));
        HlsResponse end = await host.GetAsync("/vod/dir/clip.mp4", "GET", ("Range", "bytes=-50"), ("If-Range", whole["ETag"]));
        HlsResponse known = await host.GetAsync("/vod/dir/clip.mp4", "GET", ("If-None-Match", whole["ETag"]));
        HlsResponse head = await host.GetAsync("/vod/dir/clip.mp4", "HEAD");
        HlsResponse beyond = await host.GetAsync("/vod/dir/clip.mp4", "GET", ("Range", "bytes=99999999-"));

        Assert.Equal(file, whole.Bytes);
        Assert.Equal(("video/mp4", "bytes", "*"), (whole.MediaType, whole["Accept-Ranges"], whole["Access-Control-Allow-Origin"]));
        Assert.Equal(206, part.Status);
        Assert.Equal(file[100..200], part.Bytes);
        Assert.Equal($"bytes 100-199/{file.Length}", part["Content-Range"]);
        Assert.Equal(file[^50..], end.Bytes);
        Assert.Equal(304, known.Status);
        Assert.Equal((200, 0, file.Length.ToString(CultureInfo.InvariantCulture)), (head.Status, head.Bytes.Length, head["Content-Length"]));
        Assert.Equal(416, beyond.Status);
        Assert.Empty(host.Directory.Sessions);
        Assert.Equal(404, (await host.GetAsync("/vod/dir/clip.txt")).Status);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<HlsHost> StartAsync()
    {
        if (!Directory.Exists(Root))
        {
            HostileNames.Prepare(_folder, SmallMp4.Make(1));
            File.WriteAllBytes(Path.Combine(Root, "dir", "clip.mp4"), SmallMp4.Make(13));
            File.WriteAllBytes(Path.Combine(Root, "dir", "clip_360.mp4"), SmallMp4.Make(13));
            File.WriteAllBytes(Path.Combine(Root, "dir", "clip_720.mp4"), SmallMp4.Make(13, 256));
            File.WriteAllText(Path.Combine(Root, "dir", "clip.txt"), "Not to be read.");
        }

        return await HlsHost.StartAsync(("Vod:Root", Root));
    }
}
