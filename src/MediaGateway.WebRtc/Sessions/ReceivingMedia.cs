using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>The media of a session in which the peer publishes: RTP goes to the receiver, the receiver's RTCP to the peer.</summary>
internal sealed class ReceivingMedia : PeerMedia
{
    private readonly IReadOnlyList<ReceiveTrack> _tracks;
    private readonly MediaReceiverOptions _options;
    private MediaReceiver? _receiver;

    /// <summary>Prepares to receive the tracks that offer and answer agreed on.</summary>
    public ReceivingMedia(IReadOnlyList<ReceiveTrack> tracks, MediaReceiverOptions options, PeerServices services)
        : base(services) => (_tracks, _options) = (tracks, options);

    /// <summary>The receiver's counters; null until connected.</summary>
    public ReceiverStatistics? Statistics => _receiver?.Statistics;

    /// <inheritdoc/>
    public override TimeSpan? RoundTripTime
    {
        get
        {
            TimeSpan? roundTripTime = null;
            foreach (TrackStatistics track in _receiver?.Statistics.Tracks ?? [])
            {
                roundTripTime = track.RoundTripTime ?? roundTripTime;
            }

            return roundTripTime;
        }
    }

    /// <inheritdoc/>
    public override TimeSpan NextDeadline => _receiver?.NextDeadline ?? TimeSpan.MaxValue;

    /// <summary>Lets reports, requests and waiting frames fall due.</summary>
    public override void Advance(TimeSpan now) => _receiver?.Advance(now);

    /// <summary>Asks the peer for a keyframe; without effect before it is connected.</summary>
    public void RequestKeyframe(TimeSpan now) => _receiver?.RequestKeyframe(now);

    /// <summary>Takes the next finished frame; the caller owns the reference.</summary>
    public bool TryTakeFrame(out MediaFrame? frame)
    {
        frame = null;
        return _receiver is not null && _receiver.TryTakeFrame(out frame);
    }

    /// <inheritdoc/>
    protected override void Begin(SrtpTransport srtp, TimeSpan? roundTripTime) =>
        _receiver = new MediaReceiver(WithRoundTrip(_options, roundTripTime), Services.Pool, _tracks);

    /// <inheritdoc/>
    protected override void ReceiveRtp(PooledBuffer buffer, int length, TimeSpan receivedAt)
    {
        LastSignOfLifeAt = receivedAt;
        if (_receiver is null)
        {
            buffer.Dispose();
            return;
        }

        _receiver.ReceiveRtp(buffer, length, receivedAt);
    }

    /// <inheritdoc/>
    protected override void ReceiveRtcp(ReadOnlySpan<byte> compound, TimeSpan receivedAt)
    {
        _receiver?.ReceiveRtcp(compound, receivedAt);
        GoodbyeAt = _receiver?.HasEveryoneLeft is true ? GoodbyeAt ?? receivedAt : null;
    }

    /// <inheritdoc/>
    protected override bool TryTakePacket(SrtpTransport srtp, Span<byte> destination, TimeSpan now, out int length)
    {
        length = 0;
        if (_receiver is null || !_receiver.TryTakeRtcp(destination[..^srtp.RtcpOverhead], out int plain))
        {
            return false;
        }

        length = srtp.ProtectRtcp(destination, plain);
        return true;
    }

    /// <inheritdoc/>
    protected override bool TryWriteGoodbyePlain(Span<byte> destination, TimeSpan now, out int length)
    {
        // RFC 3550 6.1: a compound packet begins with a report, even an empty one.
        var writer = new RtcpWriter(destination);
        bool written = writer.TryWriteReceiverReport(_options.LocalSsrc, []) && writer.TryWriteGoodbye(_options.LocalSsrc);
        length = writer.Length;
        return written;
    }

    /// <inheritdoc/>
    protected override void End() => _receiver?.Dispose();

    /// <summary>The handshake's round trip has the peer's computing in it, so half of it is the least that a repair takes.</summary>
    private static MediaReceiverOptions WithRoundTrip(MediaReceiverOptions options, TimeSpan? roundTripTime) => roundTripTime is { } measured
        ? options with { InitialRoundTripTime = measured, MinimumRoundTripTime = measured / 2 }
        : options;
}
