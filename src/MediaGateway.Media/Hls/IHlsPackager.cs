using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Media.Mp4;

namespace MediaGateway.Media.Hls;

/// <summary>Writes parts in one container. One owner, one thread.</summary>
public interface IHlsPackager
{
    /// <summary>What the addresses of segments and parts end with.</summary>
    string Extension { get; }

    /// <summary>Begins a range of these tracks.</summary>
    /// <returns>The media initialization section; null when the container needs none.</returns>
    byte[]? Begin(TrackFormat? video, TrackFormat? audio);

    /// <summary>Writes the samples as one part and lets their frames go. The caller owns the block.</summary>
    /// <param name="samples">At least one sample.</param>
    /// <param name="startsSegment">Whether the part is the first of its segment.</param>
    /// <param name="pool">Where the block comes from.</param>
    /// <param name="length">Bytes written.</param>
    PooledBuffer Write(Mp4FragmentWriter samples, bool startsSegment, BufferPool pool, out int length);
}
