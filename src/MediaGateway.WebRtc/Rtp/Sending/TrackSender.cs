using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Rtcp;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// One track on its way to the peer: frames wait here, become packets one at a time when their turn comes, and are kept for a while to be
/// sent again. A frame that was begun is finished; one that was not may be dropped without a trace in the sequence numbers.
/// </summary>
internal sealed class TrackSender : IDisposable
{
    /// <summary>A sound packet is one packet, whatever its length, up to this.</summary>
    public const int LongestSound = 1300;

    private const int OriginalSequenceLength = 2; // RFC 4588 4: the original sequence number comes before the payload.

    private readonly RtpHeader _header;
    private readonly RtpHeader? _repairHeader;
    private readonly Retransmitter? _retransmitter;
    private readonly ParameterSets _parameterSets = new();
    private readonly int _maximumPayload;
    private readonly uint _firstTimestamp;
    private WaitingFrame? _current;
    private byte[]? _prefix;
    private H264PacketCursor _cursor;
    private ushort _sequence;
    private ushort _repairSequence;

    /// <summary>Makes the sender of a track.</summary>
    public TrackSender(SendTrack track, MediaSenderOptions options, ulong seed)
    {
        Track = track;
        _header = new RtpHeader(track, track.PayloadType, track.Ssrc);
        _repairHeader = track.RetransmissionPayloadType < 0
            ? null
            : new RtpHeader(track, track.RetransmissionPayloadType, track.RetransmissionSsrc);
        _retransmitter = track.AnswersNack ? new Retransmitter() : null;
        Statistics = new SenderTrackStatistics(track.Kind, _retransmitter);
        _maximumPayload = options.MaximumPacketBytes - _header.Length - (_repairHeader is null ? 0 : OriginalSequenceLength);
        _firstTimestamp = (uint)(seed >> 32);
        // RFC 3711 3.3.1: a first number in the lower half cannot make the two ends disagree about the roll-over counter.
        _sequence = (ushort)(seed & 0x7FFF);
        _repairSequence = (ushort)((seed >> 16) & 0x7FFF);
    }

    /// <summary>What was agreed on.</summary>
    public SendTrack Track { get; }

    /// <summary>Counters, live.</summary>
    public SenderTrackStatistics Statistics { get; }

    /// <summary>Frames that wait.</summary>
    public FrameBacklog Backlog { get; } = new();

    /// <summary>Whether a frame has been begun.</summary>
    public bool IsInsideFrame => _current is not null;

    /// <summary>Whether there is something to send for the first time.</summary>
    public bool HasPackets => _current is not null || Backlog.Count > 0;

    /// <summary>Whether there is something to send again.</summary>
    public bool HasRequests => _retransmitter?.HasRequests is true;

    /// <summary>Whether a packet was sent: then there is something to report.</summary>
    public bool HasSent { get; private set; }

    /// <summary>The kind of frame whose packet is next.</summary>
    public bool IsNextKeyframe => _current?.Frame.IsKeyframe ?? (Backlog.TryPeek(out WaitingFrame next) && next.Frame.IsKeyframe);

    /// <summary>The RTP timestamp of a point of the stream's time.</summary>
    public uint TimestampOf(long ticks) => unchecked(_firstTimestamp + (uint)ticks);

    /// <summary>Writes the next packet. False: nothing waits.</summary>
    /// <param name="destination">Room for a packet.</param>
    /// <param name="transportSequence">The packet's number in the transport, if it is to have one.</param>
    /// <param name="roundTripTime">For how long packets are kept.</param>
    /// <param name="now">When it leaves.</param>
    /// <param name="length">Bytes written.</param>
    public bool TryWriteNext(Span<byte> destination, ushort transportSequence, TimeSpan roundTripTime, TimeSpan now, out int length)
    {
        length = 0;
        while (_current is not null || TryBegin())
        {
            if (TryNextPart(out SentPacket packet))
            {
                packet.Header = packet.Header with
                {
                    SequenceNumber = unchecked(_sequence++),
                    TransportSequence = transportSequence,
                    SendTime = RtpHeader.SendTimeOf(now),
                };
                packet.SentAt = now;
                length = Write(packet, destination);
                _retransmitter?.Keep(packet, roundTripTime);
                EndIfComplete(packet.Header.Marker);
                return true;
            }

            End();
        }

        return false;
    }

    /// <summary>Notes that the peer misses a packet.</summary>
    public void Request(ushort sequenceNumber, TimeSpan roundTripTime, long estimate, TimeSpan now)
    {
        Statistics.RequestedPackets++;
        _retransmitter?.Request(sequenceNumber, roundTripTime, estimate, now);
    }

