using System.Buffers.Binary;
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

        await RtmpServerHost.UntilAsync(() => viewer.HasGoodbye, "the end of the file");
        Assert.True(viewer.Pictures.Count > 0 && viewer.Sounds > 0, $"{viewer.Pictures.Count} pictures, {viewer.Sounds} frames of sound");
        Assert.Equal((MediaSessionStatus.Stopped, "Played to its end"), (session.Status, session.Information));
        Assert.Empty(host.Streams.Streams);
    }

    /// <summary>
    /// Every picture is a little brighter than the one before, and only the first is a keyframe: what arrives is decoded, and is right when it gets brighter from
    /// the file's start to its end.
    /// </summary>
    [Theory]
    [InlineData(2, 250)]
    [InlineData(0, 25)]
    public async Task PicturesInAnyOrder_AreShownInTheRightOne(int bFrames, int group)
    {
        const int Pictures = 75;
        string file = Path.Combine(_root, "ramp.mp4");
        ToolRun encoder = await ToolRun.StartAsync(
            "ffmpeg",
            $"-v error -f lavfi -i nullsrc=size=160x96:rate=25:duration=3,geq=lum=40+2*N:cb=128:cr=128 -f lavfi -i sine=440:duration=3 "
            + $"-c:v libx264 -pix_fmt yuv420p -bf {bFrames} -b_strategy 0 -g {group} -c:a aac {file}");
        await encoder.SucceedAsync();
        await using WhipHost host = await WhipHost.StartRealAsync(("Vod:Root", _root));
        using var viewer = new LoopbackViewer("whep");
        WhipAnswer answer = await host.SendAsync("POST", "/whep/vod/ramp.mp4", TestViewer.Offer());
        viewer.Start(answer.Text);
        await RtmpServerHost.UntilAsync(() => viewer.HasGoodbye, "the end of the file");

        byte[] seen = await DecodeAsync(viewer.Pictures);
        Assert.True(seen.Length > Pictures * 8 / 10, $"{seen.Length} pictures of {Pictures}: {string.Join(' ', seen)}");
        Assert.True(seen.SequenceEqual(seen.Order()), string.Join(' ', seen));
        Assert.True(seen[0] < 75 && seen[^1] > 180, string.Join(' ', seen)); // the conversion of B-frames shows nothing from before it began
        Assert.True(viewer.Sounds > 100, $"{viewer.Sounds} frames of sound");
    }

    [Fact]
    public async Task Mp3_BecomesOpus()
    {
        File.WriteAllBytes(Path.Combine(_root, "song.mp3"), TestData.Read("audio", "mp3", "androidx", "bear-cbr-variable-frame-size-no-seek-table.mp3"));
        await using WhipHost host = await WhipHost.StartRealAsync(("Vod:Root", _root));
        using var viewer = new LoopbackViewer("whep");
        WhipAnswer answer = await host.SendAsync("POST", "/whep/vod/mp3:song", TestViewer.Offer());
        Assert.True(answer.Status == 201, answer.Text);
        viewer.Start(answer.Text);
        await RtmpServerHost.UntilAsync(() => viewer.HasGoodbye, "the end of the file");

        Assert.InRange(viewer.Sounds, 120, 150); // 2.8 s in frames of 20 ms
        Assert.Empty(viewer.Pictures);
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

        Assert.Equal(1, host.Get<VodPump>().Count);
        Assert.Equal(200, (await host.SendAsync("DELETE", answer.Location)).Status);
        await RtmpServerHost.UntilAsync(() => host.Get<VodPump>().Count == 0, "nobody reads the file");
    }

    /// <summary>The mean brightness of each picture.</summary>
    private async Task<byte[]> DecodeAsync(IReadOnlyList<TakenFrame> pictures)
    {
        string coded = Path.Combine(_folder, "seen.h264");
        string decoded = Path.Combine(_folder, "seen.gray");
        await File.WriteAllBytesAsync(coded, [.. pictures.SelectMany(picture => AnnexB(picture.Payload))]);
        ToolRun decoder = await ToolRun.StartAsync("ffmpeg", $"-v error -xerror -i {coded} -vsync passthrough -vf scale=1:1 -f rawvideo -pix_fmt gray {decoded}");
        await decoder.SucceedAsync();
        return await File.ReadAllBytesAsync(decoded);
    }

    private static IEnumerable<byte> AnnexB(byte[] units)
    {
        for (int place = 0; place + 4 <= units.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(units.AsSpan(place));
            foreach (byte one in (byte[])[0, 0, 0, 1, .. units.AsSpan(place + 4, length)])
            {
                yield return one;
            }

            place += 4 + length;
        }
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
