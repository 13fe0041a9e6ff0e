namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// How a rate rises while nothing speaks against it: carefully near the rate at which the path was last found full, and ever faster beyond
/// it, because then the path has changed (draft-ietf-rmcat-gcc-02 5.5, with a quicker rise).
/// </summary>
internal sealed class RateGrowth
{
    private const double PacketBits = 1200 * 8;

    /// <summary>Growth per second beyond the known capacity: first, each second more, at most.</summary>
    private const double FirstGrowth = 0.08;
    private const double GrowthOfGrowth = 0.25;
    private const double FastestGrowth = 1;

    private const double NearCapacity = 0.12;
    private const double CapacitySmoothing = 0.3;
    private const double UsedShare = 0.7;

    private TimeSpan? _freeSince;

    /// <summary>What the path carried when it was last found full, bit/s; null while unknown, or no longer true.</summary>
    public double? Capacity { get; private set; }

    /// <summary>How long the path has been free; zero when asked for the first time.</summary>
    public TimeSpan FreeFor(TimeSpan now) => now - (_freeSince ??= now);

    /// <summary>Notes that the path is full.</summary>
    /// <param name="carried">What gets through, bit/s.</param>
    /// <param name="now">Time.</param>
    public void OnFull(double carried, TimeSpan now)
    {
        Capacity = Capacity is { } known && Math.Abs(known - carried) < known / 4
            ? known + (CapacitySmoothing * (carried - known))
            : carried;
        _freeSince = now;
    }

    /// <summary>Notes that the path is free again.</summary>
    public void OnFree(TimeSpan now) => _freeSince = now;

    /// <summary>Notes that the path was seen to carry so much, bit/s.</summary>
    public void OnCarried(double bitsPerSecond)
    {
        if (bitsPerSecond > Capacity * (1 + NearCapacity))
        {
            Capacity = null;
        }
    }

    /// <summary>The rate after some time in which nothing spoke against more.</summary>
    /// <param name="rate">The rate before, bit/s.</param>
    /// <param name="received">What arrives, bit/s; null while unknown.</param>
    /// <param name="response">From a change of the rate to when it can be seen.</param>
    /// <param name="elapsed">How much time.</param>
    /// <param name="now">Time.</param>
    public double Grow(double rate, double? received, TimeSpan response, TimeSpan elapsed, TimeSpan now)
    {
        if (Capacity is { } capacity && Math.Abs(rate - capacity) <= capacity * NearCapacity)
        {
            // draft 5.5: about one packet per response time. A rate that is not used tells nothing of the path while time passes.
            _freeSince = received < UsedShare * rate ? _freeSince : now;
            return rate + (PacketBits / response.TotalSeconds * elapsed.TotalSeconds);
        }

        OnCarried(received ?? 0);
        double growth = FirstGrowth + (GrowthOfGrowth * FreeFor(now).TotalSeconds);
        return rate * (1 + (Math.Min(growth, FastestGrowth) * elapsed.TotalSeconds));
    }
}
