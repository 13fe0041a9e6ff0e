namespace MediaGateway.Hooks;

/// <summary>
/// Leaves a backend alone that has failed <see cref="HookLimits.BreakerFaults"/> times in a row: for
/// <see cref="HookLimits.BreakerPause"/> nobody is made to wait for it, then one question tries it again. Any thread.
/// </summary>
internal sealed class CircuitBreaker(TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _faults;
    private long _openedAt;
    private bool _isOnTrial;

    /// <summary>How a question may go out.</summary>
    internal enum Entry
    {
        /// <summary>Not at all: the backend is left alone.</summary>
        Refused,

        /// <summary>As every other.</summary>
        Normal,

        /// <summary>As the one that finds out whether the backend is back.</summary>
        Trial,
    }

    /// <summary>Whether the backend may be asked now. Each yes is followed by exactly one report with the same entry.</summary>
    public Entry Enter()
    {
        lock (_lock)
        {
            if (_faults < HookLimits.BreakerFaults)
            {
                return Entry.Normal;
            }

            if (_isOnTrial || time.GetElapsedTime(_openedAt) < HookLimits.BreakerPause)
            {
                return Entry.Refused;
            }

            _isOnTrial = true;
            return Entry.Trial;
        }
    }

    /// <summary>The backend has answered. True when it had been left alone until now.</summary>
    public bool ReportAnswer()
    {
        lock (_lock)
        {
            bool wasOpen = _faults >= HookLimits.BreakerFaults;
            (_faults, _isOnTrial) = (0, false);
            return wasOpen;
        }
    }

    /// <summary>The backend has failed. True when that is why it is left alone from now on.</summary>
    public bool ReportFault(Entry entry)
    {
        lock (_lock)
        {
            if (entry == Entry.Trial)
            {
                (_openedAt, _isOnTrial) = (time.GetTimestamp(), false);
                return false;
            }

            // What was already on its way when the circuit opened does not prolong the pause.
            if (_faults >= HookLimits.BreakerFaults || ++_faults < HookLimits.BreakerFaults)
            {
                return false;
            }

            _openedAt = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Nothing was learnt: whoever wanted to know has gone.</summary>
    public void ReportNothing(Entry entry)
    {
        if (entry == Entry.Trial)
        {
            lock (_lock)
            {
                _isOnTrial = false;
            }
        }
    }
}
