using MediaGateway.WebRtc.Rtcp;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>Reads what the peer says about the media that it gets: reports, missing packets, keyframe requests, its estimate.</summary>
internal sealed class SenderFeedback
{
    /// <summary>Packets that one RTCP datagram may ask for; the rest is left to the next one.</summary>
    public const int MaximumRequestsPerDatagram = 512;

    private const double LossScale = 256;
    private const int RoundTripSmoothing = 8;

    private static readonly TimeSpan DefaultRoundTrip = TimeSpan.FromMilliseconds(50);

    private readonly TrackSender[] _tracks;
    private readonly SendSchedule _schedule;
    private readonly KeyframeDemand _keyframes;
    private readonly SenderStatistics _statistics;
    private readonly TimeSpan _initialRoundTrip;
    private int _newestIntraRequest = -1;
    private int _requests;

    /// <summary>Makes it for the tracks of a session.</summary>
    public SenderFeedback(
        TrackSender[] tracks,
        SendSchedule schedule,
        KeyframeDemand keyframes,
        SenderStatistics statistics,
        TimeSpan? roundTripTime)
    {
        (_tracks, _schedule, _keyframes, _statistics) = (tracks, schedule, keyframes, statistics);
        _initialRoundTrip = roundTripTime ?? DefaultRoundTrip;
    }

    /// <summary>The round-trip time by reports, else as the handshake had it.</summary>
    public TimeSpan RoundTripOrDefault => _statistics.RoundTripTime ?? _initialRoundTrip;

    /// <summary>Reads a compound packet up to the first part that it cannot.</summary>
    public void Receive(ReadOnlySpan<byte> compound, TimeSpan now)
    {
        _requests = 0;
        var reader = new RtcpReader(compound);
        while (reader.MoveNext())
        {
            if (!TryReceive(reader, now))
            {
                _statistics.MalformedRtcp++;
                return;
            }
        }

        _statistics.MalformedRtcp += reader.HasFailed ? 1 : 0;
    }

    private bool TryReceive(in RtcpReader packet, TimeSpan now) => packet.Type switch
    {
        RtcpPacketType.SenderReport or RtcpPacketType.ReceiverReport => TryReceiveReport(packet, now),
        RtcpPacketType.TransportFeedback => TryReceiveTransportFeedback(packet, now),
        RtcpPacketType.PayloadFeedback => TryReceivePayloadFeedback(packet, now),
        _ => true,
    };

    private bool TryReceiveReport(in RtcpReader packet, TimeSpan now)
    {
        if (!ReportBlocks.TryParse(packet, out ReportBlocks blocks))
        {
            return false;
        }

        bool isOurs = false;
        for (int i = 0; i < blocks.Count; i++)
        {
            ReportBlock block = blocks[i];
            if (Find(block.Ssrc) is { } track)
            {
                Follow(track, block, now);
                isOurs = true;
            }
        }

        if (isOurs)
        {
            double worst = 0;
            foreach (TrackSender track in _tracks)
            {
                worst = Math.Max(worst, track.Statistics.LostRatio);
            }

            _statistics.LostRatio = worst;
            _schedule.OnReport(worst, _statistics.RoundTripTime, now);
        }

        return true;
    }

    private void Follow(TrackSender track, in ReportBlock block, TimeSpan now)
    {
        track.Statistics.LostRatio = block.FractionLost / LossScale;
        track.Statistics.LostPackets = Math.Max(0, block.CumulativeLost);
        track.Statistics.Jitter = TimeSpan.FromTicks(block.Jitter * TimeSpan.TicksPerSecond / track.Track.ClockRate);
        if (NtpClock.RoundTrip(now, block.LastSenderReport, block.DelaySinceLastSenderReport) is { } sample)
        {
            TimeSpan old = _statistics.RoundTripTime ?? sample;
            _statistics.RoundTripTime = old + ((sample - old) / RoundTripSmoothing);
        }
    }

    private bool TryReceiveTransportFeedback(in RtcpReader packet, TimeSpan now)
    {
        if (!FeedbackPacket.TryParse(packet.Body, out FeedbackPacket feedback))
        {
            return false;
        }

        if (packet.Count == FeedbackFormat.TransportWide)
        {
            if (!TransportFeedback.TryParse(feedback.ControlInformation, out TransportFeedback arrivals))
            {
                return false;
            }

            _schedule.OnTransportFeedback(arrivals, now);
            return true;
        }

        if (packet.Count == FeedbackFormat.GenericNack && Find(feedback.MediaSsrc) is { } track)
        {
            TakeRequests(track, feedback.ControlInformation, now);
        }

        return true;
    }

    private void TakeRequests(TrackSender track, ReadOnlySpan<byte> control, TimeSpan now)
    {

        foreach (ushort sequence in new GenericNack(control))
        {
            if (++_requests > MaximumRequestsPerDatagram)
            {
                break;
            }

            track.Request(sequence, RoundTripOrDefault, _schedule.Estimate, now);
        }
    }

    private bool TryReceivePayloadFeedback(in RtcpReader packet, TimeSpan now)
    {
        if (!FeedbackPacket.TryParse(packet.Body, out FeedbackPacket feedback))
        {
            return false;
        }

        switch (packet.Count)
        {
            case FeedbackFormat.PictureLossIndication when IsVideo(feedback.MediaSsrc):
                WantKeyframe(now);
                break;
            case FeedbackFormat.FullIntraRequest:
                TakeIntraRequests(feedback.ControlInformation, now);
                break;
            case FeedbackFormat.ApplicationLayer when MaximumBitrate.TryParse(feedback.ControlInformation, out double bitrate):
                _schedule.OnMaximumBitrate(bitrate, now);
                break;
        }

        return true;
    }

    /// <summary>One entry per source; the same sequence number again is the same request (RFC 5104 4.3.1.2).</summary>
    private void TakeIntraRequests(ReadOnlySpan<byte> entries, TimeSpan now)
    {
        while (FullIntraRequest.TryParse(entries, out FullIntraRequest request))
        {
            if (IsVideo(request.Ssrc) && request.SequenceNumber != _newestIntraRequest)
            {
                _newestIntraRequest = request.SequenceNumber;
                WantKeyframe(now);
            }

            entries = entries[FullIntraRequest.EntryLength..];
        }
    }

    private void WantKeyframe(TimeSpan now)
    {
        _statistics.KeyframeRequests++;
        _keyframes.Want(now, isUrgent: true);
    }

    private bool IsVideo(uint ssrc) => Find(ssrc)?.Track.Kind == Media.Frames.TrackKind.Video;

    private TrackSender? Find(uint ssrc)
    {
        foreach (TrackSender track in _tracks)
        {
            if (track.Track.Ssrc == ssrc)
            {
                return track;
            }
        }

        return null;
    }
}
