namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// The relation of a track's RTP clock to the gateway's, by arrival: the smallest difference of arrival and media time over the last
/// 20 s. Delay on the way only makes packets late, so the smallest difference is the one with the least delay in it.
/// </summary>
internal sealed class ArrivalClock
{
    private const int Buckets = 20;

    private static readonly long BucketTicks = TimeSpan.FromSeconds(1).Ticks;

    private readonly long[] _minima = new long[Buckets];
    private long _bucket;

    /// <summary>Whether anything was observed.</summary>
    public bool HasValue { get; private set; }

    /// <summary>The smallest difference, in units of 100 ns.</summary>
    public long Value { get; private set; } = long.MaxValue;

    /// <summary>Takes a packet's arrival less its media time.</summary>
    /// <param name="difference">In units of 100 ns.</param>
    /// <param name="at">When it arrived.</param>
    public void Observe(long difference, TimeSpan at)
    {
        MoveTo(at.Ticks / BucketTicks);
        ref long minimum = ref _minima[_bucket % Buckets];
        minimum = Math.Min(minimum, difference);
        Value = Math.Min(Value, difference);
    }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        HasValue = false;
        Value = long.MaxValue;
    }

    private void MoveTo(long bucket)
    {
        if (!HasValue || bucket - _bucket >= Buckets)
        {
            Array.Fill(_minima, long.MaxValue);
            _bucket = bucket;
            Value = long.MaxValue;
            HasValue = true;
            return;
        }

        if (bucket <= _bucket)
        {
            return;
        }

        while (_bucket < bucket)
        {
            _bucket++;
            _minima[_bucket % Buckets] = long.MaxValue;
        }

        Value = long.MaxValue;
        foreach (long minimum in _minima)
        {
            Value = Math.Min(Value, minimum);
        }
    }
}
