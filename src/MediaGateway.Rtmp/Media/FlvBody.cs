using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Rtmp.Media;

/// <summary>The body of an audio, video or data message on its way to becoming a frame. Its reader owns the buffer until it made one.</summary>
/// <param name="Buffer">The block that holds it, from its first byte on.</param>
/// <param name="Length">Bytes; never 0.</param>
/// <param name="Milliseconds">Decoding time: the message's timestamp, unwrapped.</param>
/// <param name="ReceivedAt">Gateway time at which its last byte came.</param>
internal readonly record struct FlvBody(PooledBuffer Buffer, int Length, long Milliseconds, TimeSpan ReceivedAt)
{
    private const int MillisecondRate = 1000;

    /// <summary>The bytes.</summary>
    public Span<byte> Bytes => Buffer.Span[..Length];

    /// <summary>A frame of what stands from <paramref name="offset"/> on. Hands the buffer over to it.</summary>
    public MediaFrame ToFrame(TrackFormat format, int offset, bool isKeyframe, int compositionMilliseconds = 0) => new(
        format,
        new MediaTime(Milliseconds + compositionMilliseconds, MillisecondRate),
        new MediaTime(Milliseconds, MillisecondRate),
        isKeyframe,
        Buffer,
        offset,
        Length - offset,
        ReceivedAt);
}
