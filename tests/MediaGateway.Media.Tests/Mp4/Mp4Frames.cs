using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;

namespace MediaGateway.Media.Tests.Mp4;

/// <summary>Frames of which every byte is known.</summary>
internal sealed class Mp4Frames(BufferPool pool)
{
    public static readonly H264Format Video = new(
        H264Record(), 320, 240);

    public static readonly H264Format SmallerVideo = new(H264Record(), 160, 120);

    public static readonly AacFormat Aac = new(new byte[] { 0x11, 0x90 }, 48_000, 2);

    public static readonly AacFormat Aac44 = new(new byte[] { 0x12, 0x10 }, 44_100, 2);

    public MediaFrame Picture(
        double milliseconds, bool key = false, int bytes = 100, double shownLater = 0, H264Format? format = null, byte content = 1) =>
        Make(format ?? Video, At(milliseconds + shownLater), At(milliseconds), key, bytes, content);

    public MediaFrame Sound(double milliseconds, TrackFormat? format = null, int bytes = 20, byte content = 2) =>
        Make(format ?? Aac, At(milliseconds), At(milliseconds), true, bytes, content);

    private static MediaTime At(double milliseconds) => new((long)Math.Round(milliseconds * 90), 90_000);

    private static byte[] H264Record() =>
    [
        1, TestMedia.SequenceParameterSet[1], TestMedia.SequenceParameterSet[2], TestMedia.SequenceParameterSet[3], 0xFF, 0xE1,
        0, (byte)TestMedia.SequenceParameterSet.Length, .. TestMedia.SequenceParameterSet,
        1, 0, (byte)TestMedia.PictureParameterSet.Length, .. TestMedia.PictureParameterSet,
    ];

    private MediaFrame Make(TrackFormat format, MediaTime shown, MediaTime decoded, bool key, int bytes, byte content)
    {
        PooledBuffer buffer = pool.Rent(bytes, BufferOwner.Frame);
        buffer.Span[..bytes].Fill(content);
        return new MediaFrame(format, shown, decoded, key, buffer, 0, bytes, TimeSpan.Zero);
    }
}
