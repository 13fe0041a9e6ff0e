namespace MediaGateway.Native.Audio;

/// <summary>Samples of 16 bits from floating point and back.</summary>
internal static class PcmSample
{
    /// <summary>What stands for 1.0.</summary>
    private const float Scale = 32_768;

    /// <summary>Rounded to the nearest; what is louder than full scale is cut, what is no number is silent.</summary>
    public static short FromFloat(float sample)
    {
        float scaled = MathF.Round(sample * Scale);
        return float.IsNaN(scaled) ? (short)0 : (short)Math.Clamp(scaled, short.MinValue, short.MaxValue);
    }

    /// <summary>From -1 to 1.</summary>
    public static float ToFloat(short sample) => sample / Scale;

    /// <summary>Converts a block.</summary>
    public static void Convert(ReadOnlySpan<float> source, Span<short> destination)
    {
        for (int index = 0; index < source.Length; index++)
        {
            destination[index] = FromFloat(source[index]);
        }
    }
}
