using System.Globalization;
using System.Text.RegularExpressions;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>A decoded picture of the test pattern.</summary>
/// <param name="Seconds">Presentation time.</param>
/// <param name="Counter">Its number; null when it could not be read.</param>
/// <param name="Flash">Whether the middle is white.</param>
internal readonly record struct Picture(double Seconds, int? Counter, bool Flash);

/// <summary>A run of decoded samples with one presentation time.</summary>
/// <param name="Seconds">Presentation time of the first sample.</param>
/// <param name="FirstSample">Its index in the sound.</param>
/// <param name="Samples">How many samples follow on each other.</param>
internal readonly record struct SoundBlock(double Seconds, int FirstSample, int Samples);

/// <summary>Pictures and sound of a file, decoded by ffmpeg, with the times at which a player would present them.</summary>
internal sealed partial class DecodedMedia
{
    private const int Width = 160;
    private const int Height = 90;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly IReadOnlyList<SoundBlock> _blocks;

    private DecodedMedia(IReadOnlyList<Picture> pictures, short[] sound, IReadOnlyList<SoundBlock> blocks)
    {
        Pictures = pictures;
        Sound = sound;
        _blocks = blocks;
    }

    /// <summary>The pictures in order of presentation.</summary>
    public IReadOnlyList<Picture> Pictures { get; }

    /// <summary>The sound, mixed to one channel of 48 kHz, without regard to gaps: use <see cref="SecondsOfSample"/>.</summary>
    public short[] Sound { get; }

    /// <summary>
    /// Decodes a file; <paramref name="video"/> and <paramref name="audio"/> say what it holds. <paramref name="soundDecoder"/> is
    /// ffmpeg's own choice unless it is named.
    /// </summary>
    public static async Task<DecodedMedia> DecodeAsync(
        string path, bool video = true, bool audio = true, string? inputFormat = null, string? soundDecoder = null)
    {
        List<Picture> pictures = video ? await DecodePicturesAsync(path, inputFormat) : [];
        (short[] sound, List<SoundBlock> blocks) = audio ? await DecodeSoundAsync(path, inputFormat, soundDecoder) : ([], []);
        return new DecodedMedia(pictures, sound, blocks);
    }

    /// <summary>Runs a strict decoder over the whole file and returns its complaints: empty when there are none.</summary>
    public static async Task<string> DecodeErrorsAsync(string path)
    {
        List<string> lines = [];
        await using ToolProcess decoder = ToolProcess.Start(
            Tool.Require("ffmpeg"),
            // The output keeps the input's times: it shall not complain about pictures that come closer together than its own rate.
            ["-nostdin", "-v", "error", "-xerror", "-err_detect", "explode", "-i", path, "-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "null", "-"],
            lines.Add);
        int status = await decoder.WaitForExitAsync(Limit);
        return status == 0 && lines.Count == 0 ? "" : $"status {status}: {string.Join('\n', lines)}";
    }

    /// <summary>The presentation time of a sample of <see cref="Sound"/>.</summary>
    public double SecondsOfSample(int sample)
    {
        SoundBlock block = _blocks.Last(candidate => candidate.FirstSample <= sample);
        return block.Seconds + ((sample - block.FirstSample) / (double)TestPattern.SampleRate);
    }

    private static async Task<List<Picture>> DecodePicturesAsync(string path, string? inputFormat)
    {
        List<double> times = [];
        byte[] samples = await DecodeAsync(
            path,
            inputFormat,
            ["-map", "0:v:0", "-vf", $"scale={Width}:{Height}:flags=area,format=gray,showinfo", "-fps_mode", "passthrough", "-f", "rawvideo"],
            line => AddTime(PictureTime().Match(line), times));
        Assert.Equal(times.Count, samples.Length / (Width * Height));
        List<Picture> pictures = [];
        for (int i = 0; i < times.Count; i++)
        {
            (int? counter, bool flash) = TestPattern.Read(samples.AsSpan(i * Width * Height, Width * Height), Width, Height);
            pictures.Add(new Picture(times[i], counter, flash));
        }

        return pictures;
    }

    private static async Task<(short[] Sound, List<SoundBlock> Blocks)> DecodeSoundAsync(string path, string? inputFormat, string? decoder)
    {
        List<SoundBlock> blocks = [];
        int total = 0;
        byte[] bytes = await DecodeAsync(
            path,
            inputFormat,
            ["-map", "0:a:0", "-af", "aformat=sample_fmts=s16:channel_layouts=mono:sample_rates=48000,ashowinfo", "-f", "s16le"],
            line =>
            {
                Match match = SoundTime().Match(line);
                if (match.Success)
                {
                    int count = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
                    blocks.Add(new SoundBlock(double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), total, count));
                    total += count;
                }
            },
            decoder is null ? [] : ["-c:a", decoder]);
        short[] sound = new short[bytes.Length / 2];
        Buffer.BlockCopy(bytes, 0, sound, 0, sound.Length * 2);
        Assert.Equal(total, sound.Length);
        return (sound, blocks);
    }

    private static async Task<byte[]> DecodeAsync(string path, string? inputFormat, string[] output, Action<string> onLine, string[]? inputOptions = null)
    {
        string[] format = [.. inputOptions ?? [], .. inputFormat is null ? [] : (string[])["-f", inputFormat]];
        await using ToolProcess decoder = ToolProcess.Start(
            Tool.Require("ffmpeg"),
            ["-nostdin", "-hide_banner", "-v", "info", "-nostats", "-copyts", .. format, "-i", path, .. output, "pipe:1"],
            onLine,
            keep: line => !line.StartsWith("[Parsed_", StringComparison.Ordinal),
            binaryOutput: true);
        using MemoryStream bytes = new();
        await decoder.Process.StandardOutput.BaseStream.CopyToAsync(bytes);
        int status = await decoder.WaitForExitAsync(Limit);
        Assert.True(status == 0, $"ffmpeg could not decode {path}:\n{decoder.Output}");
        return bytes.ToArray();
    }

    private static void AddTime(Match match, List<double> times)
    {
        if (match.Success)
        {
            times.Add(double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex(@"^\[Parsed_showinfo.* n: *\d+ pts:.* pts_time: *(-?[\d.]+)")]
    private static partial Regex PictureTime();

    [GeneratedRegex(@"^\[Parsed_ashowinfo.* pts_time:(-?[\d.]+) .*nb_samples:(\d+)")]
    private static partial Regex SoundTime();
}
