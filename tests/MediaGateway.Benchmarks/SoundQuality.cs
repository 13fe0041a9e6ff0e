using System.Globalization;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Benchmarks;

/// <summary>
/// What the two coders of FFmpeg's AAC encoder make of tones, noise, clicks and stand-ins for speech and music: encoded, decoded, laid on the
/// original and compared. It stands in for listening. Written as a table:
/// <c>dotnet run -c Release --project tests/MediaGateway.Benchmarks -- sound-quality</c>.
/// </summary>
internal sealed class SoundQuality
{
    /// <summary>The program's first argument.</summary>
    public const string Name = "sound-quality";

    private const int Seconds = 6;
    private const int Settle = SoundSamples.Rate / 2;

    private readonly BufferPool _pool = new();

    /// <summary>Everything that is compared.</summary>
    public static IEnumerable<StereoSound> Sounds =>
    [
        SoundSamples.Tone(100, -6, Seconds),
        SoundSamples.Tone(1000, -6, Seconds),
        SoundSamples.Tone(1000, -40, Seconds),
        SoundSamples.Tone(4000, -6, Seconds),
        SoundSamples.Tone(4000, -60, Seconds),
        SoundSamples.Tone(10_000, -6, Seconds),
        SoundSamples.Tones(Seconds),
        SoundSamples.Speech(Seconds),
        SoundSamples.Music(Seconds),
        SoundSamples.Pink(Seconds, isStereo: false),
        SoundSamples.Pink(Seconds, isStereo: true),
        SoundSamples.White(Seconds, isStereo: false),
        SoundSamples.White(Seconds, isStereo: true),
        SoundSamples.Castanets(Seconds),
    ];

    /// <summary>Runs it.</summary>
    /// <param name="rates">In bit/s of both channels.</param>
    /// <param name="output">Where the table goes.</param>
    public void Run(IEnumerable<int> rates, TextWriter output)
    {
        output.WriteLine("Each pair is `fast` / `twoloop`. SNR: all of it. Segments: mean of 21 ms each. Noise above mask: mean in dB, and share of bands in which it may be heard.");
        output.WriteLine();
        output.WriteLine("| sound | kbit/s asked for | kbit/s reached | SNR, dB | segments, dB | noise to mask, dB | bands above mask, % |");
        output.WriteLine("|---|---|---|---|---|---|---|");
        foreach (int rate in rates)
        {
            foreach (StereoSound sound in Sounds)
            {
                (double kilobits, SoundDifference fast) = Compare(sound, "fast", rate);
                (double otherKilobits, SoundDifference twoLoop) = Compare(sound, "twoloop", rate);
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {sound.Name} | {rate / 1000} | {kilobits:0} / {otherKilobits:0} | {fast.Ratio:0.0} / {twoLoop.Ratio:0.0} | {fast.Segments:0.0} / {twoLoop.Segments:0.0} | {fast.NoiseToMask:0.0} / {twoLoop.NoiseToMask:0.0} | {fast.Audible:0.0} / {twoLoop.Audible:0.0} |"));
            }
        }
    }

    /// <summary>Encodes and decodes a sound, and says what rate was reached and how it differs.</summary>
    public (double Kilobits, SoundDifference Difference) Compare(StereoSound sound, string coder, int rate)
    {
        float[] left = new float[sound.Left.Length + (3 * AacEncoder.FrameSamples)];
        float[] right = new float[left.Length];
        using var encoder = new AacEncoder(new AacEncoderOptions { Coder = coder, BitRate = rate });
        using var decoder = new FFmpegSoundDecoder(encoder.Format);
        int decoded = 0;
        long bytes = 0;
        for (int start = 0; start + AacEncoder.FrameSamples <= left.Length; start += AacEncoder.FrameSamples)
        {
            using PooledBuffer? packet = encoder.Encode(Frame(sound.Left, start), Frame(sound.Right, start), _pool, out int length);
            if (packet is not null)
            {
                bytes += length;
                Append(decoder, packet.Span[..length], left, right, ref decoded);
            }
        }

        // The first sample lies behind the priming.
        int compared = Math.Min(sound.Left.Length, decoded - AacEncoder.PrimingSamples);
        var difference = SoundDifference.Of(
            [sound.Left.AsMemory(Settle, compared - Settle), sound.Right.AsMemory(Settle, compared - Settle)],
            [left.AsMemory(AacEncoder.PrimingSamples + Settle, compared - Settle), right.AsMemory(AacEncoder.PrimingSamples + Settle, compared - Settle)]);
        return (bytes * 8.0 / 1000 * SoundSamples.Rate / decoded, difference);
    }

    private static float[] Frame(float[] samples, int start)
    {
        float[] frame = new float[AacEncoder.FrameSamples];
        int count = Math.Clamp(samples.Length - start, 0, frame.Length);
        samples.AsSpan(Math.Min(start, samples.Length), count).CopyTo(frame);
        return frame;
    }

    private static void Append(FFmpegSoundDecoder decoder, ReadOnlySpan<byte> packet, float[] left, float[] right, ref int decoded)
    {
        int samples = decoder.Decode(packet);
        for (int index = 0; index < samples && decoded < left.Length; index++)
        {
            left[decoded] = decoder.Sound[2 * index];
            right[decoded] = decoder.Sound[(2 * index) + 1];
            decoded++;
        }
    }
}
