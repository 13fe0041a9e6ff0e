using MediaGateway.Media.Memory;

namespace MediaGateway.Media.Frames;

/// <summary>
/// One timed unit of one track: an H.264 access unit in AVCC framing (four-byte lengths), one AAC frame without ADTS, or one Opus
/// packet. Immutable. Shared by reference count: whoever creates it holds one reference; the last release returns the memory.
/// Any thread may read, reference and release it.
/// </summary>
public sealed class MediaFrame
{
    // Either a block of its own, or the frame whose payload it shows at another time.
    private readonly PooledBuffer? _owner;
    private readonly MediaFrame? _original;
    private readonly int _offset;
    private readonly int _length;
    private int _references = 1;

    /// <summary>Makes a frame with one reference. Takes ownership of <paramref name="owner"/>.</summary>
    /// <param name="format">The track format in force for this frame.</param>
    /// <param name="presentation">When it is shown, on the stream's timeline.</param>
    /// <param name="decoding">When it is decoded, at the same rate; equal to <paramref name="presentation"/> without B-frames.</param>
    /// <param name="isKeyframe">Whether decoding may start here. True for every audio frame.</param>
    /// <param name="owner">The block that holds the payload.</param>
    /// <param name="offset">Where the payload starts in the block.</param>
    /// <param name="length">Bytes of payload.</param>
    /// <param name="receivedAt">Gateway time at which the kernel received the last byte of it: the start of every delay figure.</param>
    public MediaFrame(
        TrackFormat format,
        MediaTime presentation,
        MediaTime decoding,
        bool isKeyframe,
        PooledBuffer owner,
        int offset,
        int length,
        TimeSpan receivedAt)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)offset + (uint)length, (uint)owner.Capacity);
        Format = format;
        Presentation = presentation;
        Decoding = decoding;
        IsKeyframe = isKeyframe;
        ReceivedAt = receivedAt;
        (_owner, _offset, _length) = (owner, offset, length);
    }

    private MediaFrame(MediaFrame original, TimeSpan offset)
    {
        Format = original.Format;
        Presentation = original.Presentation.Plus(offset);
        Decoding = original.Decoding.Plus(offset);
        IsKeyframe = original.IsKeyframe;
        ReceivedAt = original.ReceivedAt;
        (_original, _length) = (original, original._length);
    }

    /// <summary>The format in force; compare by reference with the previous frame's to see a change.</summary>
    public TrackFormat Format { get; }

    /// <summary>Sound or pictures.</summary>
    public TrackKind Kind => Format.Kind;

    /// <summary>Presentation time (PTS).</summary>
    public MediaTime Presentation { get; }

    /// <summary>Decoding time (DTS). Never decreases within a track.</summary>
    public MediaTime Decoding { get; }

    /// <summary>Whether decoding may start here.</summary>
    public bool IsKeyframe { get; }

    /// <summary>Gateway time at which the kernel received the last byte of the frame.</summary>
    public TimeSpan ReceivedAt { get; }

    /// <summary>Bytes of payload.</summary>
    public int Length => _length;

    /// <summary>The payload. Valid while the caller holds a reference.</summary>
    public ReadOnlySpan<byte> Payload => PayloadMemory.Span;

    /// <summary>The payload. Valid while the caller holds a reference.</summary>
    public ReadOnlyMemory<byte> PayloadMemory
    {
        get
        {
            if (Volatile.Read(ref _references) <= 0)
            {
                throw new InvalidOperationException("A frame was used after its last release.");
            }

            return _original is null ? _owner!.Memory.Slice(_offset, _length) : _original.PayloadMemory; // Without original, a block.
        }
    }

    /// <summary>
    /// The same frame at another place of the timeline: a new frame with one reference that shows this one's payload without a copy.
    /// Takes over one reference to this frame, which goes back with the last one of the new frame.
    /// </summary>
    /// <param name="offset">What is added to the presentation and the decoding time.</param>
    public MediaFrame Restamped(TimeSpan offset) => new(this, offset);

    /// <summary>Adds a reference for another holder.</summary>
    /// <exception cref="InvalidOperationException">The frame was already released for the last time.</exception>
    public MediaFrame AddReference()
    {
        int seen = Volatile.Read(ref _references);
        while (true)
        {
            if (seen <= 0)
            {
                throw new InvalidOperationException("A reference was added to a released frame.");
            }

            int current = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (current == seen)
            {
                return this;
            }

            seen = current;
        }
    }

    /// <summary>Gives one reference back.</summary>
    /// <exception cref="InvalidOperationException">The frame was released more often than referenced.</exception>
    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left == 0)
        {
            _owner?.Dispose();
            _original?.Release();
        }
        else if (left < 0)
        {
            throw new InvalidOperationException("A frame was released more often than referenced.");
        }
    }
}
