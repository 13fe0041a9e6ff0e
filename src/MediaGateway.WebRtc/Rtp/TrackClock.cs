using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// Where one track stands on the stream's timeline: its offset from media time to stream time, which only ever glides, and the stamps
/// given out, which only ever grow. Times are in units of 100 ns.
/// </summary>
internal sealed class TrackClock(int clockRate)
{
    /// <summary>Stream time that passes for each unit of correction: 5 ms per second.</summary>
    private const long SlewDivisor = 200;

    /// <summary>Half of the stream time that passes: for pictures at their start.</summary>
    private const long StartSlewDivisor = 2;

    /// <summary>How long a start lasts, in media time.</summary>
    private static readonly long StartTicks = TimeSpan.FromSeconds(2).Ticks;

    /// <summary>Media time that runs ahead of arrival by more than this between two packets, or back, starts anew.</summary>
    private static readonly long DiscontinuityTicks = TimeSpan.FromSeconds(5).Ticks;

    /// <summary>How long after its first frame a track may still be found to have begun with what its peer had queued.</summary>
    private static readonly TimeSpan QueueWindow = TimeSpan.FromMilliseconds(500);

    /// <summary>Packets that come this much earlier than the first one show that it had been queued: more than jitter.</summary>
    private static readonly long QueuedTicks = TimeSpan.FromMilliseconds(40).Ticks;

    /// <summary>Stamps of a track are a millisecond apart at least: RTMP and FLV count in milliseconds.</summary>
    private const int FinestStepsPerSecond = 1000;

    /// <summary>After what was queued the next frame of sound is at least 5 ms later.</summary>
    private const int ShortestStepsPerSecond = 200;

    private bool _isSlewing;
    private bool _beganWithQueue;
    private TimeSpan _placedAt;
    private long _lastStamp = -clockRate / FinestStepsPerSecond;
    private long _firstPlaced;
    private long _lastPlaced;
    private long _lastMediaTime;
    private TimeSpan _lastArrival;

    /// <summary>The relation to the gateway's clock.</summary>
    public ArrivalClock Arrival { get; } = new();

    /// <summary>The relation to the sender's wall clock.</summary>
    public SenderClock Sender { get; } = new();

    /// <summary>Stream time less media time; meaningful when <see cref="IsPlaced"/>.</summary>
    public long Offset { get; private set; }

    /// <summary>Whether a frame has left, so that the offset may only glide.</summary>
    public bool IsPlaced { get; private set; }

    /// <summary>
    /// How much later the track stands than its packets arrive, as it was when it last followed another track or broke off; kept when it
    /// leads or starts anew.
    /// </summary>
    public long Lead { get; private set; }

    /// <summary>Whether <see cref="Lead"/> was ever set.</summary>
    public bool HasLead { get; private set; }

    /// <summary>When the last packet arrived.</summary>
    public TimeSpan LastArrival => _lastArrival;

    /// <summary>An RTP time in units of 100 ns.</summary>
    public long ToTicks(long rtpTime) =>
        (rtpTime / clockRate * TimeSpan.TicksPerSecond) + (rtpTime % clockRate * TimeSpan.TicksPerSecond / clockRate);

    /// <summary>Notes a packet. Media time that jumps, or a long silence, starts the track anew.</summary>
    /// <param name="rtpTime">Its unwrapped RTP time.</param>
    /// <param name="arrival">When it arrived, in stream time of the gateway's clock.</param>
    public void ObservePacket(long rtpTime, TimeSpan arrival)
    {
        long mediaTime = ToTicks(rtpTime);
        if (Arrival.HasValue)
        {
            long elapsed = mediaTime - _lastMediaTime;
            bool jumps = elapsed < -DiscontinuityTicks || elapsed - (arrival - _lastArrival).Ticks > DiscontinuityTicks;
            if (jumps || arrival - _lastArrival > StreamTimeline.QuietTime)
            {
                StartAnew();
            }
        }

        _lastMediaTime = mediaTime;
        _lastArrival = arrival;
        Arrival.Observe(arrival.Ticks - mediaTime, arrival);
    }

    /// <summary>Forgets the RTP clock: another one follows. The place on the timeline is kept by <see cref="Lead"/>.</summary>
    public void StartAnew()
    {
        if (IsPlaced)
        {
            RememberLead();
        }

        Arrival.Reset();
        Sender.Reset();
        IsPlaced = false;
        _isSlewing = false;
    }

    /// <summary>Keeps <see cref="Lead"/> as it is now.</summary>
    public void RememberLead()
    {
        Lead = Offset - Arrival.Value;
        HasLead = true;
    }

    /// <summary>Sets the offset before the first frame leaves.</summary>
    public void Place(long rtpTime, long offset)
    {
        Offset = offset;
        IsPlaced = true;
        _placedAt = _lastArrival;
        _firstPlaced = rtpTime;
        _lastPlaced = rtpTime;
    }

    /// <summary>
    /// Whether a frame was queued while its peer connected, and came in one burst with others: it belongs to a time before the first
    /// one's arrival. Puts the track where the latest packets say.
    /// </summary>
    public bool WasQueued(long rtpTime)
    {
        if (!IsPlaced || HasLead || _lastArrival - _placedAt > QueueWindow)
        {
            return false;
        }

        if (Offset - Arrival.Value > (_beganWithQueue ? 0 : QueuedTicks))
        {
            Offset = Arrival.Value;
            _beganWithQueue = true;
        }

        return _beganWithQueue && StampOf(rtpTime) - _lastStamp < clockRate / ShortestStepsPerSecond;
    }

    /// <summary>Moves the offset towards <paramref name="target"/>, as far as stream time has passed since the last frame.</summary>
    /// <param name="rtpTime">The frame's RTP time.</param>
    /// <param name="target">Where the offset should be.</param>
    /// <param name="band">How far off it may be without anything being done.</param>
    /// <param name="settled">How near it is brought once something is done.</param>
    /// <param name="hurriesAtStart">
    /// Whether the first two seconds may run up to half as fast or slow: what a peer has queued while it connected arrives at once and
    /// tells little of when it belongs. Sound never hurries, since it would be heard.
    /// </param>
    public void SlewTo(long rtpTime, long target, long band, long settled, bool hurriesAtStart = false)
    {
        bool hurries = hurriesAtStart && ToTicks(rtpTime - _firstPlaced) < StartTicks;
        long elapsed = Math.Clamp(ToTicks(rtpTime - _lastPlaced), 0, TimeSpan.TicksPerSecond);
        long allowed = elapsed / (hurries ? StartSlewDivisor : SlewDivisor);
        _lastPlaced = Math.Max(_lastPlaced, rtpTime);
        long error = target - Offset;
        if (Math.Abs(error) > band)
        {
            _isSlewing = true;
        }

        if (!_isSlewing)
        {
            return;
        }

        Offset += Math.Clamp(error, -allowed, allowed);
        _isSlewing = Math.Abs(target - Offset) > settled;
    }

    /// <summary>The stamp of a frame: its place on the timeline, and a millisecond after the last stamp at least.</summary>
    public MediaTime Stamp(long rtpTime)
    {
        _lastStamp = Math.Max(StampOf(rtpTime), _lastStamp + (clockRate / FinestStepsPerSecond));
        return new MediaTime(_lastStamp, clockRate);
    }

    private long StampOf(long rtpTime) => rtpTime + new MediaTime(Offset, (int)TimeSpan.TicksPerSecond).Rescale(clockRate).Value;
}
