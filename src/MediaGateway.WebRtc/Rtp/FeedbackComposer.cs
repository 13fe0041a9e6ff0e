using System.Text;
using MediaGateway.WebRtc.Congestion;
using MediaGateway.WebRtc.Rtcp;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// Decides what RTCP leaves and when: receiver reports with SDES, REMB, keyframe requests and NACKs. Compound packets begin with a
/// report (RFC 3550 6.1) unless reduced size was agreed on (RFC 5506).
/// </summary>
internal sealed class FeedbackComposer
{
    private const int MaximumSources = 16;
    private const int NacksPerPacket = 64;
    private const double FractionUnit = 256;
    private const int BitsPerByte = 8;
    private const int FeedbackOverhead = 16; // Two headers and padding.

    private readonly MediaReceiverOptions _options;
    private readonly TrackReceiver[] _tracks;
    private readonly RoundTripEstimator _roundTrip;
    private readonly ReceiverCongestion _congestion;
    private readonly byte[] _canonicalName;
    private readonly long[] _bytesBefore;
    private readonly bool _sendsBitrate;
    private TimeSpan _reportAt = TimeSpan.MaxValue;
    private TimeSpan _bitrateAt = TimeSpan.MaxValue;
    private TimeSpan _lastReportAt;

    /// <summary>Composes for these tracks.</summary>
    public FeedbackComposer(MediaReceiverOptions options, TrackReceiver[] tracks, RoundTripEstimator roundTrip, ReceiverCongestion congestion)
    {
        (_options, _tracks, _roundTrip, _congestion) = (options, tracks, roundTrip, congestion);
        _canonicalName = Encoding.UTF8.GetBytes(options.CanonicalName);
        _bytesBefore = new long[tracks.Length];
        _sendsBitrate = tracks.Any(track => track.Track.Allows(RtcpFeedback.MaximumBitrate));
    }

