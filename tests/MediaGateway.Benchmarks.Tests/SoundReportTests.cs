using Xunit;

namespace MediaGateway.Benchmarks.Tests;

/// <summary>The comparisons of sound compare what belongs together: what is decoded lies on what was encoded.</summary>
public sealed class SoundReportTests
{
    [Theory]
    [InlineData("fast")]
    [InlineData("twoloop")]
    public void DecodedSound_LiesOnTheOriginal(string coder)
    {
        (double kilobits, SoundDifference difference) = new SoundQuality().Compare(SoundSamples.Speech(2), coder, 128_000);

        // One sample beside its place, and the ratio of sound with much in its upper octaves would be a few dB.
        Assert.InRange(difference.Ratio, 15, 100);
        Assert.InRange(difference.Audible, 0, 50);
        Assert.InRange(kilobits, 32, 160);
    }

    [Fact]
    public void SameSound_HasNoNoise()
    {
        StereoSound sound = SoundSamples.Music(1);
        var difference = SoundDifference.Of([sound.Left], [sound.Left]);
        Assert.Equal(60, difference.Segments, 3);
        Assert.Equal(0, difference.Audible);
    }

    [Fact]
    public void BridgeAndLibraries_AreBothMeasured()
    {
        var cost = new SoundCost();
        byte[]?[] packets = cost.Encode(SoundSamples.Speech(1), isLossy: true);
        Assert.Single(packets, packet => packet is null);

        (double bare, double bridge) = Assert.Single(cost.Measure(packets, "fast", drift: 200e-6, rounds: 1));
        Assert.True(bare > 0 && bridge > 0, $"{bare} {bridge}");
    }
}
