namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// How long a missing packet is waited for. Pictures with retransmission: for as many requests as it takes until hardly any repair is
/// missing, by how often requests have failed lately, and no longer. Everything else: for as long as packets have lately been
/// overtaken.
/// </summary>
internal sealed class RepairWait
{
    /// <summary>The share of losses that may stay after all requests: a picture in a quarter of an hour at 5 % loss.</summary>
    private const double AcceptedRest = 0.0003;

    private const int FewestRequests = 4;
    private const int MostRequests = 8;

    /// <summary>Requests in a row without any answer after which the peer is taken not to retransmit at all.</summary>
    private const int HopelessRun = 40;

    private const double InitialFailureShare = 0.3;
    private const double Smoothing = 1.0 / 128;
    private const int JitterMultiple = 3;

    private static readonly TimeSpan Minimum = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan Maximum = TimeSpan.FromMilliseconds(1200);
    private static readonly TimeSpan MinimumWithoutRequests = TimeSpan.FromMilliseconds(20);

    private double _failureShare = InitialFailureShare;
    private int _unansweredRun;

    private int Requests => _unansweredRun >= HopelessRun
        ? 1
        : (int)Math.Clamp(Math.Ceiling(Math.Log(AcceptedRest) / Math.Log(Math.Clamp(_failureShare, 0.01, 0.99))), FewestRequests, MostRequests);

    /// <summary>Notes that a packet came as the answer to one of so many requests.</summary>
    /// <param name="requests">How many were sent.</param>
    /// <param name="sinceLast">How long ago the last of them was.</param>
    /// <param name="roundTrip">The round-trip time: requests sent later than this ago cannot have been answered.</param>
    /// <param name="repeatAfter">Time between two requests.</param>
    public void OnRepaired(int requests, TimeSpan sinceLast, TimeSpan roundTrip, TimeSpan repeatAfter)
    {
        _unansweredRun = 0;
        TimeSpan soonest = roundTrip * 0.9;
        int tooLate = sinceLast < soonest ? 1 + (int)((soonest - sinceLast) / repeatAfter) : 0;
        for (int failed = 1 + tooLate; failed < requests; failed++)
        {
            Note(1);
        }

        Note(0);
    }

    /// <summary>Notes that a packet did not come although it was requested so often.</summary>
    public void OnGivenUp(int requests)
    {
        _unansweredRun = Math.Min(HopelessRun, _unansweredRun + requests);
        for (int failed = 0; failed < Math.Min(requests, HopelessRun); failed++)
        {
            Note(1);
        }
    }

    /// <summary>Notes that an answer came after its packet had been given up: the peer retransmits, but the round trip was underrated.</summary>
    public void OnLate() => _unansweredRun = 0;

    /// <summary>
    /// How long after a request the next one is sent: when an answer should have come. Where the longest wait has no room for enough
    /// such requests, sooner, but not before half of that time: some packets then come twice.
    /// </summary>
    /// <param name="answerTime">When an answer should have come.</param>
    public TimeSpan RepeatAfter(TimeSpan answerTime) => Clamp((Maximum - answerTime) / Requests, answerTime / 2, answerTime);

    /// <summary>The wait for packets that are requested.</summary>
    /// <param name="beforeRequest">How long a packet is missing before it is requested.</param>
    /// <param name="answerTime">When an answer to a request should have come.</param>
    public TimeSpan WithRequests(TimeSpan beforeRequest, TimeSpan answerTime) =>
        Clamp(beforeRequest + (RepeatAfter(answerTime) * (Requests - 1)) + answerTime, Minimum, Maximum);

    /// <summary>The wait for pictures that cannot be requested.</summary>
    /// <param name="reordering">By how much packets have lately been overtaken.</param>
    /// <param name="maximum">The longest wait.</param>
    public static TimeSpan WithoutRequests(TimeSpan reordering, TimeSpan maximum) =>
        Clamp(reordering * 1.25, MinimumWithoutRequests < maximum ? MinimumWithoutRequests : maximum, maximum);

    /// <summary>The wait for sound.</summary>
    /// <param name="reordering">By how much packets have lately been overtaken.</param>
    /// <param name="jitter">The interarrival jitter.</param>
    /// <param name="minimum">The shortest wait.</param>
    /// <param name="maximum">The longest wait.</param>
    public static TimeSpan ForSound(TimeSpan reordering, TimeSpan jitter, TimeSpan minimum, TimeSpan maximum)
    {
        TimeSpan wanted = reordering * 1.25 > jitter * JitterMultiple ? reordering * 1.25 : jitter * JitterMultiple;
        return Clamp(wanted, minimum, maximum > minimum ? maximum : minimum);
    }

    private static TimeSpan Clamp(TimeSpan value, TimeSpan minimum, TimeSpan maximum) =>
        value < minimum ? minimum : value > maximum ? maximum : value;

    private void Note(double failed) => _failureShare += (failed - _failureShare) * Smoothing;
}
