namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>Where a segment of a batch comes from.</summary>
internal enum SegmentSource
{
    /// <summary>The rest of an image of which a part was sent before.</summary>
    HalfSent,

    /// <summary>A reply.</summary>
    Reply,

    /// <summary>Metadata and sequence headers for a viewer who starts.</summary>
    Preamble,

    /// <summary>An image of the ring.</summary>
    Image,

    /// <summary>The rest of a message of a file of which a part was sent before.</summary>
    HalfFile,

    /// <summary>A message of a file.</summary>
    File,
}

/// <summary>
/// What is due to one viewer, gathered for one system call. One per worker, filled anew for each viewer; owns nothing. Full means:
/// the rest goes with the next call.
/// </summary>
internal sealed class SendBatch
{
    /// <summary>Segments per call: what a viewer lacks who is four seconds behind 60 pictures and 47 frames of sound a second.</summary>
    public const int MaxSegments = 512;

    /// <summary>Bytes after which no further segment is added: twice what the kernel takes from us in one go.</summary>
    public const int EnoughBytes = 256 * 1024;

    private readonly ReadOnlyMemory<byte>[] _segments = new ReadOnlyMemory<byte>[MaxSegments];
    private readonly Origin[] _origins = new Origin[MaxSegments];

    /// <summary>Segments now in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes now in the batch.</summary>
    public int Bytes { get; private set; }

    /// <summary>The segments, in the order in which they must be sent.</summary>
    public ReadOnlySpan<ReadOnlyMemory<byte>> Segments => _segments.AsSpan(0, Count);

    /// <summary>Empties the batch.</summary>
    public void Clear()
    {
        _segments.AsSpan(0, Count).Clear();
        (Count, Bytes) = (0, 0);
    }

    /// <summary>Adds a segment; false when the batch is full.</summary>
    /// <param name="source">Where it comes from.</param>
    /// <param name="bytes">What to send; not empty.</param>
    /// <param name="index">The image's number in its ring; 0 for other sources.</param>
    public bool TryAdd(SegmentSource source, ReadOnlyMemory<byte> bytes, long index = 0)
    {
        if (Count == MaxSegments || Bytes >= EnoughBytes)
        {
            return false;
        }

        _segments[Count] = bytes;
        _origins[Count] = new Origin(source, index);
        Count++;
        Bytes += bytes.Length;
        return true;
    }

    /// <summary>Where a segment comes from, and how long it is.</summary>
    public (SegmentSource Source, long Index, int Length) this[int segment] =>
        (_origins[segment].Source, _origins[segment].Index, _segments[segment].Length);

    private readonly record struct Origin(SegmentSource Source, long Index);
}
