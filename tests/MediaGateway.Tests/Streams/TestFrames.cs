using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Tests.Streams;

/// <summary>Frames as a browser's stream has them: 90 kHz pictures, 48 kHz Opus and AAC; times in milliseconds.</summary>
internal sealed class TestFrames(BufferPool pool)
{
    public static readonly OpusFormat Opus = new(2);
    public static readonly AacFormat Aac = new(new byte[] { 0x11, 0x90 }, 48_000, 2);
    public static readonly H264Format Picture360 = new(new byte[] { 1, 0x42, 0xE0, 0x1E, 0xFF }, 640, 360);
    public static readonly H264Format Picture180 = new(new byte[] { 1, 0x42, 0xE0, 0x0D, 0xFF }, 320, 180);

    /// <summary>Gateway time stamped on the frames.</summary>
    public TimeSpan ReceivedAt { get; set; }

    public MediaFrame Key(int milliseconds, int bytes = 1000, H264Format? format = null) =>
        Make(format ?? Picture360, new MediaTime(milliseconds * 90L, 90_000), true, bytes);

    public MediaFrame Delta(int milliseconds, int bytes = 100, H264Format? format = null) =>
        Make(format ?? Picture360, new MediaTime(milliseconds * 90L, 90_000), false, bytes);

    public MediaFrame Sound(int milliseconds, int bytes = 50) => Make(Opus, new MediaTime(milliseconds * 48L, 48_000), true, bytes);

    public MediaFrame AacAt(long samples, TimeSpan receivedAt) => Make(Aac, new MediaTime(samples, 48_000), true, 20, receivedAt);

    private MediaFrame Make(TrackFormat format, MediaTime time, bool key, int bytes, TimeSpan? receivedAt = null) =>
        new(format, time, time, key, pool.Rent(bytes, BufferOwner.Frame), 0, bytes, receivedAt ?? ReceivedAt);
}
