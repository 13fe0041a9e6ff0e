namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// The pace of a session and how much may wait: packets leave at 2.5 times what the way carries, keyframes and the first group of pictures
/// at up to 5 times. What would take longer than half a second to leave is too much, two seconds at the start.
/// </summary>
internal sealed class SendSchedule(long startBitrate, SenderStatistics statistics)
{
    /// <summary>What may wait, as the time that it takes to leave.</summary>
    public static readonly TimeSpan LongestQueue = TimeSpan.FromMilliseconds(500);

    /// <summary>What may wait while the first group of pictures is being sent.</summary>
    public static readonly TimeSpan LongestFirstQueue = TimeSpan.FromSeconds(2);

    /// <summary>How long sound may wait; it does only while nothing can be sent at all.</summary>
    public static readonly TimeSpan LongestSoundQueue = TimeSpan.FromSeconds(1);

    private const int BitsPerByte = 8;

    private readonly Pacer _pacer = new();
    private readonly SendBitrate _bitrate = new(startBitrate);
    private readonly RateMeter _pictures = new();

    /// <summary>Whether pictures of before the viewer came are still to be sent.</summary>
    public bool IsCatchingUp { get; set; } = true;

    /// <summary>What the way carries, in bit/s.</summary>
    public long Estimate => _bitrate.EstimateBitsPerSecond;

    /// <summary>What all pictures need, in bit/s; 0 while unknown.</summary>
    public long PicturesNeed => _pictures.BitsPerSecond;

    /// <summary>When to look again while packets wait.</summary>
    public TimeSpan WakeAt => _pacer.WakeAt;

    /// <summary>Whether the last report shows more loss than chance.</summary>
    public bool HasLoss => statistics.LostRatio > 0.05;

    private long Pace => Estimate * 5 / 2;

    private long FastPace => Estimate * 5;

    /// <summary>Whether a paced packet may leave.</summary>
    public bool IsFree(TimeSpan now) => _pacer.IsFree(now);

    /// <summary>Notes a packet that leaves.</summary>
    public void OnSent(int bytes, bool isKeyframe, TimeSpan now) =>
        _pacer.Spend(bytes, isKeyframe || IsCatchingUp ? FastPace : Pace, now);

    /// <summary>Counts a live picture, sent or not.</summary>
    public void OnPicture(int bytes, TimeSpan now)
    {
        _pictures.Add(bytes, now);
        _bitrate.StreamBitsPerSecond = _pictures.BitsPerSecond;
        Publish();
    }

    /// <summary>Takes the loss that a report says.</summary>
    public void OnReport(double lossRatio)
    {
        _bitrate.OnReceiverReport(lossRatio);
        Publish();
    }

    /// <summary>Takes the peer's own estimate.</summary>
    public void OnMaximumBitrate(double bitsPerSecond)
    {
        _bitrate.OnMaximumBitrate(bitsPerSecond);
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
        statistics.EstimateBitsPerSecond = Estimate;
        statistics.PictureBitsPerSecond = PicturesNeed;
    }
}
