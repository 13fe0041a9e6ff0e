using System.Diagnostics;
using MediaGateway.Media.Aac;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;

namespace MediaGateway.Native.FFmpeg;

/// <summary>
/// FFmpeg's AAC-LC encoder at 48 kHz stereo. The first packet carries no input but 1024 samples of priming; a packet comes out one
/// frame after the one that fills it. One thread at a time; allocates no managed memory per frame.
/// </summary>
internal sealed class AacEncoder : ISoundEncoder
{
    /// <summary>Samples per channel of one frame.</summary>
    public const int FrameSamples = 1024;

    /// <summary>Samples of priming: the decoder's output starts that much before the input.</summary>
    public const int PrimingSamples = 1024;

    /// <summary>Samples per second and channel.</summary>
    public const int SampleRate = 48_000;

    private const int Channels = 2;

    private readonly AudioEncoder _encoder;

    /// <summary>Opens an encoder.</summary>
    /// <exception cref="NotSupportedException">The installed FFmpeg has no AAC encoder.</exception>
    /// <exception cref="FFmpegException">The library refuses the options or is not as expected.</exception>
    public AacEncoder(AacEncoderOptions options)
    {
        _encoder = new AudioEncoder(
            new AudioEncoderSettings("aac", AvCodec.AV_CODEC_ID_AAC, AvUtil.AV_SAMPLE_FMT_FLTP, SampleRate, Channels)
            {
                BitRate = options.BitRate,
                Options = [("flags", "+global_header"), ("aac_coder", options.Coder)],
            });
        try
        {
            CheckConfiguration();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>
    /// The format of every packet. FFmpeg's own configuration has five bytes: the three after the first two say that there is no spectral
    /// band replication, which the absence of the extension says as well; some players stumble over them.
    /// </summary>
    public static TrackFormat Output { get; } = MakeFormat();

    private static AudioSpecificConfig Configuration => new(AudioSpecificConfig.LowComplexity, SampleRate, Channels);

    /// <inheritdoc/>
    public TrackFormat Format => Output;

    /// <inheritdoc/>
    public SoundShape Shape => new(SampleRate, Channels, FrameSamples, PrimingSamples);

    /// <inheritdoc/>
    public PooledBuffer? Encode(ReadOnlySpan<float> left, ReadOnlySpan<float> right, BufferPool pool, out int length)
    {
        Debug.Assert(left.Length == FrameSamples && right.Length == FrameSamples, "the encoder takes whole frames");
        _encoder.Prepare();
        left.CopyTo(_encoder.Plane<float>(0));
        right.CopyTo(_encoder.Plane<float>(1));
        _encoder.Send();
        return _encoder.TryReceive(pool, out length);
    }

    /// <inheritdoc/>
    public void Dispose() => _encoder.Dispose();

    private static AacFormat MakeFormat()
    {
        byte[] configuration = new byte[AudioSpecificConfig.Length];
        Configuration.Write(configuration);
        return new AacFormat(configuration, SampleRate, Channels);
    }

    private void CheckConfiguration()
    {
        byte[] configuration = _encoder.Configuration;
        bool isExpected = _encoder.FrameSamples == FrameSamples && _encoder.PrimingSamples == PrimingSamples
            && AudioSpecificConfig.TryRead(configuration, out AudioSpecificConfig config) && config == Configuration;
        if (!isExpected)
        {
            throw new FFmpegException(
                $"The AAC encoder is not as expected: frames of {_encoder.FrameSamples} samples, {_encoder.PrimingSamples} of priming, "
                + $"{configuration.Length} bytes of configuration. The installed FFmpeg does not fit the table for "
                + $"{FFmpegLayout.Current.Release}.");
        }
    }
}
