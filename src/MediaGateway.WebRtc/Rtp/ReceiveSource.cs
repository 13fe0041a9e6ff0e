using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Rtcp;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>One SSRC as received: its counters unwrapped, and what the receiver report says of it (RFC 3550 6.4.1, A.3, A.8).</summary>
internal sealed class ReceiveSource(uint ssrc, int clockRate)
{
    private const double JitterGain = 1.0 / 16;
    private const int CompactTicksPerSecond = 65536;

    private TimestampUnwrapper _sequences = new(16);
    private TimestampUnwrapper _timestamps = new(32);
    private long _firstSequence;
    private long _received;
    private long _expectedBefore;
    private long _receivedBefore;
    private long _lastTransit;
    private double _jitter;
    private uint _lastSenderReport;
    private TimeSpan _senderReportAt;

    /// <summary>The synchronization source.</summary>
    public uint Ssrc { get; } = ssrc;

    /// <summary>Whether a packet has come.</summary>
    public bool HasPackets { get; private set; }

    /// <summary>The highest unwrapped sequence number.</summary>
    public long HighestSequence { get; private set; }

    /// <summary>When the last packet came.</summary>
    public TimeSpan LastPacketAt { get; private set; }

    /// <summary>Packets that should have come in the interval of the last report.</summary>
    public long ExpectedInReport { get; private set; }

    /// <summary>Whether the source has said goodbye.</summary>
    public bool HasLeft { get; set; }

    /// <summary>Interarrival jitter.</summary>
    public TimeSpan Jitter => TimeSpan.FromSeconds(_jitter / clockRate);

    /// <summary>Counts a packet and unwraps its numbers.</summary>
    public void Receive(in RtpPacket packet, TimeSpan receivedAt, out long sequence, out long timestamp)
    {
        sequence = _sequences.Unwrap(packet.SequenceNumber);
        timestamp = _timestamps.Unwrap(packet.Timestamp);
        long transit = MediaTicks(receivedAt) - timestamp;
        if (HasPackets)
        {
            _jitter += (Math.Abs(transit - _lastTransit) - _jitter) * JitterGain;
            HighestSequence = Math.Max(HighestSequence, sequence);
        }
        else
        {
            HasPackets = true;
            _firstSequence = sequence;
            HighestSequence = sequence;
        }

        _lastTransit = transit;
        _received++;
        LastPacketAt = receivedAt;
    }

    /// <summary>Unwraps the sequence number of a packet that is repeated.</summary>
    public long Unwrap(ushort sequence) => _sequences.Peek(sequence);

    /// <summary>Unwraps the RTP time of a sender report. False: no packet has come yet to unwrap it by.</summary>
    public bool TryUnwrapTimestamp(uint timestamp, out long unwrapped)
    {
        unwrapped = _timestamps.Peek(timestamp);
        return HasPackets;
    }

    /// <summary>Notes a sender report, for the next receiver report.</summary>
    public void Receive(in SenderReport report, TimeSpan receivedAt)
    {
        _lastSenderReport = unchecked((uint)(report.NtpTime >> 16));
        _senderReportAt = receivedAt;
    }

    /// <summary>Makes a report block and starts the next interval.</summary>
    public ReportBlock MakeReport(TimeSpan now)
    {
        long expected = HighestSequence - _firstSequence + 1;
        long expectedNow = expected - _expectedBefore;
        long lostNow = expectedNow - (_received - _receivedBefore);
        _expectedBefore = expected;
        ExpectedInReport = Math.Max(expectedNow, 0);
        _receivedBefore = _received;
        long fraction = expectedNow <= 0 || lostNow <= 0 ? 0 : Math.Min(255, lostNow * 256 / expectedNow);
        TimeSpan sinceSenderReport = _lastSenderReport == 0 ? TimeSpan.Zero : now - _senderReportAt;
        return new ReportBlock(
            Ssrc,
            (byte)fraction,
            (int)Math.Clamp(expected - _received, int.MinValue, int.MaxValue),
            unchecked((uint)HighestSequence),
            (uint)Math.Min(_jitter, uint.MaxValue),
            _lastSenderReport,
            (uint)Math.Min(sinceSenderReport.TotalSeconds * CompactTicksPerSecond, uint.MaxValue));
    }

    private long MediaTicks(TimeSpan time) => new MediaTime(time.Ticks, (int)TimeSpan.TicksPerSecond).Rescale(clockRate).Value;
}
