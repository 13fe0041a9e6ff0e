using System.Diagnostics;
using System.Text;
using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Congestion;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// All tracks that are sent to one peer: frames and plain RTCP in, plain RTP and RTCP out. Sans-IO: one thread at a time; after each input
/// take every packet, then wait until <see cref="NextDeadline"/>. Sound goes first and is never held back; then what was asked for again;
/// then pictures, at the pacer's pace. Nothing is allocated per packet.
/// </summary>
internal sealed class MediaSender : IDisposable
{
    private readonly TrackSender[] _tracks;
    private readonly TrackSender? _video;
    private readonly TrackSender? _audio;
    private readonly SendTimeline _timeline = new();
    private readonly SendSchedule _schedule;
    private readonly SenderReports _reports;
    private readonly SenderFeedback _feedback;
    private readonly PictureIntake? _pictures;
    private readonly BitrateMeter _sent = new();
    private readonly ProbeBurst _probe = new();
    private ushort _transportSequence;
    private TimeSpan? _newestSound;
    private bool _isDisposed;

    /// <summary>Makes a sender for the tracks that offer and answer agreed on.</summary>
    public MediaSender(MediaSenderOptions options, IReadOnlyList<SendTrack> tracks)
    {
        Debug.Assert(Encoding.UTF8.GetByteCount(options.CanonicalName) <= byte.MaxValue, "an SDES item");
        _tracks = [.. tracks.Select((track, index) => new TrackSender(track, options, ulong.RotateLeft(options.Seed, index * 13)))];
        _video = Array.Find(_tracks, track => track.Track.Kind == TrackKind.Video);
        _audio = Array.Find(_tracks, track => track.Track.Kind == TrackKind.Audio);
        Statistics = new SenderStatistics([.. _tracks.Select(track => track.Statistics)]) { CanProbe = _video is { CountsRepetitions: true } };
        _schedule = new SendSchedule(options, Statistics);
        _reports = new SenderReports(_tracks, _timeline, options.CanonicalName);
        _feedback = new SenderFeedback(_tracks, _schedule, Keyframes, Statistics, options.RoundTripTime);
        _pictures = _video is null ? null : new PictureIntake(_video, _timeline, _schedule, Keyframes, Statistics);
        _transportSequence = (ushort)(options.Seed >> 48);
    }

    /// <summary>Counters, live.</summary>
    public SenderStatistics Statistics { get; }

    /// <summary>Keyframes that this peer needs.</summary>
    public KeyframeDemand Keyframes { get; } = new();

    /// <summary>What could be sent in place of the stream if the way carried it, in bit/s: bursts find out whether it does; 0: nothing.</summary>
    public long WantedBitsPerSecond
    {
        set => _schedule.WantedBitsPerSecond = value;
    }

    /// <summary>When to call <see cref="Advance"/> at the latest.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            if (_isDisposed)
            {
                return TimeSpan.MaxValue;
            }

