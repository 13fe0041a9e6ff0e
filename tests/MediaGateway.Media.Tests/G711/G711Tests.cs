using MediaGateway.Media.G711;
using Xunit;

namespace MediaGateway.Media.Tests.G711;

public sealed class G711Tests
{
    // ITU-T G.711, tables 1a and 2a: the outermost, the middle and the smallest values, in 16 bits.
    [Theory]
    [InlineData(0xAA, 32_256)]
    [InlineData(0x2A, -32_256)]
    [InlineData(0xD5, 8)]
    [InlineData(0x55, -8)]
    [InlineData(0xD4, 24)]
    [InlineData(0xC5, 264)]
    [InlineData(0xF5, 528)]
    [InlineData(0x80, 5504)]
    public void ALawCode_HasTheSampleOfTheTable(byte code, short sample)
    {
        Assert.Equal(sample, ALaw.Decode(code));
        Assert.Equal(code, ALaw.Encode(sample));
    }

    [Theory]
    [InlineData(0x80, 32_124)]
    [InlineData(0x00, -32_124)]
    [InlineData(0xFF, 0)]
    [InlineData(0xFE, 8)]
    [InlineData(0x7E, -8)]
    [InlineData(0xEF, 132)]
    [InlineData(0x8F, 16_764)]
    public void MuLawCode_HasTheSampleOfTheTable(byte code, short sample)
    {
        Assert.Equal(sample, MuLaw.Decode(code));
        Assert.Equal(code, MuLaw.Encode(sample));
    }

    [Fact]
    public void EverySample_GetsACodeWithinHalfAStep()
    {
        int aLaw = short.MinValue;
        int muLaw = short.MinValue;
        for (int sample = short.MinValue; sample <= short.MaxValue; sample++)
        {
            // Steps double from segment to segment: half of one is a thirty-second of the value, but for the smallest.
            int a = ALaw.Decode(ALaw.Encode((short)sample));
            int mu = MuLaw.Decode(MuLaw.Encode((short)sample));
            Assert.InRange(Math.Abs(a - sample), 0, Math.Max(8, (Math.Abs(sample) + 1) / 32));
            Assert.InRange(Math.Abs(mu - sample), 0, (Math.Abs(sample) + 132) / 32);
            Assert.True(a >= aLaw && mu >= muLaw, "a louder sample never gets a softer code");
            (aLaw, muLaw) = (a, mu);
        }
    }

    [Fact]
    public void EveryCode_ComesBack()
    {
        for (int code = 0; code < 256; code++)
        {
            Assert.Equal(code, ALaw.Encode(ALaw.Decode((byte)code)));

            // Mu-law has two zeros; the positive one is sent.
            Assert.Equal(code == 0x7F ? 0xFF : code, MuLaw.Encode(MuLaw.Decode((byte)code)));
        }
    }
}
