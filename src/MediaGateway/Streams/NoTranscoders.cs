using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>Stands where no transcoder is installed: viewers get the pictures without the sound.</summary>
internal sealed class NoTranscoders : IAudioTranscoderFactory
{
    /// <inheritdoc/>
    public IAudioTranscoder Create(TrackFormat source, CodecId target) =>
        throw new NotSupportedException($"There is no transcoder from {source.Codec} to {target}.");
}
