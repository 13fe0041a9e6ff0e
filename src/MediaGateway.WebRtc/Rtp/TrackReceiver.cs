using System.Buffers.Binary;
using System.Text;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp.Payloads;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// One track: which SSRC holds it, and what its packets are: media, retransmissions (RTX), copies of earlier packets (RED), or another
/// simulcast encoding. What holds the track goes on to a <see cref="PacketSequencer"/>.
/// </summary>
internal sealed class TrackReceiver : IDisposable
{
    /// <summary>Packets that may wait for a missing one: a second of 4 Mbit/s video takes about 420.</summary>
    private const int VideoReorderPackets = 2048;

    private const int AudioReorderPackets = 256;

    /// <summary>After this silence of the SSRC that holds the track another one may take it.</summary>
    private static readonly TimeSpan TakeoverTime = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan MinimumRepeat = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RepeatMargin = TimeSpan.FromMilliseconds(10);

    private readonly ReceiveTrack _track;
    private readonly byte[] _mid;
    private readonly StreamTimeline _timeline;
    private readonly int _index;
    private readonly MediaReceiverOptions _options;
    private readonly BufferPool _pool;
    private readonly NackTracker _missing;
    private readonly IPayloadReceiver _payloads;
    private readonly PacketSequencer _packets;
    private readonly RepairStreams _repairs;
    private readonly SimulcastLayers? _layers;
    private readonly RoundTripEstimator _roundTrip;
    private readonly KeyframeRequester _keyframes;
    private bool _startsAnew = true;

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
        (_track, _index, _options, _pool, _timeline) = (track, index, options, pool, timeline);
        Statistics = new TrackStatistics(track.Kind, track.Mid);
        _mid = Encoding.UTF8.GetBytes(track.Mid);
        _roundTrip = roundTrip;
        _keyframes = new KeyframeRequester(roundTrip);
        _missing = new NackTracker(track.Allows(RtcpFeedback.Nack));
        bool isVideo = track.Kind == TrackKind.Video;
        _payloads = new PayloadReceivers(Statistics, frames, _keyframes, index, pool).For(track, options);
        _repairs = new RepairStreams(track);
        _layers = track.IsSimulcast ? new SimulcastLayers(track) : null;
        var reorder = new ReorderBuffer(isVideo ? VideoReorderPackets : AudioReorderPackets);
        _packets = new PacketSequencer(reorder, _missing, _payloads, Statistics, roundTrip);
        UpdateWait();
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
    public TimeSpan RepeatAfter => _packets.RepeatAfter;

    /// <summary>Whether a keyframe can be asked for.</summary>
    public bool CanRequestKeyframe =>
        _track.Allows(RtcpFeedback.PictureLossIndication | RtcpFeedback.FullIntraRequest);

    /// <summary>When time alone has something to do here.</summary>
    public TimeSpan NextDeadline => Earlier(
        Earlier(_packets.GapDeadline, _missing.NextRequestAt),
        Earlier(KeyframeDueAt, Earlier(LayerKeyframeDueAt, _layers?.NextDeadline ?? TimeSpan.MaxValue)));

    /// <summary>When a keyframe request to the source in use is due.</summary>
    public TimeSpan KeyframeDueAt => Source is not null && CanRequestKeyframe ? _keyframes.DueAt : TimeSpan.MaxValue;

    /// <summary>When a keyframe request to a simulcast encoding that is not in use is due.</summary>
    public TimeSpan LayerKeyframeDueAt => _layers is not null && CanRequestKeyframe ? _layers.AskAt : TimeSpan.MaxValue;

    /// <summary>The simulcast encodings; null when the track has but one.</summary>
    public SimulcastLayers? Layers => _layers;

    /// <summary>Sources that are reported on.</summary>
    public int SourceCount => _layers is { Count: > 0 } layers ? layers.Count : Source is null ? 0 : 1;

    /// <summary>Whether all sources of the track have said goodbye; false when nothing has come.</summary>
    public bool HasLeft
    {
        get
        {
            for (int i = 0; i < SourceCount; i++)
            {
                if (!SourceAt(i).HasLeft)
                {
                    return false;
                }
            }

            return SourceCount > 0;
        }
    }

    /// <summary>One of the sources that are reported on.</summary>
    public ReceiveSource SourceAt(int index) => _layers is { Count: > 0 } layers ? layers[index].Source : Source!; // not null: it is counted

    /// <summary>The source of this SSRC; null when the track has none.</summary>
    public ReceiveSource? FindSource(uint ssrc) => Source?.Ssrc == ssrc ? Source : _layers?.Find(ssrc)?.Source;

    /// <summary>Whether packets of this SSRC are the track's.</summary>
    public bool Owns(uint ssrc) => FindSource(ssrc) is not null || _repairs.Knows(ssrc);

