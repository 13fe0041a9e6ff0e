namespace MediaGateway.Media.Memory;

/// <summary>24-bit big-endian integers, as RTMP and FLV write lengths and times.</summary>
public static class UInt24
{
    /// <summary>The largest value, 2^24 - 1.</summary>
    public const int MaxValue = 0xFFFFFF;

    /// <summary>Reads the first three bytes of <paramref name="source"/>.</summary>
    public static int ReadBigEndian(ReadOnlySpan<byte> source) => (source[0] << 16) | (source[1] << 8) | source[2];

    /// <summary>Writes the low 24 bits of <paramref name="value"/> to the first three bytes of <paramref name="destination"/>.</summary>
    public static void WriteBigEndian(Span<byte> destination, int value)
    {
        destination[2] = unchecked((byte)value);
        destination[1] = unchecked((byte)(value >> 8));
        destination[0] = unchecked((byte)(value >> 16));
    }
}
