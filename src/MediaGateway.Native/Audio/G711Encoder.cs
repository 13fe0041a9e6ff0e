using System.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.G711;
using MediaGateway.Media.Memory;

namespace MediaGateway.Native.Audio;

/// <summary>G.711 at 8 kHz mono, 20 ms or 160 bytes per packet. One thread at a time; allocates nothing per frame.</summary>
/// <param name="codec">A-law or mu-law.</param>
internal sealed class G711Encoder(CodecId codec) : ISoundEncoder
{
    /// <summary>Samples per second.</summary>
    public const int SampleRate = 8000;

    /// <summary>Samples and bytes of one packet, 20 ms: what telephones send, and half a percent of FLV header.</summary>
    public const int FrameSamples = 160;

    // Video File Format v10.1, E.4.2.1: format 7 or 8, rate bits 0, 16 bit, mono.
    private const byte ALawHeader = 0x72;
    private const byte MuLawHeader = 0x82;

    private readonly bool _isALaw = codec == CodecId.Pcma;

    /// <inheritdoc/>
    public TrackFormat Format { get; } = OutputOf(codec);

    /// <inheritdoc/>
    public SoundShape Shape => new(SampleRate, Channels: 1, FrameSamples, PrimingSamples: 0);

    /// <summary>The format of every packet, of either law.</summary>
    public static TrackFormat OutputOf(CodecId codec) =>
        new PlainAudioFormat(codec, SampleRate, Channels: 1, codec == CodecId.Pcma ? ALawHeader : MuLawHeader);

    /// <inheritdoc/>
    public PooledBuffer? Encode(ReadOnlySpan<float> left, ReadOnlySpan<float> right, BufferPool pool, out int length)
    {
        Debug.Assert(left.Length == FrameSamples, "the encoder takes whole frames");
        length = FrameSamples;
        PooledBuffer packet = pool.Rent(FrameSamples, BufferOwner.Frame);
        Span<byte> codes = packet.Span;
        for (int index = 0; index < left.Length; index++)
        {
            short sample = PcmSample.FromFloat(left[index]);
            codes[index] = _isALaw ? ALaw.Encode(sample) : MuLaw.Encode(sample);
        }

        return packet;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
