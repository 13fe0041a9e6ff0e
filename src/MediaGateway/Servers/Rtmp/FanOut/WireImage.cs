using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>What a wire image holds.</summary>
internal enum WireImageKind
{
    /// <summary>Metadata and sequence headers.</summary>
    Header,

    /// <summary>One frame of sound.</summary>
    Audio,

    /// <summary>One picture.</summary>
    Video,

    /// <summary>Data of the publisher, which no decoder sees.</summary>
    Data,
}

/// <summary>What the fan-out must know about a wire image.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Stamp">Its time on the stream's clock, in milliseconds; not wrapped.</param>
/// <param name="StartsGroup">Whether a viewer may start here.</param>
/// <param name="Formats">What the tracks are from this image on.</param>
/// <param name="ReceivedAt">Gateway time at which the kernel had received the frame.</param>
/// <param name="MeasuresDelay">Whether the time until the first viewer has it counts: not so for frames out of a cache.</param>
internal readonly record struct WireImageDescription(
    WireImageKind Kind,
    long Stamp,
    bool StartsGroup,
    FeedFormats Formats,
    TimeSpan ReceivedAt,
    bool MeasuresDelay)
{
    /// <summary>Sound or pictures; of a header it says nothing.</summary>
    public TrackKind TrackKind => Kind == WireImageKind.Video ? TrackKind.Video : TrackKind.Audio;
}

/// <summary>
/// One frame, or one set of sequence headers, in the form in which it leaves to every viewer: complete RTMP messages in chunks, the
/// first header absolute. Counted, by one worker thread only; the last release returns the bytes and the object to their pools.
/// </summary>
internal sealed class WireImage
{
    private readonly WireImagePool _pool;
    private PooledBuffer? _buffer;
    private int _references;
    private bool _measuresDelay;

    internal WireImage(WireImagePool pool) => _pool = pool;

    /// <summary>What it is.</summary>
    public WireImageDescription Description { get; private set; }

    /// <summary>Bytes on the wire.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes. Valid while the caller holds a reference.</summary>
    public ReadOnlyMemory<byte> Bytes => Buffer.Memory[..Length];

    private PooledBuffer Buffer => _buffer ?? throw new InvalidOperationException("A wire image was used after its last release.");

    /// <summary>Adds a reference for another holder.</summary>
    public WireImage AddReference()
    {
        _ = Buffer;
        _references++;
        return this;
    }

    /// <summary>Gives one reference back.</summary>
    public void Release()
    {
        PooledBuffer buffer = Buffer;
        _references--;
        if (_references == 0)
        {
            _buffer = null;
            Description = default;
            _pool.Keep(this);
            buffer.Dispose();
        }
    }

    /// <summary>True once: for the first viewer that has got all of an image whose delay counts.</summary>
    public bool TryTakeDelayMeasurement()
    {
        bool first = _measuresDelay;
        _measuresDelay = false;
        return first;
    }

    /// <summary>Fills an idle object; it then has one reference and owns <paramref name="buffer"/>.</summary>
    internal void Begin(PooledBuffer buffer, int length, in WireImageDescription description)
    {
        _buffer = buffer;
        _references = 1;
        _measuresDelay = description.MeasuresDelay;
        Length = length;
        Description = description;
    }
}
