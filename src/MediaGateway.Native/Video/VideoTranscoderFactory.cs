using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Native.Video;

/// <summary>Transcoders on FFmpeg: from H.264, VP8, VP9 and AV1 to H.264 without B-frames. Any thread.</summary>
/// <param name="pool">Where the memory of their frames comes from.</param>
/// <param name="options">How they encode.</param>
public sealed class VideoTranscoderFactory(BufferPool pool, VideoEncodingOptions options) : IVideoTranscoderFactory
{
    private static readonly CodecId[] Candidates = [CodecId.H264, CodecId.Vp8, CodecId.Vp9, CodecId.Av1];

    private static readonly Lazy<CodecSet> Installed = new(() =>
        H264Encoder.InstalledName is null ? CodecSet.Empty : CodecSet.Of([.. Candidates.Where(VideoDecoder.Exists)]));

    /// <inheritdoc/>
    public CodecSet Sources => Installed.Value;

    /// <inheritdoc/>
    public IVideoTranscoder Create() => new VideoTranscoder(pool, options);
}
