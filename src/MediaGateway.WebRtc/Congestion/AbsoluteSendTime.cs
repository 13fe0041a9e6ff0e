namespace MediaGateway.WebRtc.Congestion;

/// <summary>The "abs-send-time" header extension: seconds as 6.18 fixed point in 24 bits, which wrap every 64 s.</summary>
internal static class AbsoluteSendTime
{
    /// <summary>Bytes of the extension's data.</summary>
    public const int Length = 3;

    private const int FractionBits = 18;
    private const int Mask = 0xFF_FFFF;
    private const int HalfRange = 0x80_0000;

    /// <summary>The 24 bits of a time, rounded down.</summary>
    public static int FromTime(TimeSpan time)
    {
        // Whole seconds apart, so that nothing overflows.
        long seconds = time.Ticks / TimeSpan.TicksPerSecond;
        long rest = time.Ticks % TimeSpan.TicksPerSecond;
        return (int)(((seconds << FractionBits) + ((rest << FractionBits) / TimeSpan.TicksPerSecond)) & Mask);
    }

    /// <summary>Reads the data of the extension. False: it has another length.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out int value)
    {
        value = 0;
        if (data.Length != Length)
        {
            return false;
        }

        value = (data[0] << 16) | (data[1] << 8) | data[2];
        return true;
    }

    /// <summary>Writes the data of the extension.</summary>
    public static void Write(Span<byte> data, int value)
    {
        data[0] = unchecked((byte)(value >> 16));
        data[1] = unchecked((byte)(value >> 8));
        data[2] = unchecked((byte)value);
    }

    /// <summary>From one value to a later one, or back: the shorter way round, less than 32 s.</summary>
    public static TimeSpan Difference(int later, int earlier)
    {
        int difference = (later - earlier) & Mask;
        difference -= difference >= HalfRange ? Mask + 1 : 0;
        return new TimeSpan((difference * TimeSpan.TicksPerSecond) >> FractionBits);
    }
}
