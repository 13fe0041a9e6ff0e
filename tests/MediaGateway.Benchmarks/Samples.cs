using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;

namespace MediaGateway.Benchmarks;

/// <summary>What the benchmarks work on: the sizes of 720p at 30 pictures a second and 2.5 Mbit/s.</summary>
internal static class Samples
{
    /// <summary>Bytes of a picture that is no keyframe: ten packets.</summary>
    public const int PictureBytes = 10_000;

    /// <summary>Bytes of a frame of sound at 128 kbit/s.</summary>
    public const int SoundBytes = 340;

    /// <summary>Bytes of a full RTP packet.</summary>
    public const int PacketBytes = 1200;

    /// <summary>The payload type of pictures.</summary>
    public const int VideoType = 102;

    /// <summary>The source of pictures.</summary>
    public const uint VideoSsrc = 0x1111_1111;

    /// <summary>An access unit that is no keyframe, in AVCC framing.</summary>
    public static byte[] Picture() => TestMedia.AccessUnit(TestMedia.Slice(1, isKeyframe: false, PictureBytes), isKeyframe: false);

    /// <summary>A frame with a reference of the caller's.</summary>
    public static MediaFrame Frame(BufferPool pool, TrackFormat format, TimeSpan time, bool isKeyframe, ReadOnlySpan<byte> payload)
    {
        PooledBuffer buffer = pool.Rent(payload.Length, BufferOwner.Frame);
        payload.CopyTo(buffer.Span);
        var stamp = new MediaTime(time.Ticks, (int)TimeSpan.TicksPerSecond);
        return new MediaFrame(format, stamp, stamp, isKeyframe, buffer, 0, payload.Length, time);
    }

    /// <summary>Writes an RTP packet without header extension.</summary>
    public static int WriteRtp(Span<byte> destination, ushort sequence, uint timestamp, bool marker, ReadOnlySpan<byte> payload)
    {
        destination[0] = 0x80;
        destination[1] = (byte)((marker ? 0x80 : 0) | VideoType);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], VideoSsrc);
        payload.CopyTo(destination[12..]);
        return 12 + payload.Length;
    }
}
