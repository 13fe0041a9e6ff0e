namespace MediaGateway.Native.Video;

/// <summary>
/// When the pictures inside a decoder were received, by their times. Holds as many as a decoder can hold back; of one that has been
/// overwritten the newest arrival is said.
/// </summary>
internal sealed class ArrivalTimes
{
    /// <summary>More than a decoder's 16 reordered pictures.</summary>
    private const int Capacity = 32;

    private readonly (long Time, TimeSpan ReceivedAt)[] _entries = new (long, TimeSpan)[Capacity];
    private int _next;

    /// <summary>Notes a picture that goes into the decoder.</summary>
    public void Note(long time, TimeSpan receivedAt)
    {
        _entries[_next] = (time, receivedAt);
        _next = (_next + 1) % Capacity;
    }

    /// <summary>When the picture of that time was received.</summary>
    public TimeSpan Find(long time)
    {
        foreach ((long noted, TimeSpan receivedAt) in _entries)
        {
            if (noted == time)
            {
                return receivedAt;
            }
        }

        return _entries[(_next + Capacity - 1) % Capacity].ReceivedAt;
    }
}
