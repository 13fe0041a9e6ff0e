using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>
/// The media half of a session: packets that came before the keys wait here, later ones go through SRTP to the receiver; the
/// receiver's RTCP comes out encrypted.
/// </summary>
internal sealed class PeerMedia : IDisposable
{
    /// <summary>Packets that wait for the keys; when full the newest is dropped.</summary>
    public const int MaximumEarlyPackets = 64;

    private readonly IReadOnlyList<ReceiveTrack> _tracks;
    private readonly MediaReceiverOptions _options;
    private readonly PeerServices _services;
    private readonly Queue<EarlyPacket> _early = new();
    private SrtpTransport? _srtp;
    private MediaReceiver? _receiver;

    /// <summary>Prepares to receive the tracks that offer and answer agreed on.</summary>
    public PeerMedia(IReadOnlyList<ReceiveTrack> tracks, MediaReceiverOptions options, PeerServices services)
    {
        _tracks = tracks;
        _options = options;
        _services = services;
    }

    /// <summary>The receiver's counters; null until connected.</summary>
    public ReceiverStatistics? Statistics => _receiver?.Statistics;

    /// <summary>When the latest authentic packet came; null for none.</summary>
    public TimeSpan? LastPacketAt { get; private set; }

    /// <summary>When the latest authentic RTP packet came; null for none.</summary>
    public TimeSpan? LastRtpAt { get; private set; }

    /// <summary>When the peer had said goodbye for all that it sent; null while it has not.</summary>
    public TimeSpan? GoodbyeAt { get; private set; }

    /// <summary>Packets dropped because too many came before the keys.</summary>
    public long EarlyDropped { get; private set; }

    /// <summary>Packets whose tag was wrong.</summary>
    public long NotAuthentic => _srtp?.NotAuthentic ?? 0;

    /// <summary>Packets that came twice.</summary>
    public long Replayed => _srtp?.Replayed ?? 0;

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public TimeSpan NextDeadline => _receiver?.NextDeadline ?? TimeSpan.MaxValue;

    /// <summary>Takes one SRTP or SRTCP packet, and the ownership of its buffer. True: it is authentic.</summary>
    public bool Receive(PooledBuffer buffer, int length, bool isRtcp, TimeSpan receivedAt)
    {
        if (_srtp is not null && _receiver is not null)
        {
            return Unprotect(_srtp, _receiver, buffer, length, isRtcp, receivedAt);
        }

        if (_early.Count < MaximumEarlyPackets)
        {
            _early.Enqueue(new EarlyPacket(buffer, length, isRtcp, receivedAt));
        }
        else
        {
            EarlyDropped++;
            buffer.Dispose();
        }

        return false;
    }

    /// <summary>Begins with the keys of the handshake; what waited for them is processed now.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="roundTripTime">As measured in the handshake; null when it is not known.</param>
    public void Connect(SrtpKeyingMaterial keys, TimeSpan? roundTripTime)
    {
        _srtp = new SrtpTransport(keys, _services.Ciphers);
        _receiver = new MediaReceiver(WithRoundTrip(_options, roundTripTime), _services.Pool, _tracks);
        while (_early.TryDequeue(out EarlyPacket packet))
        {
            Unprotect(_srtp, _receiver, packet.Buffer, packet.Length, packet.IsRtcp, packet.ReceivedAt);
        }
    }

    /// <summary>Lets reports, requests and waiting frames fall due.</summary>
    public void Advance(TimeSpan now) => _receiver?.Advance(now);

    /// <summary>Forgets a goodbye after which the peer went on sending.</summary>
    public void ForgetGoodbye() => GoodbyeAt = null;

    /// <summary>Asks the peer for a keyframe; without effect before it is connected.</summary>
    public void RequestKeyframe(TimeSpan now) => _receiver?.RequestKeyframe(now);

    /// <summary>Takes the next finished frame; the caller owns the reference.</summary>
    public bool TryTakeFrame(out MediaFrame? frame)
    {
        frame = null;
        return _receiver is not null && _receiver.TryTakeFrame(out frame);
    }

    /// <summary>Takes the next RTCP packet for the peer, encrypted.</summary>
    public bool TryTakeRtcp(Span<byte> destination, out int length)
    {
        length = 0;
        if (_srtp is null || _receiver is null || !_receiver.TryTakeRtcp(destination[..^_srtp.RtcpOverhead], out int plain))
        {
            return false;
        }

        length = _srtp.ProtectRtcp(destination, plain);
        return true;
    }

    /// <summary>Writes our goodbye, encrypted (RFC 3550 6.6); false before there are keys.</summary>
    public bool TryWriteGoodbye(Span<byte> destination, out int length)
    {
        length = 0;
        if (_srtp is null)
        {
            return false;
        }

        // RFC 3550 6.1: a compound packet begins with a report, even an empty one.
        var writer = new RtcpWriter(destination[..^_srtp.RtcpOverhead]);
        if (!writer.TryWriteReceiverReport(_options.LocalSsrc, []) || !writer.TryWriteGoodbye(_options.LocalSsrc))
        {
            return false;
        }

        length = _srtp.ProtectRtcp(destination, writer.Length);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_early.TryDequeue(out EarlyPacket packet))
        {
            packet.Buffer.Dispose();
        }

        _receiver?.Dispose();
        _srtp?.Dispose();
    }

    /// <summary>The handshake's round trip has the peer's computing in it, so half of it is the least that a repair takes.</summary>
    private static MediaReceiverOptions WithRoundTrip(MediaReceiverOptions options, TimeSpan? roundTripTime) => roundTripTime is { } measured
        ? options with { InitialRoundTripTime = measured, MinimumRoundTripTime = measured / 2 }
        : options;

    private bool Unprotect(
        SrtpTransport srtp,
        MediaReceiver receiver,
        PooledBuffer buffer,
        int length,
        bool isRtcp,
        TimeSpan receivedAt)
    {
        Span<byte> packet = buffer.Span[..length];
        bool isAuthentic = isRtcp ? srtp.TryUnprotectRtcp(packet, out int plain) : srtp.TryUnprotectRtp(packet, out plain);
        if (isAuthentic)
        {
            LastPacketAt = receivedAt;
        }

        if (isAuthentic && !isRtcp)
        {
            LastRtpAt = receivedAt;
            receiver.ReceiveRtp(buffer, plain, receivedAt);
            return true;
        }

        if (isAuthentic)
        {
            receiver.ReceiveRtcp(packet[..plain], receivedAt);
            GoodbyeAt = receiver.HasEveryoneLeft ? GoodbyeAt ?? receivedAt : null;
        }

        buffer.Dispose();
        return isAuthentic;
    }

    private readonly record struct EarlyPacket(PooledBuffer Buffer, int Length, bool IsRtcp, TimeSpan ReceivedAt);
}
