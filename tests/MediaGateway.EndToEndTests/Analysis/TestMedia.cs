using System.Globalization;
using MediaGateway.EndToEndTests.Tools;

namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>Makes media files of the test pattern with ffmpeg.</summary>
internal static class TestMedia
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Options of a video encoder as browsers set theirs: baseline, no B-frames, no delay.</summary>
    public static IReadOnlyList<string> RealTimeH264(int groupLength) =>
    [
        "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline", "-pix_fmt", "yuv420p",
        "-g", Number(groupLength), "-keyint_min", Number(groupLength), "-sc_threshold", "0", "-bf", "0",
    ];

    /// <summary>Options of a video encoder as people who publish with OBS or ffmpeg set theirs: main, a keyframe every two seconds.</summary>
    public static IReadOnlyList<string> EncoderH264(int bFrames) =>
    [
        "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-profile:v", "main", "-g", Number(2 * TestPattern.PictureRate),
        "-bf", Number(bFrames), "-b_strategy", "0",
    ];

    /// <summary>Encodes pictures and sound to one file with the given output options.</summary>
    /// <param name="folder">Where the raw media lie meanwhile.</param>
    /// <param name="seconds">Length.</param>
    /// <param name="width">Width of the pictures.</param>
    /// <param name="height">Height of the pictures.</param>
    /// <param name="soundDelay">Samples by which the sound is late; negative: early.</param>
    /// <param name="output">Options and paths of the outputs; input 0 are the pictures, input 1 is the sound.</param>
    public static async Task EncodeAsync(WorkFolder folder, int seconds, int width, int height, int soundDelay, IEnumerable<string> output)
    {
        string pictures = folder.File("pictures.raw");
        string sound = folder.File("sound.raw");
        await WritePicturesAsync(pictures, seconds, width, height);
        await WriteSoundAsync(sound, seconds, soundDelay);
        await ToolProcess.RunAsync(
            Tool.Require("ffmpeg"),
            [
                "-nostdin", "-v", "error", "-y",
                "-f", "rawvideo", "-pix_fmt", "gray", "-s", $"{width}x{height}", "-r", Number(TestPattern.PictureRate), "-i", pictures,
                "-f", "s16le", "-ar", Number(TestPattern.SampleRate), "-ac", "1", "-i", sound,
                .. output,
            ],
            Limit);
        File.Delete(pictures);
        File.Delete(sound);
    }

    /// <summary>The path of an FLV file with AAC that several tests of a run share; see <see cref="EncodeAsync"/>.</summary>
    /// <param name="seconds">Length.</param>
    /// <param name="width">Width of the pictures.</param>
    /// <param name="height">Height of the pictures.</param>
    /// <param name="video">Options of the video encoder.</param>
    public static Task<string> ShareFlvAsync(int seconds, int width, int height, IReadOnlyList<string> video) => SharedFiles.GetAsync(
        $"FLV {seconds} {width} {height} {string.Join(' ', video)}",
        async path =>
        {
            using WorkFolder folder = new();
            await EncodeAsync(folder, seconds, width, height, 0, [.. video, "-c:a", "aac", "-ac", "2", "-f", "flv", path]);
        });

    private static async Task WritePicturesAsync(string path, int seconds, int width, int height)
    {
        await using FileStream file = File.Create(path);
        byte[] picture = new byte[width * height];
        for (int i = 0; i < seconds * TestPattern.PictureRate; i++)
        {
            TestPattern.Draw(picture, width, height, i);
            await file.WriteAsync(picture);
        }
    }

    private static async Task WriteSoundAsync(string path, int seconds, int delay)
    {
        await using FileStream file = File.Create(path);
        short[] samples = new short[TestPattern.SampleRate];
        byte[] bytes = new byte[samples.Length * 2];
        for (int second = 0; second < seconds; second++)
        {
            TestPattern.Sound(samples, (second * (long)TestPattern.SampleRate) - delay);
            Buffer.BlockCopy(samples, 0, bytes, 0, bytes.Length);
            await file.WriteAsync(bytes);
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
