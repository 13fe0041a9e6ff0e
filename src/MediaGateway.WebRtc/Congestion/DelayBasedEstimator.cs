namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// Estimates what a path carries from when packets left and when they arrived: the same for what we send and for what we receive. The
/// estimate stays where it starts until a queue fills. One owner thread; nothing is allocated per packet.
/// </summary>
internal sealed class DelayBasedEstimator
{
    private static readonly TimeSpan UpdateInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongWindow = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ShortWindow = TimeSpan.FromMilliseconds(250);

    /// <summary>From a changed estimate until the changed rate can be seen, beside the round trip: encoder and detector.</summary>
    private static readonly TimeSpan ReactionTime = TimeSpan.FromMilliseconds(100);

    /// <summary>What is longer has our own queue in it.</summary>
    private static readonly TimeSpan LongestRoundTrip = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly PacketGroups _groups = new();
    private readonly OveruseDetector _detector = new();
    private readonly QueueDelay _queue = new();
    private readonly RateMeter _received = new();
    private readonly RateController _controller;
    private TimeSpan _updatedAt = TimeSpan.MinValue;
    private TimeSpan _arrivedAt = TimeSpan.MinValue;

    /// <summary>Makes an estimator that starts at a rate; all in bit/s.</summary>
    public DelayBasedEstimator(double start, double minimum, double maximum)
    {
        _controller = new RateController(start, minimum, maximum);
    }

    /// <summary>The estimate.</summary>
    public double BitsPerSecond => _controller.BitsPerSecond;

    /// <summary>Whether the estimate was ever lowered.</summary>
    public bool HasDecreased => _controller.HasDecreased;

    /// <summary>What the delay says.</summary>
    public BandwidthUsage Usage => _detector.Usage;

    /// <summary>Delay in queues.</summary>
    public TimeSpan QueueDelay => _queue.Value;

    /// <summary>What has arrived in the last half second, in bit/s; null while unknown.</summary>
    public double? ReceivedBitsPerSecond => _received.BitsPerSecond(LongWindow);

    /// <summary>The round-trip time of the path.</summary>
    public TimeSpan RoundTripTime { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Sets the estimate to a higher one that was measured.</summary>
    public void RaiseTo(double bitsPerSecond) => _controller.RaiseTo(bitsPerSecond);

    /// <summary>Forgets the path's delay, not its rate: the path is another one.</summary>
    public void ForgetPath()
    {
        _groups.Reset();
        _detector.Reset();
        _queue.Reset();
        _controller.ForgetQueue();
    }

    /// <summary>Takes a packet that has arrived. In the order of arrival, as far as it is known.</summary>
    /// <param name="sentAt">When it left, by the sender's clock.</param>
    /// <param name="arrivedAt">When it arrived, by the receiver's.</param>
    /// <param name="bytes">Its size.</param>
    public void OnPacket(TimeSpan sentAt, TimeSpan arrivedAt, int bytes)
    {
        if (_arrivedAt != TimeSpan.MinValue && arrivedAt - _arrivedAt > Silence)
        {
            ForgetPath();
        }

        _arrivedAt = arrivedAt > _arrivedAt ? arrivedAt : _arrivedAt;
        _received.Add(_arrivedAt, bytes);
        _queue.Observe(sentAt, arrivedAt);
        BandwidthUsage before = _detector.Usage;
        if (_groups.TryAdd(sentAt, arrivedAt, out TimeSpan sendDelta, out TimeSpan arrivalDelta))
        {
            _detector.Observe(sendDelta, arrivalDelta, _arrivedAt);
        }

        bool isNews = _detector.Usage == BandwidthUsage.Overusing && before != BandwidthUsage.Overusing;
        if (isNews || _updatedAt == TimeSpan.MinValue || _arrivedAt - _updatedAt >= UpdateInterval)
        {
            _updatedAt = _arrivedAt;
            Update();
        }
    }

    private void Update()
    {
        _controller.Update(
            _detector.Usage,
            ReceivedBitsPerSecond,
            _received.BitsPerSecond(ShortWindow),
            _queue.Value,
            (RoundTripTime < LongestRoundTrip ? RoundTripTime : LongestRoundTrip) + ReactionTime,
            _arrivedAt);
        if (_controller.QueueIsForeign)
        {
            _queue.Reset();
            _controller.ForgetQueue();
        }
    }
}
