using MediaGateway.Native.Audio;
using Xunit;

namespace MediaGateway.Native.Tests.Audio;

public sealed class RateConverterTests
{
    private const int Rate = 48_000;

    public static TheoryData<int> Rates => [96_000, 88_200, 64_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350, 5512];

    [Theory]
    [MemberData(nameof(Rates))]
    public void TonesBelowTheBandsEdge_KeepTheirLevelAndPlace(int rate)
    {
        foreach (double part in new[] { 0.05, 0.4, 0.8 })
        {
            // Up to 48 kHz, and back down from there.
            double hertz = part * Math.Min(rate, Rate) / 2;
            foreach ((int from, int to) in new[] { (rate, Rate), (Rate, rate) })
            {
                var converter = new RateConverter(from, to);
                float[] heard = Convert(converter, Tone(hertz, from, from), 480);
                Assert.InRange(heard.Length, to - 1, to + 1);
                for (int index = to / 4; index < to; index += 7)
                {
                    double time = (index / (double)to) - (converter.Delay / (double)from);
                    Assert.Equal(0.5 * Math.Sin(2 * Math.PI * hertz * time), heard[Math.Min(index, heard.Length - 1)], index < heard.Length ? 1e-3 : 1);
                }
            }
        }
    }

    [Theory]
    [InlineData(8000, 4100)]
    [InlineData(8000, 7000)]
    [InlineData(8000, 9000)]
    [InlineData(8000, 20_000)]
    [InlineData(16_000, 8200)]
    [InlineData(16_000, 15_000)]
    [InlineData(16_000, 17_000)]
    public void WhatTheLowerRateCannotCarry_IsGone(int rate, double hertz)
    {
        float[] heard = Convert(new RateConverter(Rate, rate), Tone(hertz, Rate, Rate), 480);
        Assert.InRange(Sound.Loudness(heard.AsSpan(rate / 10)), 0, 0.35 * 3e-4);
    }

    [Theory]
    [InlineData(8000)]
    [InlineData(16_000)]
    [InlineData(44_100)]
    public void ImagesOfALowerRate_AreGone(int rate)
    {
        // What is left when the tone itself is taken away.
        double hertz = rate * 0.35;
        float[] heard = Convert(new RateConverter(rate, Rate), Tone(hertz, rate, rate), 320);
        Assert.InRange(ToneFit.Of(heard[4800..], Rate, hertz).Rest, 0, 0.35 * 1e-3);
    }

    [Fact]
    public void Hours_GiveExactlyAsManySamplesAsTheRatesSay()
    {
        var converter = new RateConverter(44_100, Rate);
        float[] block = new float[1024];
        float[] output = new float[converter.MaximumOutput(1024)];
        long taken = 0;
        long made = 0;
        while (taken < 44_100L * 600)
        {
            taken += block.Length;
            made += converter.Convert(block, output);
            Assert.Equal(((taken * 160) + 146) / 147, made);
        }
    }

    [Fact]
    public void AnyBlocks_GiveTheSameSound()
    {
        var random = new Random(5);
        float[] noise = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextSingle() - 0.5f)];
        foreach ((int from, int to) in new[] { (44_100, Rate), (Rate, 8000), (96_000, Rate), (8000, Rate) })
        {
            float[] whole = Convert(new RateConverter(from, to), noise, noise.Length);
            foreach (int block in new[] { 1, 7, 1024, 3001 })
            {
                Assert.Equal(whole, Convert(new RateConverter(from, to), noise, block));
            }
        }
    }

    private static float[] Tone(double hertz, int rate, int samples) =>
        [.. Enumerable.Range(0, samples).Select(index => (float)(0.5 * Math.Sin(2 * Math.PI * hertz * index / rate)))];

    private static float[] Convert(RateConverter converter, float[] input, int block)
    {
        List<float> output = [];
        float[] made = new float[converter.MaximumOutput(block)];
        for (int first = 0; first < input.Length; first += block)
        {
            int count = converter.Convert(input.AsSpan(first, Math.Min(block, input.Length - first)), made);
            output.AddRange(made.AsSpan(0, count));
        }

        return [.. output];
    }
}
