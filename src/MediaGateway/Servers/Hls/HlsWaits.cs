namespace MediaGateway.Servers.Hls;

/// <summary>Counts the requests that wait for what comes next, and bounds them. Any thread.</summary>
internal sealed class HlsWaits
{
    private int _count;

    /// <summary>Requests that may wait now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a place, which goes back when the result is disposed; null when there is none.</summary>
    public IDisposable? TryBegin()
    {
        if (Interlocked.Increment(ref _count) <= HlsLimits.Waits)
        {
            return new Place(this);
        }

        Interlocked.Decrement(ref _count);
        return null;
    }

    private sealed class Place(HlsWaits waits) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref waits._count);
    }
}
