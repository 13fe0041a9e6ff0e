using MediaGateway.Media.Aac;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Silence;
using MediaGateway.Native.Audio;
using MediaGateway.Native.Tests.Opus;
using Xunit;

namespace MediaGateway.Native.Tests.Audio;

/// <summary>What decoders make of the frames of <see cref="SilentSound"/>.</summary>
public sealed class SilentSoundTests
{
    private const float OneStep = 1f / 32_768;

    /// <summary>A-law has no zero: its smallest sample is half a step of 16.</summary>
    private const float SilentALaw = 8 * OneStep;

    public static TheoryData<string> Kinds => [.. TestSource.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SilentFramesAfterLoudOnes_AreDigitalSilenceOfTheSameLength(string kind)
    {
        using var source = TestSource.Open(kind);
        var random = new Random(1);
        IReadOnlyList<byte[]> packets = source.Packets(2, (time, _) => (float)Math.Sin(2 * Math.PI * 300 * time) * 0.9f * random.NextSingle());
        var silence = new SilentSound();
        using ISoundDecoder decoder = source.Format is OpusFormat ? new OpusSoundDecoder()
            : source.Format.Codec is CodecId.Pcma or CodecId.Pcmu ? new G711SoundDecoder((PlainAudioFormat)source.Format)
            : new FFmpegSoundDecoder(source.Format);
        int silentFrom = packets.Count / 2;
        float loudest = 0;
        for (int index = 0; index < packets.Count; index++)
        {
            bool isSilent = index >= silentFrom;
            Assert.True(silence.TryGet(source.Format, packets[index], out ReadOnlyMemory<byte> silent));
            int samples = decoder.Decode(isSilent ? silent.Span : packets[index]);
            Assert.InRange(samples - (source.FrameSamples * 48_000.0 / source.Rate), index < 2 ? -100_000 : -1, 1);
            float peak = Loudest(decoder.Sound[..(samples * 2)]);
            loudest = Math.Max(loudest, isSilent ? 0 : peak);

            // What was loud rings for as long as a decoder's window or filter is.
            if (index >= silentFrom + 4)
            {
                Assert.InRange(peak, 0, kind == "pcma" ? SilentALaw : OneStep);
            }
        }

        Assert.InRange(loudest, 0.1f, 4f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(8)]
    public void AacOfAnyChannels_IsWhatADecoderExpects(int channels)
    {
        foreach (int rate in new[] { 8000, 24_000, 44_100, 96_000 })
        {
            foreach (int shortFrame in new[] { 0, 4 })
            {
                byte[] configuration = new byte[2];
                new AudioSpecificConfig(AudioSpecificConfig.LowComplexity, rate, channels).Write(configuration);
                configuration[1] |= (byte)shortFrame; // frameLengthFlag: 960 samples
                var format = new AacFormat(configuration, rate, channels);
                Assert.True(new SilentSound().TryGet(format, [0x21], out ReadOnlyMemory<byte> silent));
                using var decoder = new FFmpegSoundDecoder(format);
                for (int index = 0; index < 5; index++)
                {
                    int samples = decoder.Decode(silent.Span);
                    Assert.Equal((shortFrame == 0 ? 1024 : 960) * 48_000.0 / rate, samples, 1.01);
                    Assert.InRange(Loudest(decoder.Sound[..(samples * 2)]), 0, OneStep / 1000);
                }
            }
        }
    }

    [Theory]
    [InlineData(120)]
    [InlineData(240)]
    [InlineData(480)]
    [InlineData(960)]
    [InlineData(1920)]
    [InlineData(2880)]
    public void OpusOfAnyDuration_KeepsIt(int samples)
    {
        foreach (int channels in new[] { 1, 2 })
        {
            using var encoder = new OpusTestEncoder(channels, 32_000);
            using var decoder = new OpusSoundDecoder();
            var silence = new SilentSound();
            for (int index = 0; index < 10; index++)
            {
                byte[] packet = encoder.Encode(Sound.Tone(440, samples, channels, index * samples));
                Assert.True(silence.TryGet(new OpusFormat(channels), packet, out ReadOnlyMemory<byte> silent));
                Assert.Equal(samples, decoder.Decode(silent.Span));
                Assert.InRange(Loudest(decoder.Sound[..(samples * 2)]), 0, OneStep / 1000);
            }
        }
    }

    private static float Loudest(ReadOnlySpan<float> samples)
    {
        float loudest = 0;
        foreach (float sample in samples)
        {
            loudest = Math.Max(loudest, Math.Abs(sample));
        }

        return loudest;
    }
}
