using MediaGateway.Native.Audio;
using Xunit;

namespace MediaGateway.Native.Tests.Audio;

public sealed class SlewResamplerTests
{
    [Fact]
    public void NothingToCorrect_PassesBitForBit()
    {
        var sink = new RecordingSink();
        var resampler = new SlewResampler(sink) { Target = SlewResampler.Tolerance - 1 };
        float[] noise = Noise(20_000);
        WriteInBlocks(resampler, noise, 960);
        Assert.Equal(Sound.Channel(noise, 0, 20_000 - SlewResampler.Lookahead), sink.Left);
        Assert.Equal(Sound.Channel(noise, 1, 20_000 - SlewResampler.Lookahead), sink.Right);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(-1000)]
    [InlineData(30)]
    [InlineData(-30)]
    public void AnyBlocks_GiveTheSameSound(int target)
    {
        float[] noise = Noise(60_000);
        var whole = new RecordingSink();
        WriteInBlocks(new SlewResampler(whole) { Target = target }, noise, 5760);
        foreach (int block in new[] { 1, 7, 120, 961 })
        {
            var sink = new RecordingSink();
            WriteInBlocks(new SlewResampler(sink) { Target = target }, noise, block);
            Assert.Equal(whole.Left, sink.Left);
            Assert.Equal(whole.Right, sink.Right);
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(-100)]
    [InlineData(2345)]
    [InlineData(-2345)]
    public void Target_IsReachedExactlyAndThenNothingIsTouched(int target)
    {
        var sink = new RecordingSink();
        var resampler = new SlewResampler(sink) { Target = target };
        float[] noise = Noise(700_000);
        WriteInBlocks(resampler, noise, 960);
        Assert.Equal(target, resampler.Corrected);
        Assert.Equal(700_000 + target - SlewResampler.Lookahead, sink.Count);
        Assert.Equal(Sound.Channel(noise, 0, 700_000)[^5000..^SlewResampler.Lookahead], sink.Left[^(5000 - SlewResampler.Lookahead)..]);
    }

    [Theory]
    [InlineData(300, 440, 1e-4)]
    [InlineData(-300, 440, 1e-4)]
    [InlineData(300, 12_000, 1e-3)]
    [InlineData(-300, 12_000, 1e-3)]
    [InlineData(30, 12_000, 1e-3)]
    public void Tone_IsMovedWithoutDistortion(int target, double hertz, double allowed)
    {
        var sink = new RecordingSink();
        WriteInBlocks(new SlewResampler(sink) { Target = target }, Sound.Tone(hertz, 48_000, 2), 960);

        // The same walk over the input as the corrections make, on the exact sine.
        double place = 0;
        int corrected = 0;
        int index = 0;
        while (index < 40_000)
        {
            int error = Math.Abs(target - corrected);
            int length = error >= 96 ? 200 : error >= 48 ? 400 : 800;
            double step = error == 0 ? 1 : (length - Math.Sign(target)) / (double)length;
            for (int count = 0; count < length; count++, index++)
            {
                double expected = 0.5 * Math.Sin(2 * Math.PI * hertz * (place + (count * step)) / 48_000);
                if (index > 100)
                {
                    Assert.InRange(sink.Left[index] - expected, -allowed, allowed);
                }
            }

            place = Math.Round(place + (length * step));
            corrected += error == 0 ? 0 : Math.Sign(target);
        }
    }

    private static float[] Noise(int samples)
    {
        var random = new Random(4);
        return [.. Enumerable.Range(0, samples * 2).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static void WriteInBlocks(SlewResampler resampler, float[] interleaved, int block)
    {
        for (int offset = 0; offset < interleaved.Length; offset += block * 2)
        {
            resampler.Write(interleaved.AsSpan(offset, Math.Min(block * 2, interleaved.Length - offset)));
        }
    }
}
