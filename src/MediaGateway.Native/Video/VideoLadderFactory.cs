using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Native.Video;

/// <summary>Converters to several levels, on FFmpeg. Any thread.</summary>
/// <param name="pool">Where the memory of their frames comes from.</param>
/// <param name="preset">x264's trade of time for quality.</param>
public sealed class VideoLadderFactory(BufferPool pool, string preset) : IVideoLadderFactory
{
    private static readonly Lazy<string?> Missing = new(static () => H264Encoder.InstalledName is null ? "the installed FFmpeg has no encoder for H.264"
        : !PictureScaler.IsInstalled ? "libswscale is not installed"
        : null);

    /// <inheritdoc/>
    public string? Obstacle => Missing.Value;

    /// <inheritdoc/>
    public IVideoLadder Create() => new VideoLadder(pool, preset);
}