    /// <summary>
    /// Writes the next packet that the peer asked for: as a retransmission of its own source (RFC 4588), or, if that was not agreed on, the
    /// same bytes once more, so that encryption gives the same bytes as well.
    /// </summary>
    public bool TryWriteAgain(Span<byte> destination, ushort transportSequence, TimeSpan now, out int length)
    {
        length = 0;
        if (_retransmitter is null || !_retransmitter.TryTake(now, out SentPacket packet))
        {
            return false;
        }

        Statistics.RetransmittedPackets++;
        if (_repairHeader is null)
        {
            _header.Write(destination, packet.Header);
            length = _header.Length + packet.WritePayload(destination[_header.Length..]);
            return true;
        }

        length = WriteRepair(_repairHeader, packet, destination, transportSequence, now);
        return true;
    }

    /// <summary>Writes a packet that was sent lately as a retransmission, though nobody asked for it. False: there is none.</summary>
    public bool TryWriteFiller(Span<byte> destination, ushort transportSequence, TimeSpan now, out int length)
    {
        length = 0;
        if (_retransmitter is null || _repairHeader is null || !_retransmitter.TryPickRecent(out SentPacket packet))
        {
            return false;
        }

        length = WriteRepair(_repairHeader, packet, destination, transportSequence, now);
        return true;
    }

    /// <summary>Whether a repetition is counted over the transport: one with a source of its own is a new packet, the same bytes are not.</summary>
    public bool CountsRepetitions => _repairHeader?.HasTransportSequence is true;

    /// <summary>Whether packets are counted over the transport.</summary>
    public bool CountsPackets => _header.HasTransportSequence;

    /// <summary>The sender report of the track (RFC 3550 6.4.1).</summary>
    public SenderReport Report(ulong ntpTime, long ticks) => new(
        Track.Ssrc,
        ntpTime,
        TimestampOf(ticks),
        unchecked((uint)Statistics.Packets),
        unchecked((uint)Statistics.PayloadBytes));

    /// <summary>Forgets packets that are too old to be sent again.</summary>
    public void Forget(TimeSpan now, TimeSpan roundTripTime) => _retransmitter?.Forget(now, roundTripTime);

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        Backlog.Dispose();
        _retransmitter?.Dispose();
    }

    private bool TryBegin()
    {
        if (!Backlog.TryTake(out WaitingFrame next))
        {
            return false;
        }

        _current = next;
        _cursor = default;
        _prefix = null;
        if (Track.Kind == TrackKind.Video)
        {
            _parameterSets.Follow(next.Frame.Format);
            _prefix = _parameterSets.ArePrependedTo(next.Frame) ? _parameterSets.Bytes : null;
        }

        return true;
    }

    private bool TryNextPart(out SentPacket packet)
    {
        WaitingFrame current = _current.GetValueOrDefault();
        packet = new SentPacket { Header = new RtpHeaderFields(0, current.Timestamp, false, 0, 0) };
        if (Track.Kind == TrackKind.Audio)
        {
            // One Opus packet is one RTP packet (RFC 7587 4.2). The marker is for the codecs that pause.
            packet.Frame = current.Frame;
            packet.Part = new PayloadPart(PayloadForm.Plain, 0, current.Frame.Length);
            return current.Frame.Length is > 0 and <= LongestSound;
        }

        if (_prefix is not null && _cursor.TryNext(_prefix, _maximumPayload, out packet.Part))
        {
            packet.ParameterSets = _prefix;
            return true;
        }

        if (_prefix is not null)
        {
            _prefix = null;
            _cursor = default;
        }

        ReadOnlySpan<byte> accessUnit = current.Frame.Payload;
        packet.Frame = current.Frame;
        bool found = _cursor.TryNext(accessUnit, _maximumPayload, out packet.Part);
        packet.Header = packet.Header with { Marker = _cursor.IsAtEnd(accessUnit) };
        return found;
    }

    private int Write(in SentPacket packet, Span<byte> destination)
    {
        _header.Write(destination, packet.Header);
        int payload = packet.WritePayload(destination[_header.Length..]);
        HasSent = true;
        Statistics.Packets++;
        Statistics.PayloadBytes += payload;
        return _header.Length + payload;
    }

    // RFC 4588 4: | RTP header | original sequence number (16) | original payload |
    private int WriteRepair(RtpHeader header, in SentPacket packet, Span<byte> destination, ushort transportSequence, TimeSpan now)
    {
        RtpHeaderFields fields = packet.Header with
        {
            SequenceNumber = unchecked(_repairSequence++),
            TransportSequence = transportSequence,
            SendTime = RtpHeader.SendTimeOf(now),
        };
        header.Write(destination, fields);
        int offset = header.Length;
        BinaryPrimitives.WriteUInt16BigEndian(destination[offset..], packet.Header.SequenceNumber);
        offset += OriginalSequenceLength;
        return offset + packet.WritePayload(destination[offset..]);
    }

    private void EndIfComplete(bool isMarked)
    {
        if (isMarked || Track.Kind == TrackKind.Audio)
        {
            Statistics.Frames++;
            Statistics.Keyframes += Track.Kind == TrackKind.Video && _current?.Frame.IsKeyframe is true ? 1 : 0;
            End();
        }
    }

    private void End()
    {
        _current?.Frame.Release();
        _current = null;
        _prefix = null;
    }
}
