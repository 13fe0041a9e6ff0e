namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// Turns what the delay says into a rate: down to a part of what gets through when a queue fills, still while it drains, up again after
/// that, carefully near the rate at which the queue filled and ever faster beyond it (draft-ietf-rmcat-gcc-02 5.5, with a drain that
/// the draft does not have, and a quicker rise).
/// </summary>
internal sealed class RateController
{
    private const double GentleDecrease = 0.85; // draft 5.5: beta
    private const double SteepestDecrease = 0.4;
    private const double RestoredShare = 0.9;
    private const double PacketBits = 1200 * 8;

    /// <summary>Growth per second beyond the known capacity: first, each second more, at most.</summary>
    private const double FirstGrowth = 0.08;
    private const double GrowthOfGrowth = 0.12;
    private const double FastestGrowth = 0.5;

    /// <summary>How far the estimate may be ahead of what arrives: an unused estimate is a guess.</summary>
    private const double LeadOverReceived = 1.5;
    private const double LeadBits = 50_000;

    private const double NearCapacity = 0.12;
    private const double CapacitySmoothing = 0.3;

    /// <summary>Below this a growing delay is the noise of schedulers and radio, not a queue worth slowing down for.</summary>
    private static readonly TimeSpan NegligibleQueue = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan DrainedQueue = TimeSpan.FromMilliseconds(50);

    /// <summary>A queue that stays is too much, however steady its delay.</summary>
    private static readonly TimeSpan StandingQueue = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StandingTime = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan QueueIsFalling = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(1);

    /// <summary>Decreases after which a queue that does not even then fall is held for somebody else's, or for a longer path.</summary>
    private const int VainDecreases = 4;

    private readonly double _minimum;
    private readonly double _maximum;
    private double? _capacity;
    private bool _isDraining;
    private TimeSpan _decreasedAt = TimeSpan.MinValue;
    private TimeSpan _updatedAt = TimeSpan.MinValue;
    private TimeSpan _freeSince;
    private TimeSpan _queueBefore;
    private TimeSpan _queueCheckedAt;
    private int _vainDecreases;

    /// <summary>Starts at a rate.</summary>
    public RateController(double start, double minimum, double maximum)
    {
        _minimum = minimum;
        _maximum = maximum;
        BitsPerSecond = Math.Clamp(start, minimum, maximum);
    }

    /// <summary>The rate.</summary>
    public double BitsPerSecond { get; private set; }

    /// <summary>Whether the rate was ever lowered: until then it is a hope, not a measurement.</summary>
    public bool HasDecreased { get; private set; }

    /// <summary>Whether the delay that there is cannot be ours; reset the measurement of the queue and this with it.</summary>
    public bool QueueIsForeign => _vainDecreases >= VainDecreases;

    /// <summary>Sets the rate to one that was measured.</summary>
    public void RaiseTo(double bitsPerSecond)
    {
        BitsPerSecond = Math.Clamp(bitsPerSecond, BitsPerSecond, _maximum);
        if (_capacity < BitsPerSecond * (1 - NearCapacity))
        {
            _capacity = null;
        }
    }

    /// <summary>Forgets about queues; the rate stays.</summary>
    public void ForgetQueue()
    {
        _vainDecreases = 0;
        _isDraining = false;
    }

    /// <summary>Takes what has been seen since the last time.</summary>
    /// <param name="usage">What the delay says.</param>
    /// <param name="received">Received bit/s over half a second; null while unknown.</param>
    /// <param name="recent">Received bit/s over the last instants: with a queue on the way, what the path carries.</param>
    /// <param name="queue">Delay in queues.</param>
    /// <param name="response">From a change of the rate to when it can be seen.</param>
    /// <param name="now">Time.</param>
    public void Update(BandwidthUsage usage, double? received, double? recent, TimeSpan queue, TimeSpan response, TimeSpan now)
    {
        TimeSpan elapsed = _updatedAt == TimeSpan.MinValue ? TimeSpan.Zero : now - _updatedAt;
        _updatedAt = now;
        elapsed = elapsed > LongestStep ? LongestStep : elapsed;
        bool stands = IsStanding(queue, now);
        if (stands || (usage == BandwidthUsage.Overusing && queue > NegligibleQueue))
        {
            Decrease(recent ?? received, queue, response, stands, now);
        }
        else if (_isDraining)
        {
            EndDrain(queue, now);
        }
        else if (usage != BandwidthUsage.Underusing && elapsed > TimeSpan.Zero)
        {
            Increase(elapsed, received, response, now);
        }
    }

    /// <summary>Whether a long queue has not become shorter for some time.</summary>
    private bool IsStanding(TimeSpan queue, TimeSpan now)
    {
        if (queue <= StandingQueue || queue < _queueBefore - QueueIsFalling)
        {
            _queueBefore = queue;
            _queueCheckedAt = now;
            _vainDecreases = 0;
            return false;
        }

        if (now - _queueCheckedAt < StandingTime)
        {
            return false;
        }

        _queueBefore = queue;
        _queueCheckedAt = now;
        return true;
    }

    private void Decrease(double? throughput, TimeSpan queue, TimeSpan response, bool stands, TimeSpan now)
    {
        if (throughput is not { } carried || (_decreasedAt != TimeSpan.MinValue && now - _decreasedAt < response))
        {
            return;
        }

        // The longer the queue, the less is sent, so that it drains in a second or few.
        double share = Math.Clamp(1 - queue.TotalSeconds, SteepestDecrease, GentleDecrease);
        BitsPerSecond = Math.Clamp(share * carried, _minimum, BitsPerSecond);
        _capacity = _capacity is { } known && Math.Abs(known - carried) < known / 4
            ? known + (CapacitySmoothing * (carried - known))
            : carried;
        _vainDecreases += stands ? 1 : 0;
        _decreasedAt = now;
        _isDraining = true;
        HasDecreased = true;
    }

    private void EndDrain(TimeSpan queue, TimeSpan now)
    {
        if (queue > DrainedQueue && now - _decreasedAt < LongestDrain)
        {
            return;
        }

        _isDraining = false;
        _freeSince = now;
        BitsPerSecond = Math.Clamp((_capacity ?? 0) * RestoredShare, BitsPerSecond, _maximum);
    }

    private void Increase(TimeSpan elapsed, double? received, TimeSpan response, TimeSpan now)
    {
        double grown = BitsPerSecond;
        double seconds = elapsed.TotalSeconds;
        if (_capacity is { } capacity && Math.Abs(BitsPerSecond - capacity) <= capacity * NearCapacity)
        {
            // draft 5.5: about one packet per response time.
            grown += PacketBits / response.TotalSeconds * seconds;
            _freeSince = now;
        }
        else
        {
            _capacity = received > _capacity * (1 + NearCapacity) ? null : _capacity;
            double growth = FirstGrowth + (GrowthOfGrowth * (now - _freeSince).TotalSeconds);
            grown *= 1 + (Math.Min(growth, FastestGrowth) * seconds);
        }

        double reachable = received is { } rate ? (LeadOverReceived * rate) + LeadBits : BitsPerSecond;
        BitsPerSecond = Math.Clamp(Math.Min(grown, reachable), BitsPerSecond, _maximum);
    }
}
