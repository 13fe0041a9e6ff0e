namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// The round-trip time as far as a pure receiver sees it: from the only request for a packet to the packet. A packet that was only
/// reordered may come right after its request and looks like a short round trip; too low an estimate has every packet requested twice.
/// So what is shorter than a minimum known from elsewhere counts only when nothing else has been seen for a long while.
/// <para>
/// A packet that was requested twice says only between which bounds the round trip is (Karn's ambiguity, RFC 6298 3): not below the time
/// since the last request, not above that since the first. It must not be ignored all the same: when the round trip grows beyond the
/// time between two requests, there are only such packets. The lower bound is certain. The upper bound is the round trip itself when
/// the first request was the one answered, as most are: the smallest of several is taken for it.
/// </para>
/// </summary>
/// <param name="initial">The estimate until something was measured.</param>
/// <param name="minimum">Shorter measurements are taken for reordering.</param>
internal sealed class RoundTripEstimator(TimeSpan initial, TimeSpan minimum = default)
{
    /// <summary>So many short measurements in a row are no accident: the minimum was too high.</summary>
    internal const int ConvincingRun = 32;

    /// <summary>Upper bounds of which the smallest is taken: hardly ever has the first request failed each time.</summary>
    internal const int Bounds = 8;

    private const int Smoothing = 8;

    /// <summary>What took longer was held up somewhere.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly TimeSpan[] _upper = new TimeSpan[Bounds];
    private TimeSpan _minimum = minimum;
    private int _shortRun;
    private long _upperCount;

    /// <summary>The estimate; the initial one until something was measured.</summary>
    public TimeSpan Value => Measured ?? initial;

    /// <summary>The estimate; null until something was measured.</summary>
    public TimeSpan? Measured { get; private set; }

    /// <summary>How far measurements are from the estimate, on average; zero until something was measured.</summary>
    public TimeSpan Deviation { get; private set; }

    /// <summary>Takes a repair: the round trip lay between two bounds, which are equal when there was but one request.</summary>
    /// <param name="sinceLast">Time since the last request.</param>
    /// <param name="sinceFirst">Time since the first request.</param>
    public void Add(TimeSpan sinceLast, TimeSpan sinceFirst)
    {
        _upper[_upperCount++ % Bounds] = sinceFirst;
        if (sinceLast == sinceFirst)
        {
            Add(sinceLast);
        }

        if (_upperCount >= Bounds)
        {
            RaiseTo(SmallestUpper());
        }
    }

    /// <summary>Takes a repair that came when nobody waited for it any more: the next ones shall be waited for, so it counts at once.</summary>
    /// <param name="sinceLast">Time since the last request.</param>
    /// <param name="sinceFirst">Time since the first request.</param>
    public void AddLate(TimeSpan sinceLast, TimeSpan sinceFirst)
    {
        Add(sinceLast, sinceFirst);
        RaiseTo(sinceLast);
    }

    /// <summary>Takes one measurement.</summary>
    public void Add(TimeSpan sample)
    {
        sample = sample < Longest ? sample : Longest;
        if (sample >= _minimum)
        {
            _shortRun = 0;
            Deviation += ((sample - (Measured ?? sample)).Duration() - Deviation) / Smoothing;
            Measured = Measured is { } old ? old + ((sample - old) / Smoothing) : sample;
        }
        else if (++_shortRun == ConvincingRun)
        {
            _shortRun = 0;
            _minimum /= 2;
        }
    }

    private void RaiseTo(TimeSpan bound)
    {
        bound = bound < Longest ? bound : Longest;
        Measured = bound > Value ? bound : Measured;
    }

    private TimeSpan SmallestUpper()
    {
        TimeSpan smallest = _upper[0];
        for (int i = 1; i < Bounds; i++)
        {
            smallest = _upper[i] < smallest ? _upper[i] : smallest;
        }

        return smallest;
    }
}
