using MediaGateway.Media.Memory;
using MediaGateway.Native.FFmpeg;
using MediaGateway.Native.Speex;
using MediaGateway.Native.Tests.Audio;
using Xunit;

namespace MediaGateway.Native.Tests.Speex;

public class SpeexEncoderTests
{
    private const double Amplitude = 0.5;

    // A steady tone is the hardest case: nothing in it lets a decoder forget how it began.
    [Theory]
    [InlineData(440)]
    [InlineData(1000)]
    [InlineData(2500)]
    public void PlayerJoinsInMidStream_FindsIntoASteadyTone(double hertz)
    {
        using var encoder = new SpeexEncoder();
        using var decoder = new AudioDecoder(new(["libspeex"], AvCodec.AV_CODEC_ID_SPEEX, SpeexEncoder.SampleRate, 1, default));
        var pool = new BufferPool();
        float[] samples = new float[SpeexEncoder.FrameSamples];
        List<float> heard = [];
        for (int frame = 0; frame < 500; frame++)
        {
            for (int index = 0; index < samples.Length; index++)
            {
                double time = ((frame * samples.Length) + index) / (double)SpeexEncoder.SampleRate;
                samples[index] = (float)(Amplitude * Math.Sin(2 * Math.PI * hertz * time));
            }

            using PooledBuffer? packet = encoder.Encode(samples, samples, pool, out int length);
            Assert.NotNull(packet);
            if (frame >= 150)
            {
                Hear(decoder, packet.Span[..length], heard);
            }
        }

        // The last second of seven: a decoder that does not find in has long gone wild by then.
        ToneFit fit = ToneFit.Of([.. heard.TakeLast(SpeexEncoder.SampleRate)], SpeexEncoder.SampleRate, hertz);
        Assert.InRange(fit.Hertz, hertz * 0.99, hertz * 1.01);
        Assert.InRange(fit.Level, -1, 1);
    }

    private static void Hear(AudioDecoder decoder, ReadOnlySpan<byte> packet, List<float> heard)
    {
        decoder.Send(packet);
        while (decoder.TryReceive())
        {
            float[] frame = new float[decoder.Samples];
            Assert.True(decoder.TryAdd(0, 1, frame));
            heard.AddRange(frame);
        }
    }
}
