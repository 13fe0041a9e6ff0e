using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;

namespace MediaGateway.Tests.Push;

/// <summary>Pictures that a server can read: real parameter sets, and slices that say their number. Times in milliseconds.</summary>
internal sealed class PushFrames(BufferPool pool)
{
    private static readonly byte[] Sps = TestMedia.SequenceParameterSet;
    private static readonly byte[] Pps = TestMedia.PictureParameterSet;

    /// <summary>320x240, constrained baseline.</summary>
    public static readonly H264Format Format = new(
        (byte[])[1, Sps[1], Sps[2], Sps[3], 0xFF, 0xE1, 0, (byte)Sps.Length, .. Sps, 1, 0, (byte)Pps.Length, .. Pps], 320, 240);

    public MediaFrame Key(int milliseconds, int bytes = 1000, H264Format? format = null) => Make(milliseconds, bytes, isKeyframe: true, format);

    public MediaFrame Delta(int milliseconds, int bytes = 100, H264Format? format = null) => Make(milliseconds, bytes, isKeyframe: false, format);

    private MediaFrame Make(int milliseconds, int bytes, bool isKeyframe, H264Format? format)
    {
        byte[] unit = TestMedia.AccessUnit(TestMedia.Slice(milliseconds / 40, isKeyframe, bytes), isKeyframe);
        PooledBuffer buffer = pool.Rent(unit.Length, BufferOwner.Frame);
        unit.CopyTo(buffer.Span);
        var time = new MediaTime(milliseconds * 90L, 90_000);
        return new MediaFrame(format ?? Format, time, time, isKeyframe, buffer, 0, unit.Length, default);
    }
}
