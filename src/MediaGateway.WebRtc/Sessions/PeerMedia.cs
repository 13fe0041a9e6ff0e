using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Dtls;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>
/// The media half of a session, whichever way the media goes: packets that came before the keys wait here, later ones go through SRTP;
/// what is sent comes out encrypted.
/// </summary>
internal abstract class PeerMedia : IDisposable
{
    /// <summary>Packets that wait for the keys; when full the newest is dropped.</summary>
    public const int MaximumEarlyPackets = 64;

    private readonly Queue<EarlyPacket> _early = new();
    private SrtpTransport? _srtp;

    /// <summary>Begins to keep early packets.</summary>
    protected PeerMedia(PeerServices services) => Services = services;

    /// <summary>When the latest authentic packet came; null for none.</summary>
    public TimeSpan? LastPacketAt { get; private set; }

    /// <summary>When the latest authentic packet came that shows that the peer has not left; null for none.</summary>
    public TimeSpan? LastSignOfLifeAt { get; protected set; }

    /// <summary>When the peer had said goodbye for all that it sent; null while it has not.</summary>
    public TimeSpan? GoodbyeAt { get; protected set; }

    /// <summary>Packets dropped because too many came before the keys.</summary>
    public long EarlyDropped { get; private set; }

    /// <summary>Packets whose tag was wrong.</summary>
    public long NotAuthentic => _srtp?.NotAuthentic ?? 0;

    /// <summary>Packets that came twice.</summary>
    public long Replayed => _srtp?.Replayed ?? 0;

    /// <summary>The round-trip time as the media shows it; null while unknown.</summary>
    public abstract TimeSpan? RoundTripTime { get; }

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public abstract TimeSpan NextDeadline { get; }

    /// <summary>What the session shares with others.</summary>
    protected PeerServices Services { get; }

    /// <summary>Takes one SRTP or SRTCP packet, and the ownership of its buffer. True: it is authentic.</summary>
    public bool Receive(PooledBuffer buffer, int length, bool isRtcp, TimeSpan receivedAt)
    {
        if (_srtp is not null)
        {
            return Unprotect(_srtp, buffer, length, isRtcp, receivedAt);
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
        _srtp = new SrtpTransport(keys, Services.Ciphers);
        Begin(_srtp, roundTripTime);
        while (_early.TryDequeue(out EarlyPacket packet))
        {
            Unprotect(_srtp, packet.Buffer, packet.Length, packet.IsRtcp, packet.ReceivedAt);
        }
    }

    /// <summary>Lets what is due happen.</summary>
    public abstract void Advance(TimeSpan now);

    /// <summary>Forgets a goodbye after which the peer went on.</summary>
    public void ForgetGoodbye() => GoodbyeAt = null;

    /// <summary>Writes the next packet for the peer, encrypted. False: nothing is due.</summary>
    public bool TryTakePacket(Span<byte> destination, TimeSpan now, out int length)
    {
        length = 0;
        return _srtp is not null && TryTakePacket(_srtp, destination, now, out length);
    }

    /// <summary>Writes our goodbye, encrypted (RFC 3550 6.6); false before there are keys.</summary>
    public bool TryWriteGoodbye(Span<byte> destination, TimeSpan now, out int length)
    {
        length = 0;
        if (_srtp is null || !TryWriteGoodbyePlain(destination[..^_srtp.RtcpOverhead], now, out int plain))
        {
            return false;
        }

        length = _srtp.ProtectRtcp(destination, plain);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_early.TryDequeue(out EarlyPacket packet))
        {
            packet.Buffer.Dispose();
        }

        End();
        _srtp?.Dispose();
    }

    /// <summary>The keys are there.</summary>
    protected abstract void Begin(SrtpTransport srtp, TimeSpan? roundTripTime);

    /// <summary>Takes a decrypted RTP packet, and the ownership of its buffer.</summary>
    protected abstract void ReceiveRtp(PooledBuffer buffer, int length, TimeSpan receivedAt);

    /// <summary>Takes a decrypted compound RTCP packet.</summary>
    protected abstract void ReceiveRtcp(ReadOnlySpan<byte> compound, TimeSpan receivedAt);

    /// <summary>Writes the next packet for the peer and encrypts it.</summary>
    protected abstract bool TryTakePacket(SrtpTransport srtp, Span<byte> destination, TimeSpan now, out int length);

    /// <summary>Writes our goodbye.</summary>
    protected abstract bool TryWriteGoodbyePlain(Span<byte> destination, TimeSpan now, out int length);

    /// <summary>Returns all memory.</summary>
    protected abstract void End();

    private bool Unprotect(SrtpTransport srtp, PooledBuffer buffer, int length, bool isRtcp, TimeSpan receivedAt)
    {
        Span<byte> packet = buffer.Span[..length];
        bool isAuthentic = isRtcp ? srtp.TryUnprotectRtcp(packet, out int plain) : srtp.TryUnprotectRtp(packet, out plain);
        if (isAuthentic)
        {
            LastPacketAt = receivedAt;
        }

        if (isAuthentic && !isRtcp)
        {
            ReceiveRtp(buffer, plain, receivedAt);
            return true;
        }

        if (isAuthentic)
        {
            ReceiveRtcp(packet[..plain], receivedAt);
        }

        buffer.Dispose();
        return isAuthentic;
    }

    private readonly record struct EarlyPacket(PooledBuffer Buffer, int Length, bool IsRtcp, TimeSpan ReceivedAt);
}
