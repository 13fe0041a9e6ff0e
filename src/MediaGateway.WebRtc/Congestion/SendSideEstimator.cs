using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Rtcp;

namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// Estimates what the path to one peer carries: from transport-wide feedback where the peer sends it, else from its REMB and the loss in
/// its receiver reports. Until something speaks against it the estimate is what the stream needs, so that a viewer has the stream at
/// once. One owner thread; nothing is allocated per packet.
/// </summary>
internal sealed class SendSideEstimator
{
    private const double RoomOverStream = 1.5;
    private const double LowestSilence = 0.1;
    private const int LossPackets = 20;

    private static readonly TimeSpan LossInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FeedbackLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SilenceStep = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaximumBitrateLife = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RateWindow = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan NegligibleQueue = TimeSpan.FromMilliseconds(50);

    private readonly SendEstimateOptions _options;
    private readonly DelayBasedEstimator _delay;
    private readonly LossBasedLimit _loss;
    private readonly SentPackets _packets = new();
    private readonly ProbePlan _probes = new();
    private readonly RateMeter _sent = new();
    private TimestampUnwrapper _references = new(TransportFeedback.ReferenceBits);
    private double _peerLimit = double.PositiveInfinity;
    private TimeSpan _peerLimitUntil = TimeSpan.MaxValue;
    private double _silence = 1;
    private TimeSpan? _feedbackAt;
    private TimeSpan _silentAt = TimeSpan.MaxValue;
    private TimeSpan _lossFrom;
    private long _arrived;
    private long _lost;
    private long _sentSinceReport;

    /// <summary>Makes an estimator.</summary>
    public SendSideEstimator(SendEstimateOptions options)
    {
        _options = options;
        _delay = new DelayBasedEstimator(options.StartBitsPerSecond, options.MinimumBitsPerSecond, options.MaximumBitsPerSecond);
        _loss = new LossBasedLimit(options.MinimumBitsPerSecond);
    }

    /// <summary>What the stream needs, in bit/s, sound included; 0: not known.</summary>
    public long StreamBitsPerSecond { get; set; }

    /// <summary>What could be sent in place of the stream if the path carried it, in bit/s: bursts find out whether it does; 0: nothing.</summary>
    public long WantedBitsPerSecond { get; set; }

    /// <summary>Whether the peer tells of each packet when it arrived: bursts can show more than what the stream uses.</summary>
    public bool HasTransportFeedback => _feedbackAt is not null;

    /// <summary>What may be sent, in bit/s.</summary>
    public long EstimateBitsPerSecond
    {
        get
        {
            double wanted = _delay.HasDecreased ? _delay.BitsPerSecond : Math.Max(_delay.BitsPerSecond, RoomOverStream * StreamBitsPerSecond);
            double limit = Math.Min(_loss.BitsPerSecond, _peerLimit);
            return (long)Math.Clamp(Math.Min(wanted, limit) * _silence, _options.MinimumBitsPerSecond, _options.MaximumBitsPerSecond);
        }
    }

    /// <summary>Whether something has spoken against sending as much as the stream needs.</summary>
    public bool IsLimitedByNetwork => EstimateBitsPerSecond < StreamBitsPerSecond;

    /// <summary>The share of packets lost on the way, 0 to 1.</summary>
    public double LossRatio { get; private set; }

    /// <summary>The round-trip time; null while unknown.</summary>
    public TimeSpan? RoundTripTime { get; private set; }

    /// <summary>What the delay says.</summary>
    public BandwidthUsage Usage => _delay.Usage;

    /// <summary>Delay in queues between us and the peer; zero while unknown.</summary>
    public TimeSpan QueueDelay => _delay.QueueDelay;

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public TimeSpan NextDeadline => _silentAt < _peerLimitUntil ? _silentAt : _peerLimitUntil;

    /// <summary>Notes a packet that leaves with a transport-wide sequence number.</summary>
    /// <param name="transportSequence">The number.</param>
    /// <param name="bytes">Bytes of the packet.</param>
    /// <param name="now">Gateway time.</param>
    /// <param name="probe">The burst that it belongs to; 0 for none.</param>
    public void OnPacketSent(ushort transportSequence, int bytes, TimeSpan now, int probe = 0)
    {
        OnPacketSent(bytes, now);
        _packets.Add(transportSequence, bytes, probe, now);
        if (_silentAt == TimeSpan.MaxValue && _feedbackAt is not null)
        {
            _silentAt = now + FeedbackLimit;
        }
    }

    /// <summary>Notes a packet that leaves without a transport-wide sequence number.</summary>
    public void OnPacketSent(int bytes, TimeSpan now)
    {
        _sent.Add(now, bytes);
        _sentSinceReport++;
    }

