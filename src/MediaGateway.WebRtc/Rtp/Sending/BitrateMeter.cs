namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>Bits per second over the last whole second, smoothed with the ones before.</summary>
internal sealed class BitrateMeter
{
    private const int BitsPerByte = 8;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private TimeSpan? _startedAt;
    private long _bytes;

    /// <summary>The rate; 0 in the first second, and after a second without anything.</summary>
    public long BitsPerSecond { get; private set; }

    /// <summary>Counts bytes.</summary>
    public void Add(long bytes, TimeSpan now)
    {
        Advance(now);
        _bytes += bytes;
    }

    /// <summary>Lets time pass; a time before one that was seen counts as that.</summary>
    public void Advance(TimeSpan now)
    {
        _startedAt ??= now;
        TimeSpan elapsed = now - _startedAt.GetValueOrDefault();
        if (elapsed < Period)
        {
            return;
        }

        long rate = _bytes * BitsPerByte * TimeSpan.TicksPerSecond / elapsed.Ticks;
        BitsPerSecond = BitsPerSecond == 0 || rate == 0 ? rate : (BitsPerSecond + rate) / 2;
        _startedAt = now;
        _bytes = 0;
    }
}