    /// <summary>When the next report, REMB or transport-wide feedback is due.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan deadline = _reportAt < _bitrateAt ? _reportAt : _bitrateAt;
            return ArrivalsAt < deadline ? ArrivalsAt : deadline;
        }
    }

    private TimeSpan ArrivalsAt => _congestion.Arrivals is { } arrivals && _reportAt != TimeSpan.MaxValue ? arrivals.DueAt : TimeSpan.MaxValue;

    /// <summary>Tells that media flows. REMB leaves at once: a sender without it stays at its start bitrate.</summary>
    public void Start(TimeSpan now)
    {
        if (_reportAt != TimeSpan.MaxValue)
        {
            return;
        }

        _lastReportAt = now;
        _reportAt = now + _options.ReportInterval;
        _bitrateAt = _sendsBitrate ? now : TimeSpan.MaxValue;
    }

    /// <summary>Writes one compound packet with what is due. False: nothing is.</summary>
    public bool TryCompose(Span<byte> destination, TimeSpan now, out int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, MediaReceiver.MinimumRtcpBytes);
        length = 0;
        bool reportDue = _reportAt <= now;
        if (!reportDue && !HasFeedback(now))
        {
            return false;
        }

        var writer = new RtcpWriter(destination);
        if (reportDue || !_options.ReducedSizeRtcp)
        {
            WriteReport(ref writer, reportDue, now);
        }

        WriteArrivals(ref writer, now);
        WriteMaximumBitrate(ref writer, now);
        foreach (TrackReceiver track in _tracks)
        {
            WriteKeyframeRequest(ref writer, track, now);
            WriteNacks(ref writer, track, now);
        }

        length = writer.Length;
        return true;
    }

    private bool HasFeedback(TimeSpan now)
    {
        bool due = IsBitrateDue(now) || ArrivalsAt <= now;
        foreach (TrackReceiver track in _tracks)
        {
            due |= track.KeyframeDueAt <= now || track.LayerKeyframeDueAt <= now || track.Missing.NextRequestAt <= now;
        }

        return due;
    }

    private void WriteReport(ref RtcpWriter writer, bool reportDue, TimeSpan now)
    {
        Span<ReportBlock> blocks = stackalloc ReportBlock[MaximumSources];
        int count = 0;
        for (int i = 0; i < _tracks.Length && reportDue && count < MaximumSources; i++)
        {
            TrackReceiver track = _tracks[i];
            for (int j = 0; j < track.SourceCount && count < MaximumSources; j++)
            {
                ReceiveSource source = track.SourceAt(j);
                blocks[count] = source.MakeReport(now);
                _congestion.ObserveLoss(blocks[count].FractionLost / FractionUnit, source.ExpectedInReport);
                if (source == track.Source)
                {
                    Publish(i, source, blocks[count], now);
                }

                count++;
            }
        }

        writer.TryWriteReceiverReport(_options.LocalSsrc, blocks[..count]);
        writer.TryWriteSourceDescription(_options.LocalSsrc, _canonicalName);
        if (reportDue)
        {
            _lastReportAt = now;
            _reportAt = now + _options.ReportInterval;
            _congestion.EndInterval(_roundTrip.Measured, now);
        }
    }

    private void Publish(int track, ReceiveSource source, in ReportBlock report, TimeSpan now)
    {
        TrackStatistics statistics = _tracks[track].Statistics;
        double seconds = Math.Max((now - _lastReportAt).TotalSeconds, _options.ReportInterval.TotalSeconds / 2);
        statistics.FractionLost = report.FractionLost / FractionUnit;
        statistics.Jitter = source.Jitter;
        statistics.RoundTripTime = _roundTrip.Measured;
        statistics.Bitrate = (long)((statistics.Bytes - _bytesBefore[track]) * BitsPerByte / seconds);
        _bytesBefore[track] = statistics.Bytes;
    }

    private bool IsBitrateDue(TimeSpan now) => _bitrateAt <= now || (_bitrateAt != TimeSpan.MaxValue && _congestion.HasNews(now));

    /// <summary>The media source field names any stream of the transport; what it says is about all of them.</summary>
    private void WriteArrivals(ref RtcpWriter writer, TimeSpan now)
    {
        if (ArrivalsAt > now || _congestion.Arrivals is not { } arrivals || writer.Room < ArrivalRecorder.MaximumLength + FeedbackOverhead)
        {
            return;
        }

        uint source = 0;
        foreach (TrackReceiver track in _tracks)
        {
            source = source == 0 && track.Source is { } holder ? holder.Ssrc : source;
        }

        ReadOnlySpan<byte> content = arrivals.Take(now);
        if (content.Length > 0)
        {
            writer.TryWriteTransportFeedback(_options.LocalSsrc, source, content);
        }
    }

    private void WriteMaximumBitrate(ref RtcpWriter writer, TimeSpan now)
    {
        if (!IsBitrateDue(now))
        {
            return;
        }

        Span<uint> sources = stackalloc uint[MaximumSources];
        int count = 0;
        for (int i = 0; i < _tracks.Length && count < MaximumSources; i++)
        {
            if (_tracks[i].Source is { } source && _tracks[i].Track.Allows(RtcpFeedback.MaximumBitrate))
            {
                sources[count++] = source.Ssrc;
            }
        }

        long allowed = _congestion.AllowedBitsPerSecond;
        if (writer.TryWriteMaximumBitrate(_options.LocalSsrc, allowed, sources[..count]))
        {
            _congestion.OnTold(allowed, now);
            _bitrateAt = now + _options.BitrateInterval;
        }
    }

    private void WriteKeyframeRequest(ref RtcpWriter writer, TrackReceiver track, TimeSpan now)
    {
        if (track.KeyframeDueAt <= now && track.Source is { } source && TryWriteKeyframeRequest(ref writer, track, source.Ssrc))
        {
            track.Keyframes.OnSent(now);
        }

        if (track.LayerKeyframeDueAt <= now && track.Layers is { ToAsk: { } layer } layers
            && TryWriteKeyframeRequest(ref writer, track, layer.Source.Ssrc))
        {
            layers.OnAsked(now);
        }
    }

    private bool TryWriteKeyframeRequest(ref RtcpWriter writer, TrackReceiver track, uint ssrc)
    {
        bool written = track.Track.Allows(RtcpFeedback.PictureLossIndication)
            ? writer.TryWritePictureLossIndication(_options.LocalSsrc, ssrc)
            : writer.TryWriteFullIntraRequest(_options.LocalSsrc, new FullIntraRequest(ssrc, track.Keyframes.SequenceNumber));
        track.Statistics.KeyframeRequests += written ? 1 : 0;
        return written;
    }

    private void WriteNacks(ref RtcpWriter writer, TrackReceiver track, TimeSpan now)
    {
        if (track.Missing.NextRequestAt > now || track.Source is not { } source)
        {
            return;
        }

        Span<long> sequences = stackalloc long[NacksPerPacket];
        int due = track.Missing.CopyDue(now, sequences);
        int written = writer.WriteGenericNack(_options.LocalSsrc, source.Ssrc, sequences[..due]);
        track.Missing.MarkRequested(now, written, track.RepeatAfter);
        track.Statistics.NackedPackets += written;
    }
}
