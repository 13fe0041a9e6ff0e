using System.Text;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Congestion;
using MediaGateway.WebRtc.Rtcp;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// All tracks that one peer sends: plain RTP and RTCP in, frames on one timeline and plain RTCP out. Sans-IO: one thread at a time;
/// after each input take everything that comes out, then wait until <see cref="NextDeadline"/>. Make it when the SRTP keys are there:
/// reports begin with the first packet.
/// </summary>
public sealed class MediaReceiver : IDisposable
{
    /// <summary>Bytes that the destination of <see cref="TryTakeRtcp"/> must have: the largest fixed part and room to get on.</summary>
    public const int MinimumRtcpBytes = 1024;

    private readonly TrackReceiver[] _tracks;
    private readonly FrameQueue _frames;
    private readonly StreamTimeline _timeline;
    private readonly ReceiverCongestion _congestion;
    private readonly FeedbackComposer _feedback;
    private TimeSpan _now;
    private bool _isDisposed;

    /// <summary>Makes a receiver for the tracks that offer and answer agreed on.</summary>
    /// <exception cref="ArgumentException">The canonical name is too long, or a track has no payload type.</exception>
    public MediaReceiver(MediaReceiverOptions options, BufferPool pool, IReadOnlyList<ReceiveTrack> tracks)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(tracks);
        if (Encoding.UTF8.GetByteCount(options.CanonicalName) > byte.MaxValue)
        {
            throw new ArgumentException("The canonical name is longer than 255 bytes.", nameof(options));
        }

        if (tracks.Any(track => track.PayloadTypes.Count == 0))
        {
            throw new ArgumentException("A track has no payload type.", nameof(tracks));
        }

