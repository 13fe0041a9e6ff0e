namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// What a peer that sends to us may send: from the delay of its packets, by their abs-send-time, and from their loss. It starts at the
/// ceiling, because a sender takes the first bound as its own estimate and is then quick; it falls when a queue fills.
/// </summary>
internal sealed class ReceiveSideEstimator
{
    private const double LowestBitrate = 50_000;

    private readonly DelayBasedEstimator _delay;
    private readonly LossBasedLimit _loss = new(LowestBitrate);
    private TimeSpan _sentAt;
    private int _sendTime = -1;

    /// <summary>Makes an estimator with a ceiling in bit/s.</summary>
    public ReceiveSideEstimator(double maximum)
    {
        _delay = new DelayBasedEstimator(maximum, Math.Min(LowestBitrate, maximum), maximum);
    }

    /// <summary>What the peer may send, in bit/s.</summary>
    public long BitsPerSecond => (long)Math.Min(_delay.BitsPerSecond, _loss.BitsPerSecond);

    /// <summary>What the delay says.</summary>
    public BandwidthUsage Usage => _delay.Usage;

    /// <summary>Delay in queues between the peer and us.</summary>
    public TimeSpan QueueDelay => _delay.QueueDelay;

    /// <summary>Takes a packet with its abs-send-time.</summary>
    /// <param name="sendTime">The 24 bits of the extension.</param>
    /// <param name="receivedAt">Gateway time at which the kernel received it.</param>
    /// <param name="bytes">Its size.</param>
    public void OnPacket(int sendTime, TimeSpan receivedAt, int bytes)
    {
        _sentAt = _sendTime < 0 ? receivedAt : _sentAt + AbsoluteSendTime.Difference(sendTime, _sendTime);
        _sendTime = sendTime;
        _delay.OnPacket(_sentAt, receivedAt, bytes);
    }

    /// <summary>Takes the loss of an interval.</summary>
    /// <param name="ratio">Share of packets lost.</param>
    /// <param name="packets">Packets that should have come.</param>
    /// <param name="received">Received bit/s.</param>
    /// <param name="now">Gateway time.</param>
    public void OnLoss(double ratio, long packets, double received, TimeSpan now)
    {
        _loss.Observe(ratio, packets, received, now);
        _loss.ForgetAbove(_delay.BitsPerSecond);
    }

    /// <summary>Takes the round-trip time.</summary>
    public void OnRoundTrip(TimeSpan roundTrip) => _delay.RoundTripTime = roundTrip;

    /// <summary>Forgets the path's delay: media takes another one.</summary>
    public void ForgetPath() => _delay.ForgetPath();
}
