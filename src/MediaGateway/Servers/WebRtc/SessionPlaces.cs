namespace MediaGateway.Servers.WebRtc;

/// <summary>The places for sessions: taken before a session is made, so that offers that come at once never take more than there are. Any thread.</summary>
internal sealed class SessionPlaces
{
    private int _taken;

    /// <summary>How many are taken.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes one of <paramref name="most"/> places; false when all are taken.</summary>
    public bool TryTake(int most)
    {
        if (Interlocked.Increment(ref _taken) <= most)
        {
            return true;
        }

        GiveBack();
        return false;
    }

    /// <summary>Gives back a place that was taken.</summary>
    public void GiveBack() => Interlocked.Decrement(ref _taken);
}
