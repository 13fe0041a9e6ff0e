using System.Buffers.Binary;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Network;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>
/// Three levels that one ffmpeg publishes, and a player of <c>quality=auto</c> behind a link that becomes narrow and wide again. The
/// same in virtual time, without a network, runs every time as <c>LevelFollowingTests</c>. Needs ffmpeg, ip, tc and root.
/// </summary>
[Collection(Lane.Alone)]
public sealed class QualityTests
{
    private const int Low = 90;
    private const int High = 360;
    private const int MediaSeconds = 10;

    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(14);
    private static readonly TimeSpan PlayersBuffer = TimeSpan.FromSeconds(1);

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task LinkBecomesNarrowAndWideAgain_LevelFollowsAndThePictureDoesNotStall()
    {
        using WorkFolder folder = new();
        await using NarrowNetwork network = await NarrowNetwork.CreateAsync("5mbit");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?>
        {
            ["Rtmp__BindAddress"] = "0.0.0.0",
            ["Applications__live__Ladder"] = "three",
            ["Ladder__Convert"] = "false",
            ["Ladder__Ladders__three__high__Height"] = "360",
            ["Ladder__Ladders__three__high__BitsPerSecond"] = "2400000",
            ["Ladder__Ladders__three__middle__Height"] = "180",
            ["Ladder__Ladders__three__middle__BitsPerSecond"] = "1100000",
            ["Ladder__Ladders__three__low__Height"] = "90",
            ["Ladder__Ladders__three__low__BitsPerSecond"] = "320000",
        });
        await using FfmpegEncoder encoder = await PublishAsync(gateway, folder);
        using RtmpPlayer player = network.Run(() => RtmpPlayer.Start($"rtmp://{network.GatewayAddress}:{gateway.RtmpPort}/live/show?quality=auto"));

        await Task.Delay(Phase, TestContext.Current.CancellationToken);
        long narrowed = RtmpPlayer.Now();
        await network.LimitAsync("600kbit");
        await Task.Delay(Phase, TestContext.Current.CancellationToken);
        long widened = RtmpPlayer.Now();
        await network.LimitAsync("5mbit");
        await Task.Delay(Phase, TestContext.Current.CancellationToken);
        long end = RtmpPlayer.Now();

        List<Picture> pictures = Pictures(player.Messages);
        long start = pictures[0].At;
        double up = Seconds(start, pictures.First(picture => picture.Height == High).At);
        double down = Seconds(narrowed, pictures.First(picture => picture.At > narrowed && picture.Height == Low).At);
        double upAgain = Seconds(widened, pictures.First(picture => picture.At > widened && picture.Height == High).At);
        int tried = Changes([.. pictures.Where(picture => picture.At > narrowed && picture.At < widened)]).Count(picture => picture.Height != Low) - 1;
        double gap = pictures.Zip(pictures.Skip(1), (one, next) => Seconds(one.At, next.At)).Max();
        double stall = LongestStall(pictures);
        string levels = string.Join(", ", Changes(pictures).Select(change => $"{Seconds(start, change.At):0.0} s {change.Height}"));
        Measurements.Note(
            $"quality=auto, 5 Mbit/s, 600 kbit/s, 5 Mbit/s: highest level after {up:0.0} s, lowest {down:0.0} s after the link became narrow (higher ones tried {tried} times then), "
            + $"highest {upAgain:0.0} s after it became wide; longest stall {stall:0.00} s with a buffer of 1 s, longest gap between pictures {gap:0.00} s; "
            + $"levels by height: {levels}");

        Assert.Equal((High, High), (LevelAt(pictures, narrowed), LevelAt(pictures, end)));
        Assert.NotEqual(High, LevelAt(pictures, widened));
        Assert.InRange(stall, 0, 4);
        Assert.InRange(gap, 0, 4);
        Assert.All(pictures.Zip(pictures.Skip(1)), pair => Assert.True(pair.Second.Time > pair.First.Time, "time goes on"));
    }

    private static double Seconds(long from, long to) => (to - from) / 1e9;

    private static async Task<FfmpegEncoder> PublishAsync(GatewayProcess gateway, WorkFolder folder)
    {
        (string Name, string Size, string Rate)[] levels = [("high", "640x360", "2300k"), ("middle", "320x180", "1000k"), ("low", "160x90", "280k")];
        string[] common = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "25", "-keyint_min", "25", "-sc_threshold", "0", "-c:a", "aac", "-b:a", "64k", "-f", "flv", "-y"];
        List<string> encode = ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25,noise=alls=30:allf=t", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"];
        List<string> publish = [];
        for (int level = 0; level < levels.Length; level++)
        {
            (string name, string size, string rate) = levels[level];
            string file = folder.File($"{name}.flv");
            encode.AddRange(["-map", "0", "-map", "1", "-t", $"{MediaSeconds}", "-s", size, "-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate, .. common, file]);
            publish.AddRange(["-stream_loop", "-1", "-re", "-i", file]);
        }

        await ToolProcess.RunAsync(Tool.Require("ffmpeg"), encode, TimeSpan.FromSeconds(120));
        for (int level = 0; level < levels.Length; level++)
        {
            publish.AddRange(["-map", $"{level}", "-c", "copy"]);
            if (level < levels.Length - 1)
            {
                publish.AddRange(["-f", "flv", gateway.RtmpAddress($"show_{levels[level].Name}")]);
            }
        }

        return await FfmpegEncoder.PublishAsync(gateway, publish, gateway.RtmpAddress($"show_{levels[^1].Name}"));
    }

    /// <summary>The pictures with the height that the metadata before them has.</summary>
    private static List<Picture> Pictures(IEnumerable<RtmpMessage> messages)
    {
        var pictures = new List<Picture>();
        int height = 0;
        foreach (RtmpMessage message in messages)
        {
            int name = message.Type == 18 ? message.Payload.AsSpan().IndexOf("height\0"u8) : -1;
            if (name >= 0)
            {
                height = (int)BinaryPrimitives.ReadDoubleBigEndian(message.Payload.AsSpan(name + 7));
            }
            else if (message.IsPicture)
            {
                pictures.Add(new Picture(message.CompleteAt, message.Timestamp, height));
            }
        }

        return pictures;
    }

    private static int LevelAt(List<Picture> pictures, long at) => pictures.Last(picture => picture.At <= at).Height;

    private static IEnumerable<Picture> Changes(List<Picture> pictures) =>
        pictures.Where((picture, index) => index == 0 || pictures[index - 1].Height != picture.Height);

    private static double LongestStall(List<Picture> pictures)
    {
        double longest = 0;
        double start = (pictures[0].At / 1e9) + PlayersBuffer.TotalSeconds - (pictures[0].Time / 1e3);
        foreach (Picture picture in pictures)
        {
            double late = (picture.At / 1e9) - start - (picture.Time / 1e3);
            if (late > 0)
            {
                longest = Math.Max(longest, late);
                start += late;
            }
        }

        return longest;
    }

    private readonly record struct Picture(long At, uint Time, int Height);
}
