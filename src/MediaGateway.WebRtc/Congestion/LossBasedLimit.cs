namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// An upper bound from loss, for queues that are too short to show in the delay (draft-ietf-rmcat-gcc-02 6): above 10 % the rate falls
/// to what gets through, below 2 % it may rise, as <see cref="RateGrowth"/> says. Loss that stays the same when less is sent is the path's own, not ours, and no reason
/// to send less.
/// </summary>
/// <param name="minimum">The lowest bound, bit/s.</param>
internal sealed class LossBasedLimit(double minimum)
{
    private const double LossOfCongestion = 0.1;
    private const double LossOfNothing = 0.02;
    private const double DeliveredShare = 0.95;
    private const int FewestPackets = 20;

    /// <summary>After this decrease of the rate loss by congestion must have become less, and by how much.</summary>
    private const double TellingDecrease = 0.75;
    private const double UnchangedLoss = 0.7;
    private const double OwnLossDecayPerSecond = 0.02;
    private const double HighestOwnLoss = 0.4;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(800);

    /// <summary>Loss is told once or twice a second.</summary>
    private static readonly TimeSpan Response = TimeSpan.FromMilliseconds(500);

    private readonly RateGrowth _growth = new();
    private double _ownLoss;
    private double _lossAtStart;
    private double _rateAtStart;
    private TimeSpan _decreasedAt = TimeSpan.MinValue;
    private TimeSpan _observedAt = TimeSpan.MinValue;

    /// <summary>The bound; infinite while loss gives no reason for one.</summary>
    public double BitsPerSecond { get; private set; } = double.PositiveInfinity;

    /// <summary>Takes the loss of an interval.</summary>
    /// <param name="ratio">Share of packets lost.</param>
    /// <param name="packets">Packets sent in the interval; an interval of few packets says nothing.</param>
    /// <param name="delivered">What got through, bit/s.</param>
    /// <param name="now">Time.</param>
    public void Observe(double ratio, long packets, double delivered, TimeSpan now)
    {
        if (packets < FewestPackets)
        {
            return;
        }

        double seconds = _observedAt == TimeSpan.MinValue ? 0 : Math.Min((now - _observedAt).TotalSeconds, 1);
        _observedAt = now;
        _ownLoss *= 1 - (OwnLossDecayPerSecond * seconds);
        double excess = ratio - _ownLoss;
        if (excess > LossOfCongestion)
        {
            Decrease(ratio, delivered, now);
        }
        else if (excess < LossOfNothing)
        {
            _lossAtStart = 0;
            BitsPerSecond = _growth.Grow(BitsPerSecond, delivered, Response, TimeSpan.FromSeconds(seconds), now);
        }
    }

    /// <summary>Ends the bound when it is far above what is asked for anyway.</summary>
    public void ForgetAbove(double bitsPerSecond)
    {
        if (BitsPerSecond > 2 * bitsPerSecond)
        {
            BitsPerSecond = double.PositiveInfinity;
        }
    }

    private void Decrease(double ratio, double delivered, TimeSpan now)
    {
        if (_decreasedAt != TimeSpan.MinValue && now - _decreasedAt < Patience)
        {
            return;
        }

        double sent = delivered / (1 - Math.Min(ratio, 0.99));
        _decreasedAt = now;
        if (_lossAtStart > 0 && sent < TellingDecrease * _rateAtStart && ratio > UnchangedLoss * _lossAtStart)
        {
            _ownLoss = Math.Min(ratio, HighestOwnLoss);
            _lossAtStart = 0;
            BitsPerSecond = double.PositiveInfinity;
            return;
        }

        if (_lossAtStart == 0)
        {
            (_lossAtStart, _rateAtStart) = (ratio, sent);
        }

        _growth.OnFull(delivered, now);
        BitsPerSecond = Math.Max(minimum, DeliveredShare * delivered);
    }
}
