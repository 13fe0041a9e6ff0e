using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Testing;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

/// <summary>
/// A ring that a test fills by hand. Every image is ten bytes: its number, its kind, and padding, so that what was sent can be read
/// back.
/// </summary>
internal sealed class Images : IImageSource, IDisposable
{
    public const int ImageBytes = 10;

    public static readonly FeedFormats FirstFormats =
        new(new H264Format(new byte[] { 1 }, 640, 360), new AacFormat(new byte[] { 0x11, 0x90 }, 48000, 2));

    private readonly TrackingBufferPool _buffers = new();
    private readonly WireImagePool _pool = new();
    private int _number;

    public Images(FanOutSettings? settings = null) => Ring = new WireImageRing(settings ?? new FanOutSettings());

    public WireImageRing Ring { get; }

    public bool IsReady { get; set; } = true;

    public FeedFormats Formats { get; set; } = FirstFormats;

    public int Outstanding => _pool.Outstanding;

    public BufferPool Buffers => _buffers;

    /// <summary>Number of preambles made; each is sent as an image of number -1, -2, ….</summary>
    public int Preambles { get; private set; }

    public int Keyframe(long stamp, int bytes = ImageBytes) => Append(WireImageKind.Video, stamp, true, bytes);

    public int Picture(long stamp, int bytes = ImageBytes) => Append(WireImageKind.Video, stamp, false, bytes);

    public int Sound(long stamp, bool startsGroup = false) => Append(WireImageKind.Audio, stamp, startsGroup, ImageBytes);

    public int Header(long stamp) => Append(WireImageKind.Header, stamp, false, ImageBytes);

    public WireImage Create(WireImageKind kind, long stamp, bool startsGroup, int bytes, int number)
    {
        PooledBuffer buffer = _buffers.Rent(bytes, BufferOwner.WireImage);
        buffer.Span[..bytes].Clear();
        BinaryPrimitives.WriteInt32BigEndian(buffer.Span, number);
        var description = new WireImageDescription(kind, stamp, startsGroup, Formats, TimeSpan.FromMilliseconds(stamp), true);
        return _pool.Create(buffer, bytes, description);
    }

    public WireImage PreambleAt(long start)
    {
        Preambles++;
        return Create(WireImageKind.Header, Ring[start].Description.Stamp, false, ImageBytes, -Preambles);
    }

    public void Dispose()
    {
        Ring.Clear();
        _buffers.Dispose();
    }

    private int Append(WireImageKind kind, long stamp, bool startsGroup, int bytes)
    {
        int number = _number++;
        Ring.Append(Create(kind, stamp, startsGroup, bytes, number));
        return number;
    }
}
