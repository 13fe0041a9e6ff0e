using System.Text;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp.Payloads;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// One track: the SSRC that holds it, packets put in order, missing ones requested, waited for and given up, and the payload receiver
/// behind.
/// </summary>
internal sealed class TrackReceiver : IDisposable
{
    /// <summary>Packets that may wait for a missing one: a second of 4 Mbit/s video takes about 420.</summary>
    private const int VideoReorderPackets = 2048;

    private const int AudioReorderPackets = 256;

    /// <summary>Packets missing in one go beyond which nothing is repaired: a new start is quicker.</summary>
    private const int MaximumGap = 512;

    /// <summary>After this silence of the SSRC that holds the track another one may take it.</summary>
    private static readonly TimeSpan TakeoverTime = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan MinimumRepeat = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RepeatMargin = TimeSpan.FromMilliseconds(10);
    /// <summary>Round trips for which a requested packet is waited for: four requests, of which one must get through.</summary>
    private const int RepairRoundTrips = 5;

    private static readonly TimeSpan MinimumRepairTime = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan MaximumRepairTime = TimeSpan.FromMilliseconds(1200);

    private readonly ReceiveTrack _track;
    private readonly byte[] _mid;
    private readonly StreamTimeline _timeline;
    private readonly int _index;
    private readonly MediaReceiverOptions _options;
    private readonly ReorderBuffer _reorder;
    private readonly NackTracker _missing;
    private readonly IPayloadReceiver _payloads;
    private readonly RoundTripEstimator _roundTrip;
    private readonly KeyframeRequester _keyframes;

    /// <summary>Makes a receiver for the track with this index on the timeline.</summary>
    public TrackReceiver(
        ReceiveTrack track,
        int index,
        MediaReceiverOptions options,
        BufferPool pool,
        StreamTimeline timeline,
        FrameQueue frames,
        RoundTripEstimator roundTrip)
    {
        (_track, _index, _options, _timeline) = (track, index, options, timeline);
        Statistics = new TrackStatistics(track.Kind, track.Mid);
        _mid = Encoding.UTF8.GetBytes(track.Mid);
        _roundTrip = roundTrip;
        _keyframes = new KeyframeRequester(roundTrip);
        _missing = new NackTracker(track.Allows(RtcpFeedback.Nack));
        bool isVideo = track.Kind == TrackKind.Video;
        _reorder = new ReorderBuffer(isVideo ? VideoReorderPackets : AudioReorderPackets);
        _payloads = isVideo
            ? new H264Receiver(
                Statistics,
                frames,
                _keyframes,
                index,
                pool,
                options.MaximumAccessUnitBytes,
                track.PayloadTypes.SelectMany(type => type.ParameterSets))
            : new OpusReceiver(Statistics, frames, index, new OpusFormat(track.PayloadTypes[0].Channels));
    }

    /// <summary>The media identification tag as the header extension carries it.</summary>
    public ReadOnlySpan<byte> Mid => _mid;

    /// <summary>What was agreed on for the track.</summary>
    public ReceiveTrack Track => _track;

    /// <summary>The SSRC that holds the track; null before the first packet.</summary>
    public ReceiveSource? Source { get; private set; }

    /// <summary>Counters.</summary>
    public TrackStatistics Statistics { get; }

    /// <summary>Keyframe requests to be sent.</summary>
    public KeyframeRequester Keyframes => _keyframes;

    /// <summary>Packets to be requested.</summary>
    public NackTracker Missing => _missing;

    /// <summary>Time after which a missing packet is requested again.</summary>
    public TimeSpan RepeatAfter => Later(_roundTrip.Value + RepeatMargin, MinimumRepeat);

    /// <summary>Whether a keyframe can be asked for.</summary>
    public bool CanRequestKeyframe =>
        _track.Allows(RtcpFeedback.PictureLossIndication | RtcpFeedback.FullIntraRequest);

    /// <summary>When time alone has something to do here.</summary>
    public TimeSpan NextDeadline => Earlier(GapDeadline, Earlier(_missing.NextRequestAt, KeyframeDueAt));

    /// <summary>When a keyframe request is due.</summary>
    public TimeSpan KeyframeDueAt => Source is not null && CanRequestKeyframe ? _keyframes.DueAt : TimeSpan.MaxValue;

    private TimeSpan GapDeadline => _missing.FirstMissingSince is var since && since == TimeSpan.MaxValue ? since : since + WaitTime;

    private TimeSpan WaitTime
    {
        get
        {
            if (_track.Kind == TrackKind.Audio)
            {
                return _options.AudioReorderWait;
            }

            return _track.Allows(RtcpFeedback.Nack)
                ? TimeSpan.FromTicks(Math.Clamp((_roundTrip.Value * RepairRoundTrips).Ticks, MinimumRepairTime.Ticks, MaximumRepairTime.Ticks))
                : _options.VideoReorderWait;
        }
    }

