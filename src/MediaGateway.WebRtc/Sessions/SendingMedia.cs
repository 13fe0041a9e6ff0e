using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp.Sending;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>The media of a session in which the peer plays: frames become RTP, and the peer's RTCP is heeded.</summary>
internal sealed class SendingMedia : PeerMedia
{
    /// <summary>Bytes of a datagram of media: what gets through wherever Chromium's own 1200 do.</summary>
    public const int MaximumDatagramBytes = 1200;

    private readonly IReadOnlyList<SendTrack> _tracks;
    private readonly MediaSenderOptions _options;
    private MediaSender? _sender;
    private bool _isLimited;

    /// <summary>Prepares to send the tracks that offer and answer agreed on.</summary>
    public SendingMedia(IReadOnlyList<SendTrack> tracks, MediaSenderOptions options, PeerServices services)
        : base(services) => (_tracks, _options) = (tracks, options);

    /// <summary>The sender's counters; null until connected.</summary>
    public SenderStatistics? Statistics => _sender?.Statistics;

    /// <summary>What could be sent in place of the stream if the way carried it, in bit/s; 0: nothing. Without effect before the peer is connected.</summary>
    public long WantedBitsPerSecond
    {
        set
        {
            if (_sender is not null)
            {
                _sender.WantedBitsPerSecond = value;
            }
        }
    }

    /// <inheritdoc/>
    public override TimeSpan? RoundTripTime => _sender?.Statistics.RoundTripTime;

    /// <inheritdoc/>
    public override TimeSpan NextDeadline => _sender?.NextDeadline ?? TimeSpan.MaxValue;

    /// <inheritdoc/>
    public override void Advance(TimeSpan now) => _sender?.Advance(now);

    /// <summary>Takes a frame; without effect before the peer is connected. The caller keeps its reference.</summary>
    public void Send(MediaFrame frame, TimeSpan now) => _sender?.Send(frame, now);

    /// <summary>Takes what the owner has to know: the peer needs a keyframe, or the way no longer or again carries all pictures.</summary>
    public bool TryTakeEvent(TimeSpan now, out PeerEvent? peerEvent)
    {
        peerEvent = null;
        if (_sender?.Keyframes.TryTake(now) is true)
        {
            peerEvent = new PeerEvent.KeyframeWanted();
        }
        else if (_sender is not null && _sender.Statistics.IsKeyframesOnly != _isLimited)
        {
            _isLimited = !_isLimited;
            peerEvent = new PeerEvent.BandwidthChanged(_isLimited);
        }

        return peerEvent is not null;
    }

    /// <inheritdoc/>
    protected override void Begin(SrtpTransport srtp, TimeSpan? roundTripTime) => _sender = new MediaSender(
        _options with { MaximumPacketBytes = MaximumDatagramBytes - srtp.RtpOverhead, RoundTripTime = roundTripTime },
        _tracks);

    /// <summary>A player has nothing to send; what it sends all the same is authentic and thrown away.</summary>
    protected override void ReceiveRtp(PooledBuffer buffer, int length, TimeSpan receivedAt) => buffer.Dispose();

    /// <inheritdoc/>
    protected override void ReceiveRtcp(ReadOnlySpan<byte> compound, TimeSpan receivedAt)
    {
        _sender?.ReceiveRtcp(compound, receivedAt);
        if (SaysGoodbye(compound))
        {
            GoodbyeAt ??= receivedAt;
        }
        else
        {
            LastSignOfLifeAt = receivedAt;
        }
    }

    /// <inheritdoc/>
    protected override bool TryTakePacket(SrtpTransport srtp, Span<byte> destination, TimeSpan now, out int length)
    {
        length = 0;
        if (_sender is null || !_sender.TryTakePacket(destination[..^srtp.Overhead], now, out int plain, out bool isRtcp))
        {
            return false;
        }

        length = isRtcp ? srtp.ProtectRtcp(destination, plain) : srtp.ProtectRtp(destination, plain);
        return true;
    }

    /// <inheritdoc/>
    protected override bool TryWriteGoodbyePlain(Span<byte> destination, TimeSpan now, out int length)
    {
        length = 0;
        return _sender is not null && _sender.TryWriteGoodbye(destination, now, out length);
    }

    /// <inheritdoc/>
    protected override void End() => _sender?.Dispose();

    private static bool SaysGoodbye(ReadOnlySpan<byte> compound)
    {
        var reader = new RtcpReader(compound);
        bool found = false;
        while (reader.MoveNext())
        {
            found |= reader.Type == RtcpPacketType.Goodbye;
        }

        return found;
    }
}
