namespace MediaGateway.WebRtc.Tests.Congestion;

/// <summary>
/// What a Chromium browser that is told a maximum bitrate (REMB) sends, as far as it matters here: the lower of that and a rate of its own,
/// which the first two seconds raise to the maximum, which loss above 10 % lowers once per report, and which grows by 8 % a second
/// while less than 2 % is lost.
/// </summary>
/// <param name="start">bit/s before anything is known.</param>
internal sealed class BrowserBandwidth(double start)
{
    private const double Lowest = 30_000;
    private const int FewestPackets = 20;
    private const double LittleLoss = 0.02;
    private const double MuchLoss = 0.1;
    private const double Growth = 1.08;
    private const double GrowthBits = 1000;
    private static readonly TimeSpan StartPhase = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan GrowthWindow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReportLife = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan DecreaseInterval = TimeSpan.FromMilliseconds(300);

    private readonly Queue<(TimeSpan At, double Rate)> _history = new();
    private double _own = start;
    private double _maximum = double.PositiveInfinity;
    private double _lost;
    private double _expected;
    private double _ratio;
    private bool _hasDecreased = true;
    private TimeSpan? _firstReport;
    private TimeSpan _reportedAt = TimeSpan.MinValue;
    private TimeSpan _decreasedAt = TimeSpan.MinValue;

    /// <summary>bit/s for everything that is sent.</summary>
    public double Target => Math.Max(Lowest, Math.Min(_own, _maximum));

    /// <summary>The rate of its own, bit/s.</summary>
    public double Own => _own;

    /// <summary>Takes a REMB.</summary>
    public void OnMaximumBitrate(double bitsPerSecond) => _maximum = bitsPerSecond;

    /// <summary>Takes a report.</summary>
    public void OnReport(double lost, double expected, TimeSpan now)
    {
        _firstReport ??= now;
        _lost += lost;
        _expected += expected;
        if (_expected >= FewestPackets)
        {
            _ratio = _lost / _expected;
            (_lost, _expected) = (0, 0);
            _reportedAt = now;
            _hasDecreased = false;
        }
    }

    /// <summary>Lets time pass; every 25 ms.</summary>
    public void Advance(TimeSpan roundTrip, TimeSpan now)
    {
        if (_ratio == 0 && (_firstReport is not { } first || now - first < StartPhase) && double.IsFinite(_maximum) && _maximum > _own)
        {
            _own = _maximum;
            _history.Clear();
        }

        while (_history.TryPeek(out (TimeSpan At, double Rate) oldest) && now - oldest.At > GrowthWindow)
        {
            _history.Dequeue();
        }

        _history.Enqueue((now, _own));
        if (_reportedAt == TimeSpan.MinValue || now - _reportedAt > ReportLife)
        {
            return;
        }

        if (_ratio <= LittleLoss)
        {
            _own = Math.Max(_own, (_history.Min(entry => entry.Rate) * Growth) + GrowthBits);
        }
        else if (_ratio > MuchLoss && !_hasDecreased && (_decreasedAt == TimeSpan.MinValue || now - _decreasedAt >= DecreaseInterval + roundTrip))
        {
            _own *= 1 - (_ratio / 2);
            _hasDecreased = true;
            _decreasedAt = now;
        }
    }
}
