namespace MediaGateway.Media.Frames;

/// <summary>Makes transcoders. Any thread.</summary>
public interface IAudioTranscoderFactory
{
    /// <summary>
    /// The format of every frame that a transcoder to <paramref name="target"/> makes, known before there is one; null when there is no
    /// transcoder to it.
    /// </summary>
    TrackFormat? OutputOf(CodecId target);

    /// <summary>Makes a transcoder; the caller disposes it.</summary>
    /// <param name="source">The format of the packets that will be pushed.</param>
    /// <param name="target">The codec of the frames wanted.</param>
    /// <exception cref="NotSupportedException">There is no transcoder from the one to the other.</exception>
    IAudioTranscoder Create(TrackFormat source, CodecId target);
}
