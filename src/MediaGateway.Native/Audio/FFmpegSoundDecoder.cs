using MediaGateway.Media.Frames;
using MediaGateway.Media.Speex;
using MediaGateway.Native.FFmpeg;
using MediaGateway.Native.Speex;

namespace MediaGateway.Native.Audio;

/// <summary>AAC, MP3, Speex and Nellymoser through FFmpeg's decoders, whatever rate and channels their packets turn out to have.</summary>
internal sealed class FFmpegSoundDecoder : ISoundDecoder
{
    private const int FirstCapacity = 4096;

    private readonly AudioDecoder _decoder;
    private readonly SourceSound _sound = new();
    private readonly bool _isSpeex;
    private float[] _left = new float[FirstCapacity];
    private float[] _right = new float[FirstCapacity];

    /// <summary>Opens the decoder.</summary>
    /// <exception cref="NotSupportedException">There is no decoder for the format, or its sample rate is none that sources have.</exception>
    /// <exception cref="FFmpegException">The decoder refuses the format's configuration.</exception>
    public FFmpegSoundDecoder(TrackFormat format)
    {
        _isSpeex = format.Codec == CodecId.Speex;
        AudioDecoderSettings settings = SettingsOf(format);
        _decoder = RateConverter.IsKnownRate(settings.SampleRate)
            ? new AudioDecoder(settings)
            : throw new NotSupportedException($"{format.Codec} at {settings.SampleRate} Hz cannot be converted.");
    }

    /// <inheritdoc/>
    public int Delay => _sound.Delay;

    /// <inheritdoc/>
    public int ConcealmentStep => 1;

    /// <inheritdoc/>
    public Span<float> Sound => _sound.Samples;

    /// <inheritdoc/>
    public bool IsPacket(ReadOnlySpan<byte> packet) =>
        !packet.IsEmpty
        && packet.Length <= AudioDecoder.LongestPacket

        // Of a broken packet libspeex keeps bits, and reads the next ones wrong.
        && (!_isSpeex || SpeexPacket.TryParse(packet, out _));

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> packet)
    {
        _sound.Begin();
        if (!_decoder.Send(packet))
        {
            return 0;
        }

        while (_decoder.TryReceive())
        {
            // What is too much is still taken from the decoder, which would refuse the next packet otherwise.
            if (!_sound.IsFull)
            {
                AppendFrame();
            }
        }

        if (_sound.Count > 0)
        {
            _sound.End();
        }

        return _sound.Count;
    }

    /// <inheritdoc/>
    public int CarriedSamples(ReadOnlySpan<byte> next) => 0;

    /// <inheritdoc/>
    public void Recover(ReadOnlySpan<byte> next, int samples) => _sound.Conceal(samples);

    /// <inheritdoc/>
    public void Conceal(int samples) => _sound.Conceal(samples);

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();

    private static AudioDecoderSettings SettingsOf(TrackFormat format) => format switch
    {
        AacFormat aac => new(["aac"], AvCodec.AV_CODEC_ID_AAC, aac.SampleRate, aac.Channels, aac.AudioSpecificConfig),
        PlainAudioFormat { Codec: CodecId.Mp3 } mp3 =>
            new(["mp3float", "mp3"], AvCodec.AV_CODEC_ID_MP3, mp3.SampleRate, mp3.Channels, default),

        // FFmpeg's own Speex decoder of 5.1 makes noise of much that libspeex encodes: the library itself where there is a choice.
        // Of a narrowband packet the wideband decoder finds the upper band missing, and decodes the lower.
        PlainAudioFormat { Codec: CodecId.Speex } =>
            new(["libspeex", "speex"], AvCodec.AV_CODEC_ID_SPEEX, SpeexEncoder.SampleRate, 1, default),
        PlainAudioFormat { Codec: CodecId.Nellymoser } nellymoser =>
            new(["nellymoser"], AvCodec.AV_CODEC_ID_NELLYMOSER, nellymoser.SampleRate, 1, default),
        _ => throw new NotSupportedException($"There is no decoder for {format.Codec}."),
    };

    private void AppendFrame()
    {
        if (!_decoder.IsUsable || !RateConverter.IsKnownRate(_decoder.SampleRate))
        {
            return;
        }

        int samples = _decoder.Samples;
        if (samples > _left.Length)
        {
            _left = new float[samples];
            _right = new float[samples];
        }

        Span<float> left = _left.AsSpan(0, samples);
        Span<float> right = _right.AsSpan(0, samples);
        left.Clear();
        right.Clear();
        ReadOnlySpan<(float Left, float Right)> mix = StereoMix.For(_decoder.Channels);
        for (int channel = 0; channel < mix.Length; channel++)
        {
            bool isKnown = (mix[channel].Left == 0 || _decoder.TryAdd(channel, mix[channel].Left, left))
                && (mix[channel].Right == 0 || _decoder.TryAdd(channel, mix[channel].Right, right));
            if (!isKnown)
            {
                return;
            }
        }

        _sound.Append(left, right, _decoder.SampleRate);
    }
}
