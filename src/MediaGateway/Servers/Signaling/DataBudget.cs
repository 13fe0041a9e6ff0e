namespace MediaGateway.Servers.Signaling;

/// <summary>How many pieces of data a media session may send: 20 at once, 10 per second over time. One caller at a time.</summary>
internal sealed class DataBudget
{
    /// <summary>Pieces at once.</summary>
    public const int Burst = 20;

    /// <summary>Pieces per second over time.</summary>
    public const int PerSecond = 10;

    private double _left = Burst;
    private TimeSpan _countedAt;

    /// <summary>Takes one; false when there is none left.</summary>
    public bool TryTake(TimeSpan now)
    {
        _left = Math.Min(Burst, _left + ((now - _countedAt).TotalSeconds * PerSecond));
        _countedAt = now;
        if (_left < 1)
        {
            return false;
        }

        _left--;
        return true;
    }
}
