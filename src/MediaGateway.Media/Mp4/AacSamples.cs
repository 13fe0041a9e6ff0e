using MediaGateway.Media.Aac;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Mp4;

/// <summary>How many samples of its core decoder a frame of AAC has.</summary>
internal static class AacSamples
{
    private const int Long = 1024;
    private const int Short = 960;
    private const int ObjectTypeBits = 5;
    private const int RateAndChannelBits = 8;

    /// <summary>1024, or 960 where the configuration's frameLengthFlag says so (ISO/IEC 14496-3 4.4.1).</summary>
    public static int Of(AacFormat format)
    {
        ReadOnlySpan<byte> configuration = format.AudioSpecificConfig.Span;
        if (!AudioSpecificConfig.TryRead(configuration, out AudioSpecificConfig config)
            || config.ObjectType != AudioSpecificConfig.LowComplexity
            || configuration.Length < AudioSpecificConfig.Length
            || ((configuration[0] & 7) << 1 | configuration[1] >> 7) == 15)
        {
            return Long;
        }

        int flag = 16 - ObjectTypeBits - RateAndChannelBits - 1; // the bit after the channels, counted from the right
        return ((configuration[1] >> flag) & 1) == 1 ? Short : Long;
    }
}
