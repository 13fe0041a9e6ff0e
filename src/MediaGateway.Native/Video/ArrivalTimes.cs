namespace MediaGateway.Native.Video;

/// <summary>
/// When the pictures inside a decoder were received, which are keyframes and which are to be shown, by their times. Holds as many as a decoder can hold back; of
/// one that has been overwritten the newest arrival is said.
/// </summary>
internal sealed class ArrivalTimes
{
    /// <summary>More than a decoder's 16 reordered pictures.</summary>
    private const int Capacity = 32;

    private readonly Entry[] _entries = new Entry[Capacity];
    private int _next;

    /// <summary>Notes a picture that goes into the decoder.</summary>
    public void Note(long time, TimeSpan receivedAt, bool isKeyframe, bool isShown)
    {
        _entries[_next] = new Entry(time, receivedAt, isKeyframe, isShown);
        _next = (_next + 1) % Capacity;
    }

    /// <summary>When the picture of that time was received.</summary>
    public TimeSpan Find(long time) => Search(time).ReceivedAt;

    /// <summary>Whether the picture of that time was a keyframe.</summary>
    public bool IsKeyframe(long time)
    {
        Entry entry = Search(time);
        return entry.Time == time && entry.IsKeyframe;
    }

    /// <summary>Whether the picture of that time is to be shown.</summary>
    public bool IsShown(long time) => Search(time).IsShown;

    private Entry Search(long time)
    {
        foreach (Entry entry in _entries)
        {
            if (entry.Time == time)
            {
                return entry;
            }
        }

        return _entries[(_next + Capacity - 1) % Capacity];
    }

    private readonly record struct Entry(long Time, TimeSpan ReceivedAt, bool IsKeyframe, bool IsShown);
}
