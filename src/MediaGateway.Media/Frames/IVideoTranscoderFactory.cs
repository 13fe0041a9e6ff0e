namespace MediaGateway.Media.Frames;

/// <summary>Makes transcoders of pictures. Any thread.</summary>
public interface IVideoTranscoderFactory
{
    /// <summary>The codecs that can be decoded here; empty when there is no encoder for H.264.</summary>
    CodecSet Sources { get; }

    /// <summary>Makes a transcoder; the caller disposes it. Its codecs are opened with the first pictures.</summary>
    IVideoTranscoder Create();
}
