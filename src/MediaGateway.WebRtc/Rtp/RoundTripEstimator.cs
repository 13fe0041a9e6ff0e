namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// The round-trip time as far as a pure receiver sees it: from the only request for a packet to the packet (a packet that was
/// requested twice says nothing, as in Karn's algorithm, RFC 6298 3).
/// </summary>
internal sealed class RoundTripEstimator(TimeSpan initial)
{
    private const int Smoothing = 8;

    /// <summary>The estimate; the initial one until something was measured.</summary>
    public TimeSpan Value => Measured ?? initial;

    /// <summary>The estimate; null until something was measured.</summary>
    public TimeSpan? Measured { get; private set; }

    /// <summary>Takes one measurement.</summary>
    public void Add(TimeSpan sample) => Measured = Measured is { } old ? old + ((sample - old) / Smoothing) : sample;
}
