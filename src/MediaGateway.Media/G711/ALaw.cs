using System.Numerics;

namespace MediaGateway.Media.G711;

/// <summary>A-law (ITU-T G.711, table 1): 13 bits of linear sound in 8, here scaled to 16 bits.</summary>
public static class ALaw
{
    /// <summary>Every second bit of a code is inverted on the line (G.711 3.1.2.2).</summary>
    private const int Inversion = 0x55;

    private const int Sign = 0x80;

    private static readonly short[] Samples = [.. Enumerable.Range(0, 256).Select(code => ToSample((byte)code))];

    /// <summary>The sample that a code stands for.</summary>
    public static short Decode(byte code) => Samples[code];

    /// <summary>The code whose sample is next to <paramref name="sample"/>.</summary>
    public static byte Encode(short sample)
    {
        // Negative values mirror the positive ones: -1 pairs with 0.
        int sign = sample >= 0 ? Sign : 0;
        int magnitude = (sample >= 0 ? sample : ~sample) >> 4;
        int segment = magnitude < 32 ? magnitude >> 4 : BitOperations.Log2((uint)magnitude) - 3;
        int step = segment < 2 ? magnitude & 15 : (magnitude >> (segment - 1)) & 15;
        return (byte)((sign | (segment << 4) | step) ^ Inversion);
    }

    // Segment 0 and 1 have steps of 16, each further one twice that of the one before; a code stands for the middle of its step.
    private static short ToSample(byte code)
    {
        int plain = code ^ Inversion;
        int segment = (plain >> 4) & 7;
        int step = ((plain & 15) << 4) + 8;
        int magnitude = segment == 0 ? step : (step + 256) << (segment - 1);
        return (short)((plain & Sign) != 0 ? magnitude : -magnitude);
    }
}
