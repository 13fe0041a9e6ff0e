using MediaGateway.Diagnostics;

namespace MediaGateway.Servers.Rtmp;

/// <summary>Says in the log that connections are turned away, at most once a second. Any thread.</summary>
internal sealed class RefusalReport(GatewayClock clock, ILogger<RefusalReport> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private TimeSpan _nextAt = TimeSpan.Zero;
    private long _count;

    /// <summary>One connection was turned away.</summary>
    /// <param name="connections">How many are open.</param>
    public void Count(int connections)
    {
        long count;
        lock (_lock)
        {
            _count++;
            TimeSpan now = clock.Now;
            if (now < _nextAt)
            {
                return;
            }

            _nextAt = now + Interval;
            count = _count;
            _count = 0;
        }

        logger.ConnectionsRefused(count, connections);
    }
}
