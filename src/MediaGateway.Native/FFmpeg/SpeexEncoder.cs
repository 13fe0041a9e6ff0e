using System.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;

namespace MediaGateway.Native.FFmpeg;

/// <summary>
/// libspeex through FFmpeg: wideband, mono, 20 ms per packet, constant rate. One thread at a time; allocates no managed memory per
/// frame.
/// </summary>
internal sealed class SpeexEncoder : ISoundEncoder
{
    /// <summary>The encoder's name in FFmpeg.</summary>
    public const string Name = "libspeex";

    /// <summary>Samples per second.</summary>
    public const int SampleRate = 16_000;

    /// <summary>Samples of one frame, 20 ms.</summary>
    public const int FrameSamples = 320;

    /// <summary>
    /// Format 11, 16 bit, mono; the rate bits are zero whatever the rate (Video File Format v10.1, E.4.2.1: Speex is 16 kHz mono).
    /// </summary>
    private const byte FlvHeader = 0xB2;

    /// <summary>The best of libspeex, 42 kbit/s: the rate saves nobody anything next to the pictures.</summary>
    private const string Quality = "10";

    /// <summary>What decoders of wideband add to the encoder's look-ahead: a subframe of the low band, 5 ms.</summary>
    private const int DecoderDelay = 80;

    private readonly AudioEncoder _encoder;

    /// <summary>Opens an encoder.</summary>
    /// <exception cref="NotSupportedException">The installed FFmpeg was built without libspeex.</exception>
    /// <exception cref="FFmpegException">The library is not as expected.</exception>
    public SpeexEncoder()
    {
        _encoder = new AudioEncoder(
            new AudioEncoderSettings(Name, AvCodec.AV_CODEC_ID_SPEEX, AvUtil.AV_SAMPLE_FMT_S16, SampleRate, Channels: 1)
            {
                Options = [("cbr_quality", Quality)],
            });
        if (_encoder.FrameSamples != FrameSamples)
        {
            _encoder.Dispose();
            throw new FFmpegException($"The Speex encoder is not as expected: frames of {_encoder.FrameSamples} samples.");
        }
    }

    /// <inheritdoc/>
    public TrackFormat Format { get; } = new PlainAudioFormat(CodecId.Speex, SampleRate, Channels: 1, FlvHeader);

    /// <inheritdoc/>
    public SoundShape Shape => new(SampleRate, Channels: 1, FrameSamples, _encoder.PrimingSamples + DecoderDelay);

    /// <inheritdoc/>
    public PooledBuffer? Encode(ReadOnlySpan<float> left, ReadOnlySpan<float> right, BufferPool pool, out int length)
    {
        Debug.Assert(left.Length == FrameSamples, "the encoder takes whole frames");
        _encoder.Prepare();
        PcmSample.Convert(left, _encoder.Plane<short>(0));
        _encoder.Send();
        return _encoder.TryReceive(pool, out length);
    }

    /// <inheritdoc/>
    public void Dispose() => _encoder.Dispose();
}
