using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// A growing ring of frames, each with a time that its owner chooses: of decoding in the cache, of arrival before a bridge. Holds one reference to
/// each. Not safe for concurrent use.
/// </summary>
internal sealed class FrameRing
{
    private const int InitialCapacity = 64;

    private Entry[] _entries = new Entry[InitialCapacity];
    private int _head;

    /// <summary>Frames held.</summary>
    public int Count { get; private set; }

    /// <summary>Payload bytes held.</summary>
    public long Bytes { get; private set; }

    /// <summary>The entry at <paramref name="index"/>, counted from the oldest.</summary>
    public Entry this[int index] => _entries[(_head + index) & (_entries.Length - 1)];

    /// <summary>Adds a frame at the young end. Takes over one reference.</summary>
    public void Add(MediaFrame frame, TimeSpan time)
    {
        if (Count == _entries.Length)
        {
            Grow();
        }

        _entries[(_head + Count) & (_entries.Length - 1)] = new Entry(frame, time);
        Count++;
        Bytes += frame.Length;
    }

    /// <summary>Releases every frame whose time is before <paramref name="time"/>, from the old end on.</summary>
    public void ReleaseBefore(TimeSpan time)
    {
        while (Count > 0 && this[0].Time < time)
        {
            TakeFirst().Release();
        }
    }

    /// <summary>Takes the oldest frame out; the caller owns its reference. There must be one.</summary>
    public MediaFrame TakeFirst()
    {
        MediaFrame frame = _entries[_head].Frame;
        _entries[_head] = default;
        _head = (_head + 1) & (_entries.Length - 1);
        Count--;
        Bytes -= frame.Length;
        return frame;
    }

    /// <summary>Releases everything.</summary>
    public void Clear()
    {
        while (Count > 0)
        {
            TakeFirst().Release();
        }
    }

    private void Grow()
    {
        var larger = new Entry[_entries.Length * 2];
        for (int index = 0; index < Count; index++)
        {
            larger[index] = this[index];
        }

        (_entries, _head) = (larger, 0);
    }

    /// <summary>A frame and the time it was added with.</summary>
    internal readonly record struct Entry(MediaFrame Frame, TimeSpan Time);
}
