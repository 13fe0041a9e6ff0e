namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// Decides when a burst is worth its bits, and reads its result: a path that carries the burst at the burst's rate carries that rate for
/// long, at least until the delay says otherwise. A burst in vain makes the next one wait longer.
/// </summary>
internal sealed class ProbePlan
{
    private const double RateOverEstimate = 3;
    private const double RateOverWanted = 1.3;
    private const double SufficientShare = 1.25;
    private const double BitsPerByte = 8;
    private const double UndistortedShare = 0.9;
    private const double CarriedShare = 0.85;
    private const int FewestBytes = 6000;
    private const int MostBytes = 24_000;
    private const int FewestPackets = 4;

    private static readonly TimeSpan Length = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan FirstInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ResultLimit = TimeSpan.FromSeconds(1);

    private TimeSpan _interval = FirstInterval;
    private TimeSpan _nextAt;
    private TimeSpan _endsAt = TimeSpan.MinValue;
    private int _id;
    private int _packets;
    private long _bytes;
    private TimeSpan _firstSent;
    private TimeSpan _lastSent;
    private TimeSpan _firstArrived;
    private TimeSpan _lastArrived;

    /// <summary>Puts the next burst off: the path has just been found full.</summary>
    public void PutOff(TimeSpan now) => _nextAt = now + _interval > _nextAt ? now + _interval : _nextAt;

    /// <summary>Begins a burst if there is something to learn.</summary>
    /// <param name="estimate">What the path is thought to carry, in bit/s.</param>
    /// <param name="wanted">What is sent, or could be if the path carried it, in bit/s.</param>
    /// <param name="now">Time.</param>
    /// <param name="probe">The burst.</param>
    public bool TryBegin(double estimate, double wanted, TimeSpan now, out SendProbe probe)
    {
        probe = default;
        if (now < _nextAt || now < _endsAt || estimate >= SufficientShare * wanted)
        {
            return false;
        }

        double rate = Math.Min(RateOverEstimate * estimate, RateOverWanted * wanted);
        int bytes = Math.Clamp((int)(rate / BitsPerByte * Length.TotalSeconds), FewestBytes, MostBytes);
        _id = _id == byte.MaxValue ? 1 : _id + 1;
        (_packets, _bytes) = (0, 0);
        _endsAt = now + ResultLimit;
        _nextAt = now + _interval;
        _interval = _interval * 2 < LongestInterval ? _interval * 2 : LongestInterval;
        probe = new SendProbe(_id, (long)rate, bytes);
        return true;
    }

    /// <summary>Takes a packet of a burst that has arrived; the rate that it shows, null while it shows none.</summary>
    public double? OnArrived(in SentPackets.Entry packet, TimeSpan arrivedAt, TimeSpan now)
    {
        if (packet.Probe != _id || now > _endsAt)
        {
            return null;
        }

        _packets++;
        if (_packets == 1)
        {
            (_firstSent, _firstArrived) = (packet.SentAt, arrivedAt);
            return null;
        }

        // The first packet only starts the clock.
        _bytes += packet.Bytes;
        (_lastSent, _lastArrived) = (packet.SentAt, arrivedAt);
        double sending = (_lastSent - _firstSent).TotalSeconds;
        double arriving = (_lastArrived - _firstArrived).TotalSeconds;
        if (_packets < FewestPackets || arriving <= 0)
        {
            return null;
        }

        double received = _bytes * BitsPerByte / arriving;
        double sent = sending > 0 ? _bytes * BitsPerByte / sending : double.PositiveInfinity;
        return received >= UndistortedShare * sent ? Math.Min(received, sent) : CarriedShare * received;
    }

    /// <summary>A burst has raised the estimate: the next one may follow soon.</summary>
    public void OnRaised(TimeSpan now)
    {
        _interval = FirstInterval;
        _nextAt = now + (FirstInterval / 4);
    }
}
