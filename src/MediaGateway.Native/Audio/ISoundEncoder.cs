using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Audio;

/// <summary>Frames of samples in, packets of one codec out. One thread at a time; allocates no managed memory per frame.</summary>
internal interface ISoundEncoder : IDisposable
{
    /// <summary>The format of every packet.</summary>
    TrackFormat Format { get; }

    /// <summary>What it wants its input to be.</summary>
    SoundShape Shape { get; }

    /// <summary>Encodes one frame and hands out the packet that it completes.</summary>
    /// <param name="left">A frame of samples; with one channel all there is.</param>
    /// <param name="right">As many; not looked at with one channel.</param>
    /// <param name="pool">Where the packet's memory comes from.</param>
    /// <param name="length">Bytes of the packet.</param>
    /// <returns>The packet, which the caller owns; null as long as the encoder holds frames back.</returns>
    /// <exception cref="FFmpegException">The encoder has failed and must be made anew.</exception>
    PooledBuffer? Encode(ReadOnlySpan<float> left, ReadOnlySpan<float> right, BufferPool pool, out int length);
}
