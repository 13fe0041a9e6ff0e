using System.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;

namespace MediaGateway.Native.Opus;

/// <summary>libopus for sound of any kind: 48 kHz stereo, 20 ms per packet. One thread at a time; allocates nothing per frame.</summary>
internal sealed unsafe class OpusEncoder : ISoundEncoder
{
    /// <summary>Samples per second and channel.</summary>
    public const int SampleRate = OpusFormat.ClockRate;

    /// <summary>Samples per channel of one packet, 20 ms: what browsers send.</summary>
    public const int FrameSamples = 960;

    /// <summary>Bits per second: as transparent for music as 128 kbit/s of AAC.</summary>
    private const int BitRate = 96_000;

    private const int Channels = 2;

    /// <summary>RFC 6716 3.4: a frame of 20 ms has at most 1275 bytes, and one byte more says what it is.</summary>
    private const int LongestPacket = 1276;

    private readonly OpusEncoderHandle _handle;
    private readonly float[] _interleaved = new float[FrameSamples * Channels];
    private readonly byte[] _packet = new byte[LongestPacket];
    private readonly int _lookahead;

    /// <summary>The format of every packet.</summary>
    public static TrackFormat Output { get; } = new OpusFormat(Channels);

    /// <summary>Opens an encoder.</summary>
    /// <exception cref="OpusException">The library refuses.</exception>
    public OpusEncoder()
    {
        int error;
        _handle = LibOpus.opus_encoder_create(SampleRate, Channels, LibOpus.OPUS_APPLICATION_AUDIO, &error);
        if (error != LibOpus.OPUS_OK)
        {
            throw new OpusException("opus_encoder_create", error);
        }

        Check(LibOpus.opus_encoder_ctl(_handle, LibOpus.OPUS_SET_BITRATE_REQUEST, BitRate));
        int lookahead;
        Check(LibOpus.opus_encoder_ctl(_handle, LibOpus.OPUS_GET_LOOKAHEAD_REQUEST, &lookahead));
        _lookahead = lookahead;
    }

    /// <inheritdoc/>
    public TrackFormat Format => Output;

    /// <inheritdoc/>
    public SoundShape Shape => new(SampleRate, Channels, FrameSamples, _lookahead);

    /// <inheritdoc/>
    public PooledBuffer? Encode(ReadOnlySpan<float> left, ReadOnlySpan<float> right, BufferPool pool, out int length)
    {
        Debug.Assert(left.Length == FrameSamples && right.Length == FrameSamples, "the encoder takes whole frames");
        for (int index = 0; index < left.Length; index++)
        {
            _interleaved[index * Channels] = left[index];
            _interleaved[(index * Channels) + 1] = right[index];
        }

        fixed (float* pcm = _interleaved)
        fixed (byte* data = _packet)
        {
            length = LibOpus.opus_encode_float(_handle, pcm, FrameSamples, data, LongestPacket);
        }

        if (length <= 0)
        {
            throw new OpusException("opus_encode_float", length);
        }

        PooledBuffer packet = pool.Rent(length, BufferOwner.Frame);
        _packet.AsSpan(0, length).CopyTo(packet.Span);
        return packet;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static void Check(int result)
    {
        if (result != LibOpus.OPUS_OK)
        {
            throw new OpusException("opus_encoder_ctl", result);
        }
    }
}
