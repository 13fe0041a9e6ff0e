using System.Xml.Linq;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Levels that the gateway makes, played by programs that people use.</summary>
[Collection(Lane.Programs)]
public sealed class LadderTests
{
    private const int FirstKeyframes = 1;

    [Fact]
    public async Task FfmpegPublishes720WithBFrames_TheManifestsLevelsPlayWithItsKeyframes()
    {
        using WorkFolder folder = new();
        string file = folder.File("clip.flv");
        await TestMedia.EncodeAsync(
            folder, 14, 1280, 720, 0, ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "40", "-c:a", "aac", "-ac", "2", "-f", "flv", file]);
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?>
        {
            ["Ladder__Default"] = "phone",
            ["Ladder__Ladders__phone__360p__Height"] = "360",
            ["Ladder__Ladders__phone__360p__BitsPerSecond"] = "700000",
            ["Ladder__Ladders__phone__180p__Height"] = "180",
            ["Ladder__Ladders__phone__180p__BitsPerSecond"] = "200000",
            ["Ladder__MaximumConvertedPixelsPerSecond"] = "1000000000",
        });
        await using FfmpegEncoder encoder = await FfmpegEncoder.PublishAsync(gateway, file, gateway.RtmpAddress("show"));

        using HttpClient http = new();
        XDocument manifest = new();
        async Task<bool> HasLevels()
        {
            manifest = XDocument.Parse(await http.GetStringAsync(new Uri(gateway.Page, "smil/live/show.smil"), TestContext.Current.CancellationToken));
            return manifest.Descendants("video").Count() > 1; // Its levels are known when its size is.
        }

        await Wait.UntilAsync(HasLevels, TimeSpan.FromSeconds(20), () => "the manifest to list levels");
        string address = manifest.Descendants("meta").Single().Attribute("base")!.Value;
        string[] names = [.. manifest.Descendants("video").Select(video => video.Attribute("src")!.Value)];
        Assert.Equal(["show", "show_180p", "show_360p"], names.Order());
        await Task.WhenAll(names.Select(name => FfmpegRecorder.RecordToEndAsync(address + name, folder.File($"{name}.flv"), TimeSpan.FromSeconds(40))));

        IReadOnlyList<MediaPacket> source = await PicturesAsync(folder.File("show.flv"));
        foreach ((string name, int width, int height) in ((string, int, int)[])[("show_360p", 640, 360), ("show_180p", 320, 180)])
        {
            string level = folder.File($"{name}.flv");
            MediaTrackInfo video = (await MediaTrackInfo.ListAsync(level)).Single(track => track.Kind == "video");
            Assert.Equal(("h264", width, height), (video.Codec, video.Width, video.Height));
            // A player of the source may have come later than one of a level.
            IReadOnlyList<MediaPacket> pictures = [.. (await PicturesAsync(level)).Where(picture => picture.Pts >= source.Min(one => one.Pts))];
            Assert.All(pictures, picture => Assert.Equal(picture.Dts, picture.Pts));
            Assert.Subset(source.Select(picture => picture.Pts).ToHashSet(), pictures.Select(picture => picture.Pts).ToHashSet());

            // The first keyframe is where the level began; those after it are the source's.
            double[] keyframes = [.. pictures.Where(picture => picture.IsKeyframe).Select(picture => picture.Pts)];
            Assert.True(keyframes.Length > 2, $"{keyframes.Length} keyframes");
            Assert.Equal(
                source.Where(picture => picture.IsKeyframe && picture.Pts > keyframes[^1] - 3 && picture.Pts > keyframes[0]).Select(picture => picture.Pts),
                keyframes.Skip(FirstKeyframes).Where(time => time > keyframes[^1] - 3));
            Assert.Equal("", await DecodedMedia.DecodeErrorsAsync(level));
        }
    }

    private static async Task<IReadOnlyList<MediaPacket>> PicturesAsync(string file) =>
        [.. (await MediaPacket.ListAsync(file)).Where(packet => packet.Codec == "video")];
}
