namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// Turns what the delay says into a rate: down to a part of what gets through when a queue fills, still while it drains, up again after
/// that as <see cref="RateGrowth"/> says (draft-ietf-rmcat-gcc-02 5.5, with a drain that the draft does not have).
/// </summary>
internal sealed class RateController
{
    private const double GentleDecrease = 0.85; // draft 5.5: beta
    private const double SteepestDecrease = 0.4;
    private const double RestoredShare = 0.9;

    /// <summary>
    /// How far the estimate may be ahead of what arrives, because an unused estimate is a guess; and by how much more for every second in
    /// which the path was free, so that a sender which has had little to send does not find the path as narrow as it once was.
    /// </summary>
    private const double LeadOverReceived = 1.5;
    private const double LeadPerSecond = 0.15;
    private const double LeadBits = 50_000;

    /// <summary>Below this a growing delay is the noise of schedulers and radio, not a queue worth slowing down for.</summary>
    private static readonly TimeSpan NegligibleQueue = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan DrainedQueue = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// For so long a queue must fill: what something held up and let go at once looks like one, until all of it has been seen.
    /// </summary>
    private static readonly TimeSpan Confirmation = TimeSpan.FromMilliseconds(20);

    /// <summary>A queue that stays is too much, however steady its delay.</summary>
    private static readonly TimeSpan StandingQueue = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StandingTime = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan QueueIsFalling = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(8);

    /// <summary>A round trip is measured with the queue in it, and stays known when the queue has gone: no reason to rise slowly.</summary>
    private static readonly TimeSpan LongestResponse = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(1);

    /// <summary>Decreases after which a queue that does not even then fall is held for somebody else's, or for a longer path.</summary>
    private const int VainDecreases = 4;

    private readonly double _minimum;
    private readonly double _maximum;
    private readonly RateGrowth _growth = new();
    private bool _isDraining;
    private TimeSpan _decreasedAt = TimeSpan.MinValue;
    private TimeSpan _updatedAt = TimeSpan.MinValue;
    private TimeSpan? _overusedSince;
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
        _growth.OnCarried(BitsPerSecond);
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
        bool isOverused = usage == BandwidthUsage.Overusing && queue > NegligibleQueue;
        _overusedSince = isOverused ? _overusedSince ?? now : null;
        if (stands || now - _overusedSince >= Confirmation)
        {
            Decrease(recent ?? received, queue, response, stands, now);
        }
        else if (_isDraining)
        {
            EndDrain(queue, now);
        }
        else if (!isOverused && usage != BandwidthUsage.Underusing && elapsed > TimeSpan.Zero)
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
        _growth.OnFull(carried, now);
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
        _growth.OnFree(now);
        BitsPerSecond = Math.Clamp((_growth.Capacity ?? 0) * RestoredShare, BitsPerSecond, _maximum);
    }

    private void Increase(TimeSpan elapsed, double? received, TimeSpan response, TimeSpan now)
    {
        TimeSpan step = response < LongestResponse ? response : LongestResponse;
        double grown = _growth.Grow(BitsPerSecond, received, step, elapsed, now);
        double lead = LeadOverReceived + (LeadPerSecond * _growth.FreeFor(now).TotalSeconds);
        double reachable = received is { } rate ? (lead * rate) + LeadBits : BitsPerSecond;
        BitsPerSecond = Math.Clamp(Math.Min(grown, reachable), BitsPerSecond, _maximum);
    }
}
