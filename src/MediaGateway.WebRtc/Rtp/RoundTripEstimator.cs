namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// The round-trip time as far as a pure receiver sees it: from the only request for a packet to the packet (a packet that was
/// requested twice says nothing, as in Karn's algorithm, RFC 6298 3). A packet that was only reordered may come right after its
/// request and looks like a short round trip; too low an estimate has every packet requested twice and would never be corrected.
/// So what is shorter than a minimum known from elsewhere counts only when nothing else has been seen for a long while.
/// </summary>
/// <param name="initial">The estimate until something was measured.</param>
/// <param name="minimum">Shorter measurements are taken for reordering.</param>
internal sealed class RoundTripEstimator(TimeSpan initial, TimeSpan minimum = default)
{
    /// <summary>So many short measurements in a row are no accident: the minimum was too high.</summary>
    internal const int ConvincingRun = 32;

    private const int Smoothing = 8;

    private TimeSpan _minimum = minimum;
    private int _shortRun;

    /// <summary>The estimate; the initial one until something was measured.</summary>
    public TimeSpan Value => Measured ?? initial;

    /// <summary>The estimate; null until something was measured.</summary>
    public TimeSpan? Measured { get; private set; }

    /// <summary>How far measurements are from the estimate, on average; zero until something was measured.</summary>
    public TimeSpan Deviation { get; private set; }

    /// <summary>Takes one measurement.</summary>
    public void Add(TimeSpan sample)
    {
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
}
