using MediaGateway.Media.Aac;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Silence;

/// <summary>
/// AAC frames without a single spectral coefficient (ISO/IEC 14496-3 4.4.2.1, raw_data_block). The same bits hold for every sample
/// rate and for frames of 1024 and of 960 samples; a decoder with spectral band replication finds none and only raises the rate.
/// </summary>
internal static class SilentAac
{
    private const int Main = 1;
    private const int LongTermPrediction = 4;
    private const int SpectralBandReplication = 5;
    private const int ParametricStereo = 29;
    private const int LongestFrame = 32;

    // ISO/IEC 14496-3 table 4.85, id_syn_ele.
    private const uint SingleChannel = 0;
    private const uint ChannelPair = 1;
    private const uint LowFrequencyEffects = 3;
    private const uint End = 7;

    /// <summary>By number of channels.</summary>
    private static readonly byte[][] Frames = [.. Enumerable.Range(0, 9).Select(Create)];

    /// <summary>The silent frame; empty for an object type whose frames are built differently.</summary>
    public static ReadOnlyMemory<byte> For(AacFormat format)
    {
        // ISO/IEC 14496-3 1.6.2.1: the object type is the first five bits.
        ReadOnlySpan<byte> configuration = format.AudioSpecificConfig.Span;
        int objectType = configuration.IsEmpty ? 0 : configuration[0] >> 3;
        bool isKnown = objectType is Main or AudioSpecificConfig.LowComplexity or LongTermPrediction or SpectralBandReplication or ParametricStereo;
        return isKnown && (uint)format.Channels < (uint)Frames.Length ? Frames[format.Channels] : default;
    }

    // ISO/IEC 14496-3 table 1.19: which elements a channel configuration has, in their order.
    private static byte[] Create(int channels)
    {
        ReadOnlySpan<uint> elements = channels switch
        {
            1 => [SingleChannel],
            2 => [ChannelPair],
            3 => [SingleChannel, ChannelPair],
            4 => [SingleChannel, ChannelPair, SingleChannel],
            5 => [SingleChannel, ChannelPair, ChannelPair],
            6 => [SingleChannel, ChannelPair, ChannelPair, LowFrequencyEffects],
            8 => [SingleChannel, ChannelPair, ChannelPair, ChannelPair, LowFrequencyEffects],
            _ => [],
        };
        if (elements.IsEmpty)
        {
            return [];
        }

        byte[] frame = new byte[LongestFrame];
        int bits = 0;
        Span<uint> tags = stackalloc uint[(int)LowFrequencyEffects + 1];
        foreach (uint element in elements)
        {
            Put(element, 3);
            Put(tags[(int)element]++, 4);
            if (element == ChannelPair)
            {
                Put(1, 1); // common_window
                PutWindow();
                Put(0, 2); // ms_mask_present
                PutChannel(hasWindow: true);
                PutChannel(hasWindow: true);
            }
            else
            {
                PutChannel(hasWindow: false);
            }
        }

        Put(End, 3);
        return frame[..((bits + 7) / 8)];

        // Table 4.50, individual_channel_stream: no section, no scale factor, no pulse, no noise shaping, no gain control, no coefficient.
        void PutChannel(bool hasWindow)
        {
            Put(0, 8); // global_gain
            if (!hasWindow)
            {
                PutWindow();
            }

            Put(0, 3);
        }

        // Table 4.6, ics_info: reserved bit, ONLY_LONG_SEQUENCE, window shape, max_sfb = 0, no predictor.
        void PutWindow() => Put(0b0_00_1_000000_0, 11);

        void Put(uint value, int count)
        {
            for (int bit = count - 1; bit >= 0; bit--, bits++)
            {
                frame[bits >> 3] |= (byte)(((value >> bit) & 1) << (7 - (bits & 7)));
            }
        }
    }
}