    /// <summary>Whether the payload type is one of the track's.</summary>
    public bool Accepts(int payloadType)
    {
        for (int i = 0; i < _track.PayloadTypes.Count; i++)
        {
            if (_track.PayloadTypes[i].PayloadType == payloadType)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the SDP announced the SSRC for this track.</summary>
    public bool Announces(uint ssrc)
    {
        for (int i = 0; i < _track.AnnouncedSsrcs.Count; i++)
        {
            if (_track.AnnouncedSsrcs[i] == ssrc)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Takes a packet of the SSRC that holds the track, or that may take it over. Takes ownership of <paramref name="buffer"/>.
    /// </summary>
    public void Receive(in RtpPacket packet, PooledBuffer buffer, TimeSpan receivedAt)
    {
        if (SourceOf(packet.Ssrc, receivedAt) is not { } source)
        {
            Statistics.RefusedPackets++;
            buffer.Dispose();
            return;
        }

        bool isFirst = !source.HasPackets;
        long highest = source.HighestSequence;
        source.Receive(packet, receivedAt, out long sequence, out long timestamp);
        Statistics.Packets++;
        Statistics.Bytes += packet.HeaderLength + packet.PayloadLength + packet.PaddingLength;
        _timeline.ObservePacket(_index, timestamp, receivedAt);
        if (isFirst)
        {
            _reorder.Restart(sequence);
        }
        else if (sequence > highest)
        {
            NoteGap(highest + 1, sequence, receivedAt);
        }
        else if (!TryNoteRepair(sequence, receivedAt))
        {
            Statistics.LatePackets++;
            buffer.Dispose();
            return;
        }

        var received = new ReceivedPacket(
            buffer, packet.HeaderLength, packet.PayloadLength, sequence, timestamp, packet.Marker, receivedAt);
        if (sequence > _reorder.Next && _payloads.CanRestartAt(packet.Payload))
        {
            GiveUpBefore(sequence, receivedAt);
        }

        _reorder.Add(received);
        Release(receivedAt);
    }

    /// <summary>Gives up what has been waited for long enough.</summary>
    public void Advance(TimeSpan now) => Release(now);

    /// <summary>Takes a sender report of the SSRC that holds the track.</summary>
    public void Receive(in SenderReport report, TimeSpan receivedAt)
    {
        if (Source is not { } source)
        {
            return;
        }

        source.Receive(report, receivedAt);
        if (source.TryUnwrapTimestamp(report.RtpTime, out long rtpTime))
        {
            _timeline.ObserveSenderReport(_index, report.NtpTime, report.RtpTime, rtpTime, receivedAt);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reorder.Dispose();
        _payloads.Dispose();
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>The source, after it took the track if it may; null: another one holds it and is not quiet.</summary>
    private ReceiveSource? SourceOf(uint ssrc, TimeSpan now)
    {
        if (Source?.Ssrc == ssrc)
        {
            return Source;
        }

        if (Source is { HasLeft: false } holder && now - holder.LastPacketAt < TakeoverTime)
        {
            return null;
        }

        if (Source is not null)
        {
            GiveUpAll(now);
            _timeline.Restart(_index);
        }

        Source = new ReceiveSource(ssrc, _track.PayloadTypes[0].ClockRate);
        return Source;
    }

    /// <summary>Notes that packets from <paramref name="first"/> up to, not including, <paramref name="arrived"/> are missing.</summary>
    private void NoteGap(long first, long arrived, TimeSpan now)
    {
        bool repairable = arrived - first <= MaximumGap && _reorder.Reaches(arrived);
        if (!repairable || (arrived > first && !_missing.TryAdd(first, arrived - 1, now)))
        {
            GiveUpAll(now);
            GiveUpBefore(arrived, now);
            return;
        }

        _missing.OnNewest(arrived, now);
    }

    private bool TryNoteRepair(long sequence, TimeSpan now)
    {
        if (!_missing.TryRemove(sequence, now, _roundTrip.Value, out int requests, out TimeSpan requestedAt))
        {
            return false;
        }

        Statistics.RepairedPackets += requests > 0 ? 1 : 0;
        if (requests == 1)
        {
            _roundTrip.Add(now - requestedAt);
        }

        return true;
    }

    private void Release(TimeSpan now)
    {
        while (true)
        {
            while (_reorder.TryTakeNext(out ReceivedPacket packet))
            {
                _payloads.Receive(packet);
            }

            if (!_reorder.HasGap || now < GapDeadline)
            {
                return;
            }

            SkipGap(now);
        }
    }

    private void SkipGap(TimeSpan now)
    {
        Statistics.LostPackets += _reorder.SkipGap();
        _missing.RemoveBelow(_reorder.Next);
        _payloads.SkipGap(now);
    }

    /// <summary>Releases everything held, gaps and all.</summary>
    private void GiveUpAll(TimeSpan now)
    {
        while (_reorder.Count > 0)
        {
            while (_reorder.TryTakeNext(out ReceivedPacket packet))
            {
                _payloads.Receive(packet);
            }

            if (_reorder.Count > 0)
            {
                SkipGap(now);
            }
        }

        _missing.Clear();
        _payloads.SkipGap(now);
    }

    private void GiveUpBefore(long sequence, TimeSpan now)
    {
        Statistics.LostPackets += _reorder.SkipTo(sequence);
        _missing.RemoveBelow(sequence);
        _payloads.SkipGap(now);
    }
}
