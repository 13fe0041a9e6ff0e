using System.Numerics;

namespace MediaGateway.Media.G711;

/// <summary>Mu-law (ITU-T G.711, table 2): 14 bits of linear sound in 8, here scaled to 16 bits.</summary>
public static class MuLaw
{
    /// <summary>Half of the widest gap at zero, in 16 bits: added before the logarithm, taken off after it.</summary>
    private const int Bias = 0x84;

    /// <summary>What is louder has the loudest code.</summary>
    private const int Clip = 32_635;

    /// <summary>All bits of a code are inverted on the line (G.711 3.2.2.2).</summary>
    private const int Inversion = 0xFF;

    private const int Sign = 0x80;

    private static readonly short[] Samples = [.. Enumerable.Range(0, 256).Select(code => ToSample((byte)code))];

    /// <summary>The sample that a code stands for.</summary>
    public static short Decode(byte code) => Samples[code];

    /// <summary>The code whose sample is next to <paramref name="sample"/>.</summary>
    public static byte Encode(short sample)
    {
        int sign = sample < 0 ? Sign : 0;
        int magnitude = Math.Min(Math.Abs((int)sample), Clip) + Bias;
        int segment = BitOperations.Log2((uint)magnitude) - 7;
        int step = (magnitude >> (segment + 3)) & 15;
        return (byte)((sign | (segment << 4) | step) ^ Inversion);
    }

    private static short ToSample(byte code)
    {
        int plain = code ^ Inversion;
        int segment = (plain >> 4) & 7;
        int magnitude = ((((plain & 15) << 3) + Bias) << segment) - Bias;
        return (short)((plain & Sign) != 0 ? -magnitude : magnitude);
    }
}