            TimeSpan deadline = Earlier(_reports.DueAt, Keyframes.DueAt);
            deadline = Earlier(deadline, HasPacedPackets ? _schedule.WakeAt : TimeSpan.MaxValue);
            return Earlier(Earlier(deadline, _probe.WakeAt), _schedule.NextDeadline);
        }
    }

    private bool HasPacedPackets => _video is not null && (_video.HasPackets || _video.HasRequests || _audio?.HasRequests is true);

    /// <summary>Takes a frame of the stream, in decoding order within its track. The caller keeps its reference.</summary>
    public void Send(MediaFrame frame, TimeSpan now)
    {
        if (_isDisposed)
        {
            return;
        }

        switch (frame.Format.Codec)
        {
            case CodecId.H264 when _pictures is not null:
                _pictures.Add(frame, now);
                break;
            case CodecId.Opus when _audio is not null:
                AddSound(_audio, frame, now);
                break;
        }
    }

    /// <summary>Takes a compound RTCP packet that SRTCP has accepted. Reads up to the first part that it cannot.</summary>
    public void ReceiveRtcp(ReadOnlySpan<byte> compound, TimeSpan receivedAt)
    {
        if (!_isDisposed)
        {
            _feedback.Receive(compound, receivedAt);
        }
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan now)
    {
        if (_isDisposed)
        {
            return;
        }

        _sent.Advance(now);
        _schedule.Advance(now);
        Statistics.BitsPerSecond = _sent.BitsPerSecond;
        _pictures?.Advance(now);
        foreach (TrackSender track in _tracks)
        {
            track.Forget(now, _feedback.RoundTripOrDefault);
        }
    }

    /// <summary>Writes the next packet that may leave. Call it until it says false.</summary>
    /// <param name="destination">Room for a packet.</param>
    /// <param name="now">When it leaves.</param>
    /// <param name="length">Bytes written.</param>
    /// <param name="isRtcp">Whether it is RTCP.</param>
    public bool TryTakePacket(Span<byte> destination, TimeSpan now, out int length, out bool isRtcp)
    {
        length = 0;
        isRtcp = false;
        if (_isDisposed)
        {
            return false;
        }

        if (_reports.TryTake(destination, now, out length))
        {
            isRtcp = true;
            return true;
        }

        return TryTakeNext(_audio, destination, now, out length)
            || TryTakePaced(destination, now, out length)
            || TryTakeProbe(destination, now, out length);
    }

    /// <summary>Writes our goodbye for all tracks (RFC 3550 6.6). False: no room.</summary>
    public bool TryWriteGoodbye(Span<byte> destination, TimeSpan now, out int length) =>
        _reports.TryWriteGoodbye(destination, now, out length);

    /// <summary>Gives back every frame. Everything after is a no-op.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        foreach (TrackSender track in _tracks)
        {
            track.Dispose();
        }
    }

    /// <summary>Sound of the time before the viewer came is of no use to it, nor is what it has had already.</summary>
    private void AddSound(TrackSender audio, MediaFrame frame, TimeSpan now)
    {
        TimeSpan decoding = frame.Decoding.ToTimeSpan();
        _timeline.Observe(frame, now);
        if (_timeline.IsCached(frame) || decoding <= _newestSound)
        {
            return;
        }

        _newestSound = decoding;
        Statistics.DroppedSound += SendSchedule.BoundSound(audio.Backlog, now);
        audio.Backlog.Add(frame, audio.TimestampOf(_timeline.TicksOf(frame, audio.Track.ClockRate)), now);
    }

    private bool TryTakePaced(Span<byte> destination, TimeSpan now, out int length)
    {
        length = 0;
        if (!_schedule.IsFree(now))
        {
            return false;
        }

        return TryTakeAgain(_video, destination, now, out length)
            || TryTakeAgain(_audio, destination, now, out length)
            || TryTakeNext(_video, destination, now, out length);
    }

    private bool TryTakeNext(TrackSender? track, Span<byte> destination, TimeSpan now, out int length)
    {
        length = 0;
        bool isKeyframe = track?.IsNextKeyframe is true;
        if (track is null || !track.TryWriteNext(destination, _transportSequence, _feedback.RoundTripOrDefault, now, out length))
        {
            return false;
        }

        _reports.OnPacket(track, now);
        OnSent(length, track.CountsPackets, 0, now);
        _schedule.Spend(length, isKeyframe && track == _video, now);
        return true;
    }

    private bool TryTakeAgain(TrackSender? track, Span<byte> destination, TimeSpan now, out int length)
    {
        length = 0;
        if (track is null || !track.TryWriteAgain(destination, _transportSequence, now, out length))
        {
            return false;
        }

        Statistics.RetransmittedPackets++;
        OnSent(length, track.CountsRepetitions, 0, now);
        _schedule.Spend(length, isKeyframe: false, now);
        return true;
    }

    /// <summary>Only what has a source of its own and is counted over the transport can be sent for no other reason than to be counted.</summary>
    private bool TryTakeProbe(Span<byte> destination, TimeSpan now, out int length)
    {
        length = 0;
        if (_video is null || !_video.CountsRepetitions)
        {
            return false;
        }

        if (!_probe.IsActive && _schedule.TryTakeProbe(now, out SendProbe probe))
        {
            _probe.Begin(probe);
        }

        if (!_probe.IsFree(now))
        {
            return false;
        }

        if (!_video.TryWriteFiller(destination, _transportSequence, now, out length))
        {
            _probe.End();
            return false;
        }

        _probe.Spend(length, now);
        OnSent(length, isCounted: true, _probe.Id, now);
        return true;
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void OnSent(int bytes, bool isCounted, int probe, TimeSpan now)
    {
        if (isCounted)
        {
            _schedule.OnCounted(_transportSequence, bytes, probe, now);
            _transportSequence = unchecked((ushort)(_transportSequence + 1));
        }
        else
        {
            _schedule.OnUncounted(bytes, now);
        }

        _sent.Add(bytes, now);
        Statistics.BytesSent += bytes;
    }
}