        _timeline = new StreamTimeline(
            [.. tracks.Select(track => track.Kind)],
            [.. tracks.Select(track => track.PayloadTypes[0].ClockRate)]);
        _frames = new FrameQueue(_timeline);
        var roundTrip = new RoundTripEstimator(options.InitialRoundTripTime, options.MinimumRoundTripTime);
        _tracks = [.. tracks.Select((track, index) => new TrackReceiver(track, index, options, pool, _timeline, _frames, roundTrip))];
        Statistics = new ReceiverStatistics([.. _tracks.Select(track => track.Statistics)]);
        _congestion = new ReceiverCongestion(options);
        _feedback = new FeedbackComposer(options, _tracks, roundTrip, _congestion);
    }

    /// <summary>Counters, live.</summary>
    public ReceiverStatistics Statistics { get; }

    /// <summary>Whether the peer has sent something and has said goodbye for all of it (RTCP BYE).</summary>
    public bool HasEveryoneLeft
    {
        get
        {
            int sources = 0;
            foreach (TrackReceiver track in _tracks)
            {
                sources += track.SourceCount;
                if (track.SourceCount > 0 && !track.HasLeft)
                {
                    return false;
                }
            }

            return sources > 0;
        }
    }

    /// <summary>When to call <see cref="Advance"/> at the latest; <see cref="TimeSpan.MaxValue"/> before the first packet.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan deadline = _feedback.NextDeadline;
            foreach (TrackReceiver track in _tracks)
            {
                TimeSpan own = track.NextDeadline;
                deadline = own < deadline ? own : deadline;
            }

            return _isDisposed ? TimeSpan.MaxValue : deadline;
        }
    }

    /// <summary>Takes an RTP packet that SRTP has accepted. Takes ownership of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">Holds the packet from offset 0.</param>
    /// <param name="length">Bytes of RTP.</param>
    /// <param name="receivedAt">Gateway time at which the kernel received it.</param>
    public void ReceiveRtp(PooledBuffer buffer, int length, TimeSpan receivedAt)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        MoveTo(receivedAt);
        if (_isDisposed || !RtpPacket.TryParse(buffer.Span[..length], out RtpPacket packet))
        {
            Statistics.UnclaimedPackets += _isDisposed ? 0 : 1;
            buffer.Dispose();
            return;
        }

        _congestion.Observe(packet, length, receivedAt);
        if (FindTrack(packet) is not { } track)
        {
            Statistics.UnclaimedPackets++;
            buffer.Dispose();
            return;
        }

        _feedback.Start(receivedAt);
        track.Receive(packet, buffer, receivedAt);
    }

    /// <summary>Takes a compound RTCP packet that SRTCP has accepted. Reads up to the first part that it cannot.</summary>
    public void ReceiveRtcp(ReadOnlySpan<byte> compound, TimeSpan receivedAt)
    {
        if (_isDisposed)
        {
            return;
        }

        MoveTo(receivedAt);
        var reader = new RtcpReader(compound);
        while (reader.MoveNext())
        {
            if (!TryReceive(reader, receivedAt))
            {
                Statistics.MalformedRtcp++;
                return;
            }
        }

        Statistics.MalformedRtcp += reader.HasFailed ? 1 : 0;
        Statistics.AudioVideoError = _timeline.AudioVideoError;
    }

    /// <summary>Lets time pass: gives up what was waited for long enough.</summary>
    public void Advance(TimeSpan now)
    {
        if (_isDisposed)
        {
            return;
        }

        MoveTo(now);
        foreach (TrackReceiver track in _tracks)
        {
            track.Advance(_now);
        }
    }

    /// <summary>Asks the peer for a keyframe: a viewer needs one to start, or the group of pictures is getting long.</summary>
    public void RequestKeyframe(TimeSpan now)
    {
        MoveTo(now);
        foreach (TrackReceiver track in _tracks)
        {
            if (track.CanRequestKeyframe)
            {
                track.Keyframes.RequestForViewer(_now);
            }
        }
    }

    /// <summary>Takes the next frame; the caller owns the reference. Stamps grow strictly within a track.</summary>
    public bool TryTakeFrame(out MediaFrame? frame) => _frames.TryTake(out frame);

    /// <summary>
    /// Writes the next compound RTCP packet that is due, without SRTCP. Call it until it says false.
    /// </summary>
    /// <param name="destination">At least <see cref="MinimumRtcpBytes"/> bytes; a datagram less the SRTCP overhead.</param>
    /// <param name="length">Bytes written.</param>
    public bool TryTakeRtcp(Span<byte> destination, out int length)
    {
        length = 0;
        if (_isDisposed)
        {
            return false;
        }

        bool taken = _feedback.TryCompose(destination, _now, out length);
        Statistics.AudioVideoError = _timeline.AudioVideoError;
        Statistics.Follow(_congestion);
        return taken;
    }

    /// <summary>Returns all memory. Everything after is a no-op.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _frames.Dispose();
        foreach (TrackReceiver track in _tracks)
        {
            track.Dispose();
        }
    }

    private void MoveTo(TimeSpan now) => _now = now > _now ? now : _now;

    private bool TryReceive(in RtcpReader packet, TimeSpan receivedAt)
    {
        switch (packet.Type)
        {
            case RtcpPacketType.SenderReport:
                if (!SenderReport.TryParse(packet.Body, packet.Count, out SenderReport report))
                {
                    return false;
                }

                FindTrack(report.Ssrc)?.Receive(report, receivedAt);
                return true;
            case RtcpPacketType.Goodbye:
                return TryReceiveGoodbye(packet);
            default:
                return true;
        }
    }

    private bool TryReceiveGoodbye(in RtcpReader packet)
    {
        if (!Goodbye.TryParse(packet.Body, packet.Count, out Goodbye goodbye))
        {
            return false;
        }

        for (int i = 0; i < goodbye.Count; i++)
        {
            if (FindTrack(goodbye[i])?.FindSource(goodbye[i]) is { } source)
            {
                source.HasLeft = true;
            }
        }

        return true;
    }

    private TrackReceiver? FindTrack(uint ssrc)
    {
        foreach (TrackReceiver track in _tracks)
        {
            if (track.Owns(ssrc))
            {
                return track;
            }
        }

        return null;
    }

    /// <summary>The track a packet belongs to: by its SSRC, else by its mid (RFC 8843 9.2), else by what the SDP announced.</summary>
    private TrackReceiver? FindTrack(in RtpPacket packet)
    {
        TrackReceiver? track = FindTrack(packet.Ssrc);
        if (track is null && !TryFindByMid(packet, out track))
        {
            track = FindByAnnouncement(packet);
        }

        return track?.Accepts(packet.PayloadType) == true ? track : null;
    }

    /// <summary>False: the packet does not say its mid. True with no track: it says one that nobody has.</summary>
    private bool TryFindByMid(in RtpPacket packet, out TrackReceiver? found)
    {
        found = null;
        bool hasMid = false;
        foreach (TrackReceiver track in _tracks)
        {
            int id = track.Track.MidExtensionId;
            if (id != 0 && packet.Extensions.TryFind(id, out ReadOnlySpan<byte> mid))
            {
                hasMid = true;
                found = mid.SequenceEqual(track.Mid) ? track : found;
            }
        }

        return hasMid;
    }

    private TrackReceiver? FindByAnnouncement(in RtpPacket packet)
    {
        TrackReceiver? byPayloadType = null;
        foreach (TrackReceiver track in _tracks)
        {
            if (!track.Accepts(packet.PayloadType))
            {
                continue;
            }

            if (track.Announces(packet.Ssrc))
            {
                return track;
            }

            byPayloadType ??= track;
        }

        return byPayloadType;
    }
}
