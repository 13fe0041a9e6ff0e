using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// One timeline for all tracks of a peer. It starts at <see cref="Epoch"/> with the first packet of any track. Sound, where there is
/// any, follows the gateway's clock slowly; pictures follow sound by the sender reports, or by arrival while there are none. Nothing
/// ever jumps or goes back: offsets glide by at most 5 ms per second, so that a resampler can follow; pictures alone by up to half a
/// second per second in their first two seconds.
/// </summary>
internal sealed class StreamTimeline
{
    /// <summary>A track that is silent for longer leads no other one, and starts anew.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(10);

    /// <summary>Stream time of the first packet: room for what an encoder puts in front of it (AAC: 1024 samples).</summary>
    public static readonly TimeSpan Epoch = TimeSpan.FromSeconds(1);

    /// <summary>The RTP time of reports that some senders make before they have sent a frame.</summary>
    private const uint NonsenseRtpTime = 0xFFFF_FFFF;

    private static readonly long ArrivalBand = TimeSpan.FromMilliseconds(10).Ticks;
    private static readonly long ArrivalSettled = TimeSpan.FromMilliseconds(1).Ticks;
    private static readonly long ReportBand = TimeSpan.FromMilliseconds(0.5).Ticks;
    private static readonly long ReportSettled = TimeSpan.FromMilliseconds(0.1).Ticks;

    /// <summary>Sender reports that contradict arrival by more are not believed.</summary>
    private static readonly long MaximumContradiction = TimeSpan.FromSeconds(1).Ticks;

    private readonly TrackClock[] _clocks;
    private readonly int _audio;
    private readonly int _video;
    private TimeSpan? _origin;
    private ulong? _firstNtpTime;
    private long _learnedDifference;

    /// <summary>Makes a timeline for tracks of the given kinds. The first of each kind are kept in step.</summary>
    public StreamTimeline(IReadOnlyList<TrackKind> kinds, IReadOnlyList<int> clockRates)
    {
        _clocks = new TrackClock[kinds.Count];
        (_audio, _video) = (-1, -1);
        for (int track = kinds.Count - 1; track >= 0; track--)
        {
            _clocks[track] = new TrackClock(clockRates[track]);
            _audio = kinds[track] == TrackKind.Audio ? track : _audio;
            _video = kinds[track] == TrackKind.Video ? track : _video;
        }
    }

    /// <summary>
    /// How much later video stands than the sender reports say, against audio; null while either has none that can be believed.
    /// </summary>
    public TimeSpan? AudioVideoError
    {
        get
        {
            if (_audio < 0 || _video < 0 || !_clocks[_audio].IsPlaced || !_clocks[_video].IsPlaced
                || !TryGetReportedDifference(out long reported))
            {
                return null;
            }

            return TimeSpan.FromTicks(_clocks[_video].Offset - _clocks[_audio].Offset - reported);
        }
    }

    /// <summary>Notes a packet of a track, in the order of arrival.</summary>
    public void ObservePacket(int track, long rtpTime, TimeSpan receivedAt)
    {
        _origin ??= receivedAt - Epoch;
        _clocks[track].ObservePacket(rtpTime, receivedAt - _origin.Value);
    }

    /// <summary>Notes a sender report. One that contradicts the arrival of its own track is left out.</summary>
    /// <param name="track">Whose it is.</param>
    /// <param name="ntpTime">NTP time, 32.32 fixed point.</param>
    /// <param name="wireRtpTime">RTP time as it stands in the report.</param>
    /// <param name="rtpTime">The same, unwrapped.</param>
    /// <param name="receivedAt">When the report came.</param>
    public void ObserveSenderReport(int track, ulong ntpTime, uint wireRtpTime, long rtpTime, TimeSpan receivedAt)
    {
        TrackClock clock = _clocks[track];
        if (ntpTime == 0 || wireRtpTime == NonsenseRtpTime || !clock.Arrival.HasValue || _origin is not { } origin)
        {
            return;
        }

        long mediaTime = clock.ToTicks(rtpTime);
        long lateness = (receivedAt - origin).Ticks - mediaTime - clock.Arrival.Value;
        if (Math.Abs(lateness) > MaximumContradiction)
        {
            return;
        }

        _firstNtpTime ??= ntpTime;
        long difference = unchecked((long)(ntpTime - _firstNtpTime.Value));
        clock.Sender.Observe((long)(((Int128)difference * TimeSpan.TicksPerSecond) >> 32), mediaTime);
    }

    /// <summary>Starts a track anew: another source, with another RTP clock.</summary>
    public void Restart(int track) => _clocks[track].StartAnew();

    /// <summary>
    /// Whether a frame of sound was queued while its peer connected, and is better left out: sound that is stamped too late could
    /// only glide back.
    /// </summary>
    public bool WasQueued(int track, long rtpTime) => _clocks[track].WasQueued(rtpTime);

    /// <summary>The stamp of a frame that leaves now. Grows by a millisecond at least within a track.</summary>
    public MediaTime Stamp(int track, long rtpTime)
    {
        TrackClock clock = _clocks[track];
        if (clock.IsPlaced)
        {
            Slew(track, rtpTime);
        }
        else
        {
            clock.Place(rtpTime, FirstOffset(track));
        }

        return clock.Stamp(rtpTime);
    }

    private long FirstOffset(int track)
    {
        TrackClock clock = _clocks[track];
        if (clock.HasLead)
        {
            return clock.Arrival.Value + clock.Lead;
        }

        int other = OtherOf(track);
        if (other < 0 || !_clocks[other].IsPlaced)
        {
            return clock.Arrival.Value;
        }

        long difference = Difference(out _);
        return _clocks[other].Offset + (track == _video ? difference : -difference);
    }

    private void Slew(int track, long rtpTime)
    {
        TrackClock clock = _clocks[track];
        if (track != _video || !AudioLeads())
        {
            long lead = track == _video ? clock.Lead : 0;
            clock.SlewTo(rtpTime, clock.Arrival.Value + lead, ArrivalBand, ArrivalSettled);
            return;
        }

        long difference = Difference(out bool reported);
        long target = _clocks[_audio].Offset + difference;
        long band = reported ? ReportBand : ArrivalBand;
        long settled = reported ? ReportSettled : ArrivalSettled;
        clock.SlewTo(rtpTime, target, band, settled, hurriesAtStart: true);
        clock.RememberLead();
    }

    private bool AudioLeads() =>
        _audio >= 0 && _clocks[_audio].IsPlaced && _clocks[_video].LastArrival - _clocks[_audio].LastArrival < QuietTime;

    private int OtherOf(int track) => track == _video ? _audio : track == _audio ? _video : -1;

    /// <summary>How much larger video's offset should be than audio's.</summary>
    private long Difference(out bool reported)
    {
        long byArrival = _clocks[_video].Arrival.Value - _clocks[_audio].Arrival.Value;
        reported = TryGetReportedDifference(out long byReports);
        if (!reported)
        {
            return byArrival + _learnedDifference;
        }

        _learnedDifference = byReports - byArrival;
        return byReports;
    }

    private bool TryGetReportedDifference(out long difference)
    {
        difference = 0;
        TrackClock audio = _clocks[_audio];
        TrackClock video = _clocks[_video];
        if (!audio.Sender.HasValue || !video.Sender.HasValue || !audio.Arrival.HasValue || !video.Arrival.HasValue)
        {
            return false;
        }

        difference = video.Sender.Value - audio.Sender.Value;
        long byArrival = video.Arrival.Value - audio.Arrival.Value;
        return Math.Abs(difference - byArrival) <= MaximumContradiction;
    }
}
