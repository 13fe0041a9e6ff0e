using MediaGateway.WebRtc.Congestion;
using MediaGateway.WebRtc.Rtcp;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// The pace of a session and how much may wait: packets leave at 2.5 times what the way carries, keyframes and the first group of pictures
/// at up to 5 times, on a way that does not carry all pictures at no more than it carries. What would take longer than half a second to leave is too much, two seconds at the start.
/// </summary>
internal sealed class SendSchedule
{
    /// <summary>What may wait, as the time that it takes to leave.</summary>
    public static readonly TimeSpan LongestQueue = TimeSpan.FromMilliseconds(500);

    /// <summary>What may wait while the first group of pictures is being sent.</summary>
    public static readonly TimeSpan LongestFirstQueue = TimeSpan.FromSeconds(2);

    /// <summary>How long sound may wait; it does only while nothing can be sent at all.</summary>
    public static readonly TimeSpan LongestSoundQueue = TimeSpan.FromSeconds(1);

    private const int BitsPerByte = 8;

    private const double NoticeableLoss = 0.05;

    private readonly Pacer _pacer = new();
    private readonly BitrateMeter _pictures = new();
    private readonly SendSideEstimator _estimator;
    private readonly SenderStatistics _statistics;

    /// <summary>Makes it for a session.</summary>
    public SendSchedule(MediaSenderOptions options, SenderStatistics statistics)
    {
        _statistics = statistics;
        _estimator = new SendSideEstimator(new SendEstimateOptions
        {
            StartBitsPerSecond = options.StartBitrate,
            MinimumBitsPerSecond = options.MinimumBitrate,
            MaximumBitsPerSecond = options.MaximumBitrate,
        });
    }

    /// <summary>Whether pictures of before the viewer came are still to be sent.</summary>
    public bool IsCatchingUp { get; set; } = true;

    /// <summary>
    /// Whether the way does not carry all pictures: then packets leave no faster than it carries them, because whatever is ahead of that
    /// only waits in a queue of the network, with the sound behind it.
    /// </summary>
    public bool IsNarrow { get; set; }

    /// <summary>What the way carries, in bit/s.</summary>
    public long Estimate => _estimator.EstimateBitsPerSecond;

    /// <summary>What all pictures need, in bit/s; 0 while unknown.</summary>
    public long PicturesNeed => _pictures.BitsPerSecond;

    /// <summary>What could be sent in place of the stream if the way carried it, in bit/s; 0: nothing.</summary>
    public long WantedBitsPerSecond
    {
        set => _estimator.WantedBitsPerSecond = value;
    }

    /// <summary>When to look again while packets wait.</summary>
    public TimeSpan WakeAt => _pacer.WakeAt;

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public TimeSpan NextDeadline => _estimator.NextDeadline;

    /// <summary>Whether the last report shows more loss than chance.</summary>
    public bool HasLoss => _statistics.LostRatio > NoticeableLoss;

    private long Pace => IsNarrow ? Estimate : Estimate * 5 / 2;

    private long FastPace => IsNarrow ? Estimate : Estimate * 5;

    /// <summary>Whether a paced packet may leave.</summary>
    public bool IsFree(TimeSpan now) => _pacer.IsFree(now);

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan now)
    {
        _estimator.Advance(now);
        Publish();
    }

    /// <summary>Notes a packet that leaves and takes its share of the pace.</summary>
    public void Spend(int bytes, bool isKeyframe, TimeSpan now) =>
        _pacer.Spend(bytes, isKeyframe || IsCatchingUp ? FastPace : Pace, now);

    /// <summary>Notes a packet that leaves with a number of the transport.</summary>
    public void OnCounted(ushort transportSequence, int bytes, int probe, TimeSpan now) =>
        _estimator.OnPacketSent(transportSequence, bytes, now, probe);

    /// <summary>Notes a packet that leaves without a number of the transport.</summary>
    public void OnUncounted(int bytes, TimeSpan now) => _estimator.OnPacketSent(bytes, now);

    /// <summary>Takes the next burst that would tell something about the way.</summary>
    public bool TryTakeProbe(TimeSpan now, out SendProbe probe) => _estimator.TryTakeProbe(now, out probe);

    /// <summary>Counts a picture of the stream, sent or not, by its own time: pictures of before the viewer came tell as much.</summary>
    public void OnPicture(int bytes, TimeSpan decoding)
    {
        _pictures.Add(bytes, decoding);
        _estimator.StreamBitsPerSecond = _pictures.BitsPerSecond;
        Publish();
    }

    /// <summary>Takes what a report says.</summary>
    public void OnReport(double lossRatio, TimeSpan? roundTripTime, TimeSpan now)
    {
        _estimator.OnReceiverReport(lossRatio, roundTripTime, now);
        Publish();
    }

    /// <summary>Takes the peer's own estimate.</summary>
    public void OnMaximumBitrate(double bitsPerSecond, TimeSpan now)
    {
        _estimator.OnMaximumBitrate(bitsPerSecond, now);
        Publish();
    }

    /// <summary>Takes which packets arrived when.</summary>
    public void OnTransportFeedback(in TransportFeedback feedback, TimeSpan now)
    {
        _estimator.OnTransportFeedback(feedback, now);
        Publish();
    }

    /// <summary>Whether one more picture would be too much. A single one never is: whatever its size, something has to be shown.</summary>
    public bool IsTooMuch(FrameBacklog backlog, int bytes) => backlog.Count > 0
        && (!backlog.HasRoom || (backlog.Bytes + bytes) * BitsPerByte > Bits(
            IsCatchingUp ? FastPace : Pace,
            IsCatchingUp ? LongestFirstQueue : LongestQueue));

    /// <summary>Drops sound that has waited too long; says how many packets.</summary>
    public static int BoundSound(FrameBacklog backlog, TimeSpan now)
    {
        int dropped = 0;
        while (backlog.TryPeek(out WaitingFrame oldest) && (now - oldest.QueuedAt > LongestSoundQueue || !backlog.HasRoom))
        {
            dropped += backlog.DropOldest(1);
        }

        return dropped;
    }

    private static long Bits(long bitsPerSecond, TimeSpan time) => bitsPerSecond * time.Ticks / TimeSpan.TicksPerSecond;

    private void Publish()
    {
        _statistics.HasTransportFeedback = _estimator.HasTransportFeedback;
        _statistics.EstimateBitsPerSecond = Estimate;
        _statistics.PictureBitsPerSecond = PicturesNeed;
    }
}