    /// <summary>Takes transport-wide feedback.</summary>
    public void OnTransportFeedback(in TransportFeedback feedback, TimeSpan now)
    {
        double before = _delay.BitsPerSecond;
        var reference = new TimeSpan(_references.Unwrap(unchecked((uint)feedback.ReferenceTime) & ReferenceMask) * TransportFeedback.ReferenceTicks);
        bool isNews = false;
        foreach (TransportFeedback.PacketStatus status in feedback)
        {
            if (!status.IsReceived)
            {
                _lost += _packets.TryLose(status.Sequence) ? 1 : 0;
            }
            else if (_packets.TryArrive(status.Sequence, out SentPackets.Entry packet, out bool wasLost))
            {
                isNews = true;
                _arrived++;
                _lost -= wasLost && _lost > 0 ? 1 : 0;
                OnArrived(packet, reference + new TimeSpan(status.TicksAfterReference), now);
            }
        }

        if (isNews)
        {
            (_feedbackAt, _silence, _silentAt) = (now, 1, TimeSpan.MaxValue);
        }

        if (_delay.BitsPerSecond < before)
        {
            _probes.PutOff(now);
        }

        JudgeLoss(now);
    }

    /// <summary>Takes what a receiver report says.</summary>
    /// <param name="lossRatio">The share of packets lost since the last report, 0 to 1.</param>
    /// <param name="roundTrip">The round-trip time; null when the report does not tell.</param>
    /// <param name="now">Gateway time.</param>
    public void OnReceiverReport(double lossRatio, TimeSpan? roundTrip, TimeSpan now)
    {
        if (roundTrip is { } measured)
        {
            RoundTripTime = measured;
            _delay.RoundTripTime = measured;
        }

        if (_feedbackAt is null)
        {
            LossRatio = lossRatio;
            _loss.Observe(lossRatio, _sentSinceReport, (_sent.BitsPerSecond(RateWindow) ?? 0) * (1 - lossRatio), now);
            _loss.ForgetAbove(Wanted);
        }

        _sentSinceReport = 0;
    }

    /// <summary>Takes a receiver's estimate (REMB).</summary>
    public void OnMaximumBitrate(double bitsPerSecond, TimeSpan now) => (_peerLimit, _peerLimitUntil) = (bitsPerSecond, now + MaximumBitrateLife);

    /// <summary>Lets time pass: what the peer no longer says is forgotten, and a peer that says nothing gets less.</summary>
    public void Advance(TimeSpan now)
    {
        if (now >= _peerLimitUntil)
        {
            (_peerLimit, _peerLimitUntil) = (double.PositiveInfinity, TimeSpan.MaxValue);
        }

        if (now >= _silentAt)
        {
            _silence = Math.Max(_silence / 2, LowestSilence);
            _silentAt = now + SilenceStep;
        }
    }

    /// <summary>Takes the next burst that would tell something. Send it at once, or not at all.</summary>
    public bool TryTakeProbe(TimeSpan now, out SendProbe probe)
    {
        probe = default;
        return _feedbackAt is not null
            && _silentAt > now
            && Usage != BandwidthUsage.Overusing
            && QueueDelay < NegligibleQueue
            && StreamBitsPerSecond > 0
            && _probes.TryBegin(EstimateBitsPerSecond, Demand, now, out probe);
    }

    private const uint ReferenceMask = (1u << TransportFeedback.ReferenceBits) - 1;

    private double Demand => Math.Max(StreamBitsPerSecond, WantedBitsPerSecond);

    private double Wanted => Math.Max(_delay.BitsPerSecond, RoomOverStream * StreamBitsPerSecond);

    private void OnArrived(in SentPackets.Entry packet, TimeSpan arrivedAt, TimeSpan now)
    {
        _delay.OnPacket(packet.SentAt, arrivedAt, packet.Bytes);
        if (packet.Probe != 0 && _probes.OnArrived(packet, arrivedAt, now) is { } shown && shown > _delay.BitsPerSecond
            && Usage != BandwidthUsage.Overusing)
        {
            _delay.RaiseTo(Math.Min(shown, RoomOverStream * Demand));
            _probes.OnRaised(now);
        }
    }

    private void JudgeLoss(TimeSpan now)
    {
        long packets = _arrived + _lost;
        if (packets < LossPackets || now - _lossFrom < LossInterval)
        {
            return;
        }

        LossRatio = (double)_lost / packets;
        _loss.Observe(LossRatio, packets, _delay.ReceivedBitsPerSecond ?? 0, now);
        _loss.ForgetAbove(Wanted);
        (_arrived, _lost, _lossFrom) = (0, 0, now);
    }
}
