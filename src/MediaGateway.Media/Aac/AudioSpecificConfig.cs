using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Aac;

/// <summary>The configuration of an AAC decoder (ISO/IEC 14496-3 1.6.2.1), as far as a gateway must understand it.</summary>
/// <param name="ObjectType">The audio object type: 2 for AAC-LC, 5 when spectral band replication is signalled first.</param>
/// <param name="SampleRate">Samples per second of the core decoder.</param>
/// <param name="Channels">Number of channels, 1 to 8.</param>
public readonly record struct AudioSpecificConfig(int ObjectType, int SampleRate, int Channels)
{
    /// <summary>The object type of AAC-LC.</summary>
    public const int LowComplexity = 2;

    /// <summary>Bytes of a configuration that <see cref="Write"/> writes.</summary>
    public const int Length = 2;

    private const int EscapedObjectType = 31;
    private const int EscapedFrequencyIndex = 15;
    private const int MaximumHeaderBits = 5 + 6 + 4 + 24 + 4;

    // ISO/IEC 14496-3 1.6.3.4, samplingFrequencyIndex.
    private static ReadOnlySpan<int> SampleRates =>
        [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

    // ISO/IEC 14496-3 1.6.3.5, channelConfiguration; 0 (a program configuration element in the stream) is not carried here.
    private static ReadOnlySpan<int> ChannelCounts => [0, 1, 2, 3, 4, 5, 6, 8];

    // ISO/IEC 14496-3 1.6.2.1
    //  0                   1
    //  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
    // +---------+-------+-------+-+-+-+
    // | object  | rate  | chan- |f|d|e|    object type 31: 6 more bits; rate index 15: 24 more bits with the rate itself
    // | type    | index | nels  | | | |
    // +---------+-------+-------+-+-+-+

    /// <summary>Reads the first fields; false when they are cut short, reserved, or leave the channels to the stream.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out AudioSpecificConfig config)
    {
        config = default;
        ulong bits = 0;
        int available = Math.Min(source.Length * 8, 64);
        for (int i = 0; i < available / 8; i++)
        {
            bits |= (ulong)source[i] << (56 - (8 * i));
        }

        int used = 0;
        int objectType = Take(5);
        if (objectType == EscapedObjectType)
        {
            objectType = 32 + Take(6);
        }

        int rateIndex = Take(4);
        int sampleRate = rateIndex == EscapedFrequencyIndex ? Take(24) : rateIndex < SampleRates.Length ? SampleRates[rateIndex] : 0;
        int channelConfiguration = Take(4);
        int channels = channelConfiguration < ChannelCounts.Length ? ChannelCounts[channelConfiguration] : 0;
        if (used > available || objectType == 0 || sampleRate == 0 || channels == 0)
        {
            return false;
        }

        config = new AudioSpecificConfig(objectType, sampleRate, channels);
        return true;

        int Take(int count)
        {
            System.Diagnostics.Debug.Assert(used + count <= MaximumHeaderBits, "the longest header fits the accumulator");
            int value = (int)((bits << used) >> (64 - count));
            used += count;
            return value;
        }
    }

    /// <summary>The track format that <paramref name="configuration"/> describes; null when it cannot be read. Keeps the memory.</summary>
    public static AacFormat? ToFormat(ReadOnlyMemory<byte> configuration) =>
        TryRead(configuration.Span, out AudioSpecificConfig config)
            ? new AacFormat(configuration, config.SampleRate, config.Channels)
            : null;

    /// <summary>Writes a two-byte configuration with frames of 1024 samples.</summary>
    /// <exception cref="InvalidOperationException">The object type, rate or channels have no two-byte form.</exception>
    public void Write(Span<byte> destination)
    {
        int rateIndex = SampleRates.IndexOf(SampleRate);
        int channelConfiguration = ChannelCounts.IndexOf(Channels);
        if (rateIndex < 0 || channelConfiguration <= 0 || ObjectType is <= 0 or >= EscapedObjectType)
        {
            throw new InvalidOperationException($"AAC type {ObjectType}, {SampleRate} Hz, {Channels} channels has no two-byte configuration.");
        }

        destination[0] = (byte)((ObjectType << 3) | (rateIndex >> 1));
        destination[1] = unchecked((byte)((rateIndex << 7) | (channelConfiguration << 3)));
    }
}
