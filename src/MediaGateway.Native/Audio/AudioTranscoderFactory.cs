using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Audio;

/// <summary>Transcoders on libopus and FFmpeg. Any thread.</summary>
/// <param name="pool">Where the memory of their frames comes from.</param>
/// <param name="options">How they encode.</param>
public sealed class AudioTranscoderFactory(BufferPool pool, AacEncoderOptions options) : IAudioTranscoderFactory
{
    /// <inheritdoc/>
    public IAudioTranscoder Create(TrackFormat source, CodecId target)
    {
        ArgumentNullException.ThrowIfNull(source);
        return (source.Codec, target) switch
        {
            (CodecId.Opus, CodecId.Aac) => new OpusToAacTranscoder(pool, options),
            _ => throw new NotSupportedException($"There is no transcoder from {source.Codec} to {target}."),
        };
    }
}
