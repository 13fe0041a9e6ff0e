namespace MediaGateway.Hooks;

/// <summary>Counts what may happen very often, and says at most once a second that it is time to log how often it did. Any thread.</summary>
internal sealed class ThrottledCount(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long? _loggedAt;
    private long _count;

    /// <summary>One more. Returns how many there were since the last log line when one is due, else 0.</summary>
    public long Count()
    {
        lock (_lock)
        {
            _count++;
            if (_loggedAt is { } last && time.GetElapsedTime(last) < Interval)
            {
                return 0;
            }

            long count = _count;
            (_loggedAt, _count) = (time.GetTimestamp(), 0);
            return count;
        }
    }
}
