namespace MediaGateway.Diagnostics;

/// <summary>
/// The gateway's time: another provider's, with every timer counted from its creation to its disposal, by whether it repeats.
/// Waits with a limit (<c>Task.Delay</c>, <c>PeriodicTimer</c>, <c>CancellationTokenSource</c>) make such timers too. One more small object
/// for each; none is made on the media path.
/// </summary>
internal sealed class CountingTimeProvider(TimeProvider inner, ResourceLedger ledger) : TimeProvider
{
    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => inner.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    /// <inheritdoc/>
    public override long GetTimestamp() => inner.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        // Counted first: the timer may fire, and be disposed of by what it calls, before it is returned.
        IDisposable count = ledger.Hold(period == Timeout.InfiniteTimeSpan ? ResourceKind.Timer : ResourceKind.PeriodicTimer);
        try
        {
            return new CountedTimer(inner.CreateTimer(callback, state, dueTime, period), count);
        }
        catch
        {
            count.Dispose();
            throw;
        }
    }

    private sealed class CountedTimer(ITimer timer, IDisposable count) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            timer.Dispose();
            count.Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            await timer.DisposeAsync();
            count.Dispose();
        }
    }
}
