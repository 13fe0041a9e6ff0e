using MediaGateway.WebRtc.Rtcp;

namespace MediaGateway.WebRtc.Congestion;

/// <summary>Estimates what the path to one peer carries, from what the peer reports. One owner thread; nothing is allocated per packet.</summary>
internal sealed class SendSideEstimator(SendEstimateOptions options)
{
    private const double LossOfCongestion = 0.1;
    private const double LossOfNothing = 0.02;
    private double _limit = options.MaximumBitsPerSecond;
    private double _estimate = options.StartBitsPerSecond;
    private TimeSpan _now;

    /// <summary>What the stream needs, in bit/s; 0: not known.</summary>
    public long StreamBitsPerSecond { get; set; }

    /// <summary>What may be sent, in bit/s.</summary>
    public long EstimateBitsPerSecond => (long)Math.Max(Math.Min(Math.Max(_estimate, 1.5 * StreamBitsPerSecond), _limit), options.MinimumBitsPerSecond);

    /// <summary>The share of packets lost on the way, 0 to 1.</summary>
    public double LossRatio { get; private set; }

    /// <summary>The round-trip time; null while unknown.</summary>
    public TimeSpan? RoundTripTime { get; private set; }

    /// <summary>What the delay says.</summary>
    public BandwidthUsage Usage { get; private set; }

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public TimeSpan NextDeadline => _now == TimeSpan.MinValue ? _now : TimeSpan.MaxValue;

    /// <summary>Notes a packet that leaves with a transport-wide sequence number.</summary>
    public void OnPacketSent(ushort transportSequence, int bytes, TimeSpan now, int probe = 0) => _now = now;

    /// <summary>Takes transport-wide feedback.</summary>
    public void OnTransportFeedback(in TransportFeedback feedback, TimeSpan now) => _now = now;

    /// <summary>Takes what a receiver report says.</summary>
    public void OnReceiverReport(double lossRatio, TimeSpan? roundTrip, TimeSpan now)
    {
        LossRatio = lossRatio;
        RoundTripTime = roundTrip ?? RoundTripTime;
        _limit = lossRatio > LossOfCongestion ? EstimateBitsPerSecond * (1 - (lossRatio / 2)) : lossRatio < LossOfNothing ? _limit * 1.08 : _limit;
    }

    /// <summary>Takes a receiver's estimate (REMB).</summary>
    public void OnMaximumBitrate(double bitsPerSecond, TimeSpan now) => _limit = Math.Min(bitsPerSecond, options.MaximumBitsPerSecond);

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan now)
    {
        _now = now;
        _estimate = Math.Max(_estimate, options.StartBitsPerSecond);
    }

    /// <summary>Takes the next burst that would tell something.</summary>
    public bool TryTakeProbe(TimeSpan now, out SendProbe probe)
    {
        probe = default;
        _now = now;
        return false;
    }
}
