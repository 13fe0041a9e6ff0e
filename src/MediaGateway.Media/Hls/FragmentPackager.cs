using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Media.Mp4;

namespace MediaGateway.Media.Hls;

/// <summary>Parts as fragments of MP4 (RFC 8216bis 3.1.2), which every player of today takes.</summary>
public sealed class FragmentPackager : IHlsPackager
{
    private uint _fragments;

    /// <inheritdoc/>
    public string Extension => "m4s";

    /// <inheritdoc/>
    public byte[]? Begin(TrackFormat? video, TrackFormat? audio) => Mp4Initialization.Build(video, audio);

    /// <inheritdoc/>
    public PooledBuffer Write(Mp4FragmentWriter samples, bool startsSegment, BufferPool pool, out int length)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return samples.Write(unchecked(++_fragments), pool, BufferOwner.Segment, out length);
    }
}
