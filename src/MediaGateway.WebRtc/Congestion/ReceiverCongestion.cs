using System.Buffers.Binary;
using MediaGateway.WebRtc.Rtp;

namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// What a receiver learns of the path from the header extensions of the packets, of whatever stream of the peer: the rate to allow, from
/// abs-send-time, and the arrivals to report, from the transport-wide sequence number.
/// </summary>
internal sealed class ReceiverCongestion
{
    /// <summary>A bound lower by so much is told at once.</summary>
    private const double LowerIsNews = 0.97;

    private const double HigherIsNews = 1.05;
    private static readonly TimeSpan RaiseInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LowerInterval = TimeSpan.FromMilliseconds(50);

    private readonly MediaReceiverOptions _options;
    private readonly ReceiveSideEstimator? _estimator;
    private readonly RateMeter _received = new();
    private long _told;
    private TimeSpan _toldAt;
    private double _lossExpected;
    private double _lossLost;

    /// <summary>Makes it for what was agreed on.</summary>
    public ReceiverCongestion(MediaReceiverOptions options)
    {
        _options = options;
        _estimator = options.AbsoluteSendTimeId > 0 ? new ReceiveSideEstimator(options.MaximumBitrate) : null;
        Arrivals = options.TransportSequenceId > 0 ? new ArrivalRecorder() : null;
    }

    /// <summary>The arrivals to report; null when no transport-wide feedback was agreed on.</summary>
    public ArrivalRecorder? Arrivals { get; }

    /// <summary>What the peer may send, in bit/s.</summary>
    public long AllowedBitsPerSecond => _estimator?.BitsPerSecond ?? _options.MaximumBitrate;

    /// <summary>What the peer has sent in the last half second, in bit/s, RTP headers included.</summary>
    public long ReceivedBitsPerSecond => (long)(_received.BitsPerSecond(TimeSpan.FromMilliseconds(500)) ?? 0);

    /// <summary>What the delay says.</summary>
    public BandwidthUsage Usage => _estimator?.Usage ?? BandwidthUsage.Normal;

    /// <summary>Delay in queues between the peer and us.</summary>
    public TimeSpan QueueDelay => _estimator?.QueueDelay ?? TimeSpan.Zero;

    /// <summary>Takes a packet, whether or not it belongs to a track: padding and retransmissions fill the path as well.</summary>
    public void Observe(in RtpPacket packet, int bytes, TimeSpan receivedAt)
    {
        _received.Add(receivedAt, bytes);
        RtpHeaderExtensions extensions = packet.Extensions;
        while ((_estimator is not null || Arrivals is not null) && extensions.MoveNext())
        {
            if (extensions.Identifier == _options.AbsoluteSendTimeId && AbsoluteSendTime.TryRead(extensions.Value, out int sendTime))
            {
                _estimator?.OnPacket(sendTime, receivedAt, bytes);
            }
            else if (extensions.Identifier == _options.TransportSequenceId && extensions.Value.Length >= sizeof(ushort))
            {
                Arrivals?.Add(BinaryPrimitives.ReadUInt16BigEndian(extensions.Value), receivedAt);
            }
        }
    }

    /// <summary>Takes the loss of one stream in a report interval.</summary>
    public void ObserveLoss(double ratio, long packets)
    {
        _lossExpected += packets;
        _lossLost += ratio * packets;
    }

    /// <summary>Ends a report interval.</summary>
    public void EndInterval(TimeSpan? roundTrip, TimeSpan now)
    {
        if (_lossExpected > 0)
        {
            _estimator?.OnLoss(_lossLost / _lossExpected, (long)_lossExpected, ReceivedBitsPerSecond, now);
        }

        (_lossExpected, _lossLost) = (0, 0);
        if (roundTrip is { } measured)
        {
            _estimator?.OnRoundTrip(measured);
        }
    }

    /// <summary>Whether the peer should be told of another rate before its turn.</summary>
    public bool HasNews(TimeSpan now)
    {
        long allowed = AllowedBitsPerSecond;
        return (allowed < LowerIsNews * _told && now - _toldAt >= LowerInterval) || (allowed > HigherIsNews * _told && now - _toldAt >= RaiseInterval);
    }

    /// <summary>Notes what the peer has been told.</summary>
    public void OnTold(long bitsPerSecond, TimeSpan now) => (_told, _toldAt) = (bitsPerSecond, now);
}
