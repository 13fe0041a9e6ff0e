using System.Net;
using System.Text;
using System.Xml.Linq;
using MediaGateway.Configuration;
using MediaGateway.Streams.Ladders;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Smil;

/// <summary>Manifests: their shape, whom they name, what they list of streams and files, and what they never lead to.</summary>
public sealed class SmilEndpointsTests
{
    [Fact]
    public async Task LiveStream_IsListedInTheShapeThatPositionalParsersRead()
    {
        using var pool = new TrackingBufferPool();
        await using SmilHost host = await SmilHost.StartAsync(pool);
        string manifest = await host.ReadAsync("/smil/live/a.smil");
        XElement root = XDocument.Parse(manifest).Root!;
        XElement meta = root.Elements().First().Elements().First();
        Assert.Equal(("smil", "head", "meta"), (root.Name.ToString(), root.Elements().First().Name.ToString(), meta.Name.ToString()));
        Assert.Equal("rtmp://127.0.0.1/live/", meta.Attribute("base")!.Value);
        XElement choice = root.Elements().ElementAt(1).Elements().Single();
        Assert.Equal(("body", "switch"), (root.Elements().ElementAt(1).Name.ToString(), choice.Name.ToString()));
        long sound = LiveLadder.SoundRate;
        Assert.Equal(
            [
                $"<video src=\"a_720p\" system-bitrate=\"{2_500_000 + sound}\" width=\"1280\" height=\"720\" />",
                $"<video src=\"a_480p\" system-bitrate=\"{1_200_000 + sound}\" width=\"854\" height=\"480\" />",
                $"<video src=\"a_360p\" system-bitrate=\"{700_000 + sound}\" width=\"640\" height=\"360\" />",
            ],
            choice.Elements().Where(video => video.Attribute("src")!.Value != "a").Select(video => video.ToString()));
        Assert.Contains(choice.Elements(), video => video.Attribute("src")!.Value == "a");
    }

