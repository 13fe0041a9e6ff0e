using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.FFmpeg;
using MediaGateway.Native.Opus;
using MediaGateway.Native.Speex;

namespace MediaGateway.Native.Audio;

/// <summary>
/// Transcoders on libopus and FFmpeg: from AAC, MP3, G.711, Speex, Nellymoser and Opus to AAC-LC (48 kHz stereo), G.711 (8 kHz mono),
/// Speex (16 kHz mono) and Opus (stereo). Any thread.
/// </summary>
/// <param name="pool">Where the memory of their frames comes from.</param>
/// <param name="options">How they encode AAC.</param>
public sealed class AudioTranscoderFactory(BufferPool pool, AacEncoderOptions options) : IAudioTranscoderFactory
{
    /// <inheritdoc/>
    public TrackFormat? OutputOf(CodecId target) => target switch
    {
        CodecId.Aac => AacEncoder.Output,
        CodecId.Pcma or CodecId.Pcmu => G711Encoder.OutputOf(target),
        CodecId.Speex when SpeexEncoder.IsInstalled => SpeexEncoder.Output,
        CodecId.Opus => OpusEncoder.Output,
        _ => null,
    };

    /// <inheritdoc/>
    public IAudioTranscoder Create(TrackFormat source, CodecId target)
    {
        ArgumentNullException.ThrowIfNull(source);
        Func<ISoundEncoder> openEncoder = target switch
        {
            CodecId.Aac => () => new AacEncoder(options),
            CodecId.Pcma or CodecId.Pcmu => () => new G711Encoder(target),
            CodecId.Speex => () => new SpeexEncoder(),
            CodecId.Opus => () => new OpusEncoder(),
            _ => throw new NotSupportedException($"There is no transcoder from {source.Codec} to {target}."),
        };

        ISoundDecoder decoder = OpenDecoder(source);
        try
        {
            var track = new EncodedTrack(pool, openEncoder);
            return new AudioTranscoder(source.Codec, new SoundTimeline(track, decoder, isCoarse: source is not OpusFormat), track);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    private static ISoundDecoder OpenDecoder(TrackFormat source) => source switch
    {
        OpusFormat => new OpusSoundDecoder(),
        PlainAudioFormat { Codec: CodecId.Pcma or CodecId.Pcmu, Channels: 1 or 2 } g711 when RateConverter.IsKnownRate(g711.SampleRate) =>
            new G711SoundDecoder(g711),
        _ => new FFmpegSoundDecoder(source),
    };
}
