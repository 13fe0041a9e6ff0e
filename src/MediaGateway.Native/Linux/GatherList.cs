using System.Runtime.CompilerServices;

namespace MediaGateway.Native.Linux;

/// <summary>
/// Pieces of memory to be sent by one call, in order. Made once and filled again and again; one list can be sent to any number of
/// sockets before it is cleared. The memory is pinned until then. One thread at a time; allocates nothing after construction.
/// </summary>
public sealed unsafe class GatherList : IDisposable
{
    /// <summary>The most segments that the kernel takes in one call (IOV_MAX).</summary>
    public const int MaximumSegments = 1024;

    private readonly PinnedSlots _pins;
    private readonly Libc.iovec[] _segments;

    /// <summary>Makes an empty list with room for <paramref name="capacity"/> segments.</summary>
    public GatherList(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MaximumSegments);
        _pins = new PinnedSlots(capacity);
        _segments = GC.AllocateArray<Libc.iovec>(capacity, pinned: true);
    }

    /// <summary>Segments in the list.</summary>
    public int Count { get; private set; }

    /// <summary>Whether no further segment fits.</summary>
    public bool IsFull => Count == _segments.Length;

    /// <summary>Bytes of all segments together.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>The kernel's form of the list.</summary>
    internal Libc.iovec* Segments => (Libc.iovec*)Unsafe.AsPointer(ref _segments[0]);

    /// <summary>Appends memory that lies in an array. It must stay unchanged and owned by the caller until the list is cleared.</summary>
    /// <returns>False: the list is full.</returns>
    public bool TryAdd(ReadOnlyMemory<byte> segment)
    {
        if (IsFull)
        {
            return false;
        }

        if (!segment.IsEmpty)
        {
            _segments[Count] = new Libc.iovec { iov_base = _pins.Pin(Count, segment), iov_len = (nuint)segment.Length };
            Count++;
            TotalBytes += segment.Length;
        }

        return true;
    }

    /// <summary>Empties the list and lets the memory go.</summary>
    public void Clear()
    {
        for (int slot = 0; slot < Count; slot++)
        {
            _pins.Unpin(slot);
        }

        Count = 0;
        TotalBytes = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Count = 0;
        TotalBytes = 0;
        _pins.Dispose();
    }
}
