namespace MediaGateway.Media.H264;

/// <summary>The bytes 03 that keep start codes out of a NAL unit (H.264 7.4.1.1).</summary>
public static class EmulationPrevention
{
    private const byte EscapeByte = 3;

    /// <summary>
    /// Copies <paramref name="source"/> without its emulation prevention bytes. <paramref name="destination"/> must be as long.
    /// </summary>
    /// <returns>Bytes written.</returns>
    public static int Remove(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int zeros = 0;
        int written = 0;
        foreach (byte value in source)
        {
            if (zeros >= 2 && value == EscapeByte)
            {
                zeros = 0;
                continue;
            }

            zeros = value == 0 ? zeros + 1 : 0;
            destination[written++] = value;
        }

        return written;
    }

    /// <summary>
    /// Copies <paramref name="source"/> with emulation prevention bytes put in. <paramref name="destination"/> must be half as long
    /// again, plus one byte.
    /// </summary>
    /// <returns>Bytes written.</returns>
    public static int Insert(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int zeros = 0;
        int written = 0;
        foreach (byte value in source)
        {
            if (zeros >= 2 && value <= EscapeByte)
            {
                destination[written++] = EscapeByte;
                zeros = 0;
            }

            zeros = value == 0 ? zeros + 1 : 0;
            destination[written++] = value;
        }

        return written;
    }
}
