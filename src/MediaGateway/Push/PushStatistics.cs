namespace MediaGateway.Push;

/// <summary>The figures of one push over all of its connections. Its connection writes, any thread reads.</summary>
internal sealed class PushStatistics
{
    private long _bytes;
    private long _frames;
    private long _framesBefore;
    private long _dropped;
    private long _droppedBefore;
    private long _publishedAtTicks = long.MinValue;

    /// <summary>Bytes sent.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Frames sent.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <summary>Frames that the target was too slow for.</summary>
    public long DroppedFrames => Volatile.Read(ref _dropped);

    /// <summary>Gateway time at which the target last let us publish; null before the first time.</summary>
    public TimeSpan? PublishedAt => Volatile.Read(ref _publishedAtTicks) is var ticks && ticks == long.MinValue ? null : TimeSpan.FromTicks(ticks);

    /// <summary>A connection has come so far that media flows.</summary>
    public void Published(TimeSpan now)
    {
        (_framesBefore, _droppedBefore) = (Frames, DroppedFrames);
        Volatile.Write(ref _publishedAtTicks, now.Ticks);
    }

    /// <summary>What the connection has sent and dropped so far.</summary>
    public void Sent(long frames, long droppedFrames)
    {
        Volatile.Write(ref _frames, _framesBefore + frames);
        Volatile.Write(ref _dropped, _droppedBefore + droppedFrames);
    }

    /// <summary>Bytes have left.</summary>
    public void SentBytes(long bytes) => Interlocked.Add(ref _bytes, bytes);
}