    /// <summary>Whether the payload type is one of the track's.</summary>
    public bool Accepts(int payloadType)
    {
        if (payloadType == _track.RedundancyPayloadType || _repairs.IsRepair(payloadType))
        {
            return true;
        }

        return IsOwn(payloadType);
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
    /// Takes a packet of the SSRC that holds the track, that repairs it, or that may take it over. Takes ownership of
    /// <paramref name="buffer"/>.
    /// </summary>
    public void Receive(in RtpPacket packet, PooledBuffer buffer, TimeSpan receivedAt)
    {
        if (_repairs.IsRepair(packet.PayloadType))
        {
            ReceiveRepair(packet, buffer, receivedAt);
            return;
        }

        if ((_layers is null ? SourceOf(packet.Ssrc, receivedAt) : LayerOf(packet, receivedAt)) is not { } source)
        {
            buffer.Dispose();
            return;
        }

        ReceiveMedia(source, packet, buffer, receivedAt);
    }

    /// <summary>Gives up what has been waited for long enough.</summary>
    public void Advance(TimeSpan now)
    {
        UpdateWait();
        _layers?.Advance(now);
        _packets.Release(now);
    }

    /// <summary>Takes a sender report of one of the track's sources.</summary>
    public void Receive(in SenderReport report, TimeSpan receivedAt)
    {
        if (FindSource(report.Ssrc) is not { } source)
        {
            return;
        }

        source.Receive(report, receivedAt);
        if (source == Source && source.TryUnwrapTimestamp(report.RtpTime, out long rtpTime))
        {
            _timeline.ObserveSenderReport(_index, report.NtpTime, report.RtpTime, rtpTime, receivedAt);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _packets.Dispose();

    /// <summary>How long after a request its answer should have come.</summary>
    private TimeSpan AnswerTime => Later(_roundTrip.Value + Later(_roundTrip.Deviation * 2, RepeatMargin), MinimumRepeat);

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private bool IsOwn(int payloadType)
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

    private void Count(in RtpPacket packet)
    {
        Statistics.Packets++;
        Statistics.Bytes += packet.HeaderLength + packet.PayloadLength + packet.PaddingLength;
    }

    private void ReceiveMedia(ReceiveSource source, in RtpPacket packet, PooledBuffer buffer, TimeSpan receivedAt)
    {
        Count(packet);
        long highest = source.HighestSequence;
        source.Receive(packet, receivedAt, out long sequence, out long timestamp);
        _timeline.ObservePacket(_index, timestamp, receivedAt);
        UpdateWait();
        if (_startsAnew)
        {
            _startsAnew = false;
            _packets.Restart(sequence);
        }
        else if (sequence > highest)
        {
            _packets.NoteGap(highest + 1, sequence, receivedAt);
        }
        else if (!_packets.TryNoteLate(sequence, isRepair: false, receivedAt))
        {
            Statistics.LatePackets++;
            buffer.Dispose();
            return;
        }

        var received = new ReceivedPacket(
            buffer, packet.HeaderLength, packet.PayloadLength, sequence, timestamp, packet.Marker, receivedAt);
        _packets.Add(packet.PayloadType == _track.RedundancyPayloadType ? Unfold(received) : received, receivedAt);
    }

    // RFC 4588 4: | RTP header of the retransmission | original sequence number (16) | original payload ...
    private void ReceiveRepair(in RtpPacket packet, PooledBuffer buffer, TimeSpan receivedAt)
    {
        const int OriginalSequenceLength = 2;
        Count(packet);
        Statistics.RepairPackets++;
        if (packet.PayloadLength < OriginalSequenceLength)
        {
            // Bandwidth probes are empty; one byte is nothing.
            Statistics.MalformedPackets += packet.PayloadLength;
            buffer.Dispose();
            return;
        }

        if (Source is not { } source || MediaOf(packet) != source.Ssrc || !_repairs.RepeatsOwn(packet.PayloadType))
        {
            Statistics.UnknownRepairPackets++;
            buffer.Dispose();
            return;
        }

        _packets.TellsRepairs = true;
        long sequence = source.Unwrap(BinaryPrimitives.ReadUInt16BigEndian(packet.Payload));
        if (!source.TryUnwrapTimestamp(packet.Timestamp, out long timestamp)
            || !_packets.TryNoteLate(sequence, isRepair: true, receivedAt))
        {
            buffer.Dispose();
            return;
        }

        int offset = packet.HeaderLength + OriginalSequenceLength;
        int length = packet.PayloadLength - OriginalSequenceLength;
        _packets.Add(new ReceivedPacket(buffer, offset, length, sequence, timestamp, packet.Marker, receivedAt), receivedAt);
    }

    /// <summary>The SSRC that a retransmission repeats: as announced, as it says itself, or the only one there is.</summary>
    private uint? MediaOf(in RtpPacket repair)
    {
        if (_repairs.MediaOf(repair.Ssrc) is { } known)
        {
            return known;
        }

        uint? media = _layers is null ? Source?.Ssrc : _layers.MediaOf(repair);
        if (media is { } learned)
        {
            _repairs.Learn(repair.Ssrc, learned);
        }

        return media;
    }

    /// <summary>Takes the copies out of a RED packet where they are missed. What it carries itself is left.</summary>
    private ReceivedPacket Unfold(in ReceivedPacket packet)
    {
        ReadOnlySpan<byte> payload = packet.Payload;
        if (payload.IsEmpty)
        {
            return packet;
        }

        if (!RedundantPayload.TryParse(payload, out RedundantPayload redundant) || !IsOwn(redundant.OwnPayloadType))
        {
            Statistics.MalformedPackets++;
            return packet with { PayloadLength = 0 };
        }

        for (int i = 0; i < redundant.Copies; i++)
        {
            ReadOnlySpan<byte> copy = redundant.Copy(i, out int payloadType, out int timestampOffset);
            long sequence = packet.Sequence - (redundant.Copies - i);
            if (copy.IsEmpty || !IsOwn(payloadType) || !_packets.TryNoteRecovered(sequence))
            {
                continue;
            }

            Statistics.RecoveredPackets++;
            PooledBuffer buffer = _pool.Rent(copy.Length, BufferOwner.Datagram);
            copy.CopyTo(buffer.Span);
            long timestamp = packet.Timestamp - timestampOffset;
            _packets.Add(
                new ReceivedPacket(buffer, 0, copy.Length, sequence, timestamp, false, packet.ReceivedAt), packet.ReceivedAt);
        }

        int offset = packet.PayloadOffset + redundant.OwnOffset;
        return packet with { PayloadOffset = offset, PayloadLength = payload.Length - redundant.OwnOffset };
    }

    /// <summary>The source, after it took the track if it may; null: another one holds it and is not quiet.</summary>
    private ReceiveSource? SourceOf(uint ssrc, TimeSpan now)
    {
        if (Source?.Ssrc == ssrc)
        {
            return Source;
        }

        if (Source is { HasLeft: false } holder && now - holder.LastPacketAt < TakeoverTime)
        {
            Statistics.RefusedPackets++;
            return null;
        }

        Hold(new ReceiveSource(ssrc, _track.PayloadTypes[0].ClockRate), now);
        return Source;
    }

    /// <summary>The source in use, if the packet is of it or is the first of a better one; null: it is not used.</summary>
    private ReceiveSource? LayerOf(in RtpPacket packet, TimeSpan now)
    {
        if (_layers?.Claim(packet, now) is not { } layer)
        {
            Statistics.RefusedPackets++;
            return null;
        }

        bool startsKeyframe = _payloads.IsKeyframeStart(packet.Payload, out long pixels);
        layer.NoteSize(pixels);
        if (layer == _layers.InUse)
        {
            _layers.OnInUse();
            return layer.Source;
        }

        if (!_layers.ShouldUse(layer, startsKeyframe, now))
        {
            Count(packet);
            layer.Source.Receive(packet, now, out _, out _);
            Statistics.UnusedLayerPackets++;
            return null;
        }

        Statistics.LayerSwitches += _layers.InUse is null ? 0 : 1;
        Statistics.Layer = layer.Rid;
        _layers.Use(layer);
        Hold(layer.Source, now);
        if (startsKeyframe)
        {
            _keyframes.OnKeyframeBegun(now);
        }

        return Source;
    }

    private void Hold(ReceiveSource source, TimeSpan now)
    {
        if (Source is not null)
        {
            _packets.GiveUpAll(now);
            _timeline.Restart(_index);
        }

        Source = source;
        _startsAnew = true;
    }

    private void UpdateWait()
    {
        if (_track.Kind == TrackKind.Audio)
        {
            _packets.Wait = RepairWait.ForSound(
                _missing.Reordering, Source?.Jitter ?? TimeSpan.Zero, _options.AudioReorderWait, _options.MaximumAudioReorderWait);
        }
        else
        {
            _packets.Wait = _track.Allows(RtcpFeedback.Nack)
                ? _packets.Repairs.WithRequests(_missing.ReorderTime, AnswerTime)
                : RepairWait.WithoutRequests(_missing.Reordering, _options.VideoReorderWait);
        }

        _packets.RepeatAfter = _packets.Repairs.RepeatAfter(AnswerTime);
        Statistics.Wait = _packets.Wait;
    }
}