    [Fact]
    public async Task Answer_MayBeReadByEveryPageAndIsAskedForEachTime()
    {
        using var pool = new TrackingBufferPool();
        await using SmilHost host = await SmilHost.StartAsync(pool);
        using HttpResponseMessage answer = await host.AskAsync("/smil/live/a.smil");
        Assert.Equal("application/smil+xml", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-cache", answer.Headers.CacheControl!.ToString());
        Assert.Equal(["*"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        using HttpResponseMessage missing = await host.AskAsync("/smil/live/nobody.smil");
        Assert.Equal((HttpStatusCode.NotFound, "*"), (missing.StatusCode, missing.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        using HttpResponseMessage methods = await host.AskAsync("/smil/live/a.smil", HttpMethod.Options);
        Assert.Equal("GET, HEAD, OPTIONS", methods.Headers.GetValues("Access-Control-Allow-Methods").Single());
        using HttpResponseMessage head = await host.AskAsync("/smil/live/a.smil", HttpMethod.Head);
        Assert.Equal((HttpStatusCode.OK, ""), (head.StatusCode, await head.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("/live/smil:a.smil/jwplayer.smil")]
    [InlineData("/smil/live/smil:a.smil/jwplayer.smil")]
    [InlineData("/smil/live/smil:a.smil")]
    public async Task WowzasForms_AreTaken(string path)
    {
        using var pool = new TrackingBufferPool();
        await using SmilHost host = await SmilHost.StartAsync(pool);
        Assert.Equal(await host.ReadAsync("/smil/live/a.smil"), await host.ReadAsync(path));
    }

    [Fact]
    public async Task Nodes_AreNamedInTurn()
    {
        using var pool = new TrackingBufferPool();
        var relay = new RelayOptions();
        relay.Nodes.Add(new RelayNodeOptions { Address = "rtmp://edge1.example.org" });
        relay.Nodes.Add(new RelayNodeOptions { Address = "rtmp://edge2.example.org:1940" });
        relay.Nodes.Add(new RelayNodeOptions { Address = "rtmp://edge3.example.org", Drain = true });
        await using SmilHost host = await SmilHost.StartAsync(pool, relay);
        List<string> bases = [];
        for (int round = 0; round < 4; round++)
        {
            bases.Add(XDocument.Parse(await host.ReadAsync("/smil/live/a.smil")).Descendants("meta").Single().Attribute("base")!.Value);
        }

        Assert.Equal(["rtmp://edge1.example.org/live/", "rtmp://edge2.example.org:1940/live/"], bases.Distinct().Order());
        Assert.NotEqual(bases[0], bases[1]);
    }

    [Fact]
    public async Task Parameters_ArePassedOnToEveryLevel()
    {
        using var pool = new TrackingBufferPool();
        await using SmilHost host = await SmilHost.StartAsync(pool);
        string manifest = await host.ReadAsync("/smil/live/a.smil?token=x&user=%22y");
        Assert.Contains("src=\"a_720p?token=x&amp;user=%22y\"", manifest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FilesBesideEachOther_AreASet()
    {
        using var pool = new TrackingBufferPool();
        await using SmilHost host = await SmilHost.StartAsync(pool);
        host.Files.Write("dir/clip_720.mp4", SmallMp4.Make(2, pictureBytes: 400));
        host.Files.Write("dir/clip_360p.mp4", SmallMp4.Make(2, pictureBytes: 100));
        host.Files.Write("dir/clip_other.mp4", SmallMp4.Make(2));
        XElement[] videos = [.. XDocument.Parse(await host.ReadAsync("/smil/vod/dir/clip.smil")).Descendants("video")];
        Assert.Equal(["mp4:dir/clip_720.mp4", "mp4:dir/clip_360p.mp4"], videos.Select(video => video.Attribute("src")!.Value));
        // 25 pictures of 400 bytes and 40 frames of sound of 8 bytes a second.
        Assert.InRange((int)videos[0].Attribute("system-bitrate")!, 80_000, 90_000);
        Assert.All(videos, video => Assert.True((int)video.Attribute("height")! > 0));
    }

    [Fact]
    public async Task ManifestInTheFolder_NamesTheSet()
    {
        using var pool = new TrackingBufferPool();
        await using SmilHost host = await SmilHost.StartAsync(pool);
        host.Files.Write("dir/high.mp4", SmallMp4.Make(1));
        host.Files.Write("dir/low.mp4", SmallMp4.Make(1));
        host.Files.Write("dir/film.smil", Encoding.UTF8.GetBytes("""
            <?xml version="1.0" encoding="UTF-8"?>
            <smil title="film"><head/><body><switch>
              <!-- Wowza's form -->
              <video src="mp4:low.mp4" system-bitrate="300000" width="1" height="1"><param name="videoCodecId" value="avc1"/></video>
              <video src="high.mp4" system-bitrate="900000"/>
              <video src="missing.mp4" system-bitrate="1"/>
              <video src="../../secret.mp4" system-bitrate="2"/>
              <video src="/etc/passwd" system-bitrate="3"/>
            </switch></body></smil>
            """));
        XElement[] videos = [.. XDocument.Parse(await host.ReadAsync("/smil/vod/dir/film.smil")).Descendants("video")];
        Assert.Equal(
            [("mp4:dir/high.mp4", "900000"), ("mp4:dir/low.mp4", "300000")],
            videos.Select(video => (video.Attribute("src")!.Value, video.Attribute("system-bitrate")!.Value)));
    }

    [Fact]
    public async Task HostileNames_LeadNowhere()
    {
        using var pool = new TrackingBufferPool();
        await using SmilHost host = await SmilHost.StartAsync(pool);
        host.Files.Write("a_720.mp4", SmallMp4.Make(1));
        File.WriteAllBytes(Path.Combine(host.Files.Outside, "secret_720.mp4"), SmallMp4.Make(1));
        File.WriteAllText(
            Path.Combine(host.Files.Outside, "secret.smil"), """<smil><head/><body><switch><video src="a_720.mp4"/></switch></body></smil>""");
        foreach (string name in HostileNames.All.Select(name => name.Replace(".mp4", "", StringComparison.Ordinal)))
        {
            string escaped = string.Concat(name.Select(character =>
                char.IsAscii(character) && character > ' ' && character is not ('?' or '#' or '\\') ? $"{character}" : Uri.EscapeDataString($"{character}")));
            foreach (string application in (string[])["vod", "live"])
            {
                using HttpResponseMessage answer = await host.AskAsync($"/smil/{application}/{escaped}.smil");
                Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{name}: {answer.StatusCode}");
            }
        }
    }
}
