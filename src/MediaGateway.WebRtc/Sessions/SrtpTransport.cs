using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Srtp;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>Both directions of SRTP under the keys of one DTLS handshake in which we were the server.</summary>
internal sealed class SrtpTransport : IDisposable
{
    private readonly SrtpContext _incoming;
    private readonly SrtpContext _outgoing;

    /// <summary>Derives the keys: what the peer sends is under the client's (RFC 5764 4.2).</summary>
    public SrtpTransport(SrtpKeyingMaterial keys, ISrtpCipherFactory ciphers)
    {
        _incoming = new SrtpContext(keys.Profile, keys.ClientKey, keys.ClientSalt, ciphers);
        _outgoing = new SrtpContext(keys.Profile, keys.ServerKey, keys.ServerSalt, ciphers);
    }

    /// <summary>Packets whose tag was wrong or that were too short.</summary>
    public long NotAuthentic { get; private set; }

    /// <summary>Packets seen before or too old to tell.</summary>
    public long Replayed { get; private set; }

    /// <summary>Checks and decrypts an SRTP packet in place; false: discard it.</summary>
    public bool TryUnprotectRtp(Span<byte> packet, out int length) => Count(_incoming.UnprotectRtp(packet, out length));

    /// <summary>Checks and decrypts an SRTCP packet in place; false: discard it.</summary>
    public bool TryUnprotectRtcp(Span<byte> packet, out int length) => Count(_incoming.UnprotectRtcp(packet, out length));

    /// <summary>Bytes that <see cref="ProtectRtcp"/> adds.</summary>
    public int RtcpOverhead => _outgoing.RtcpOverhead;

    /// <summary>Bytes that <see cref="ProtectRtp"/> adds.</summary>
    public int RtpOverhead => _outgoing.RtpOverhead;

    /// <summary>Bytes that encryption adds at most.</summary>
    public int Overhead => Math.Max(RtpOverhead, RtcpOverhead);

    /// <summary>Encrypts an RTP packet in place; returns its new length.</summary>
    public int ProtectRtp(Span<byte> buffer, int length) => _outgoing.ProtectRtp(buffer, length);

    /// <summary>Encrypts a compound RTCP packet in place; returns its new length.</summary>
    public int ProtectRtcp(Span<byte> buffer, int length) => _outgoing.ProtectRtcp(buffer, length);

    /// <inheritdoc/>
    public void Dispose()
    {
        _incoming.Dispose();
        _outgoing.Dispose();
    }

    private bool Count(SrtpResult result)
    {
        switch (result)
        {
            case SrtpResult.Accepted:
                return true;
            case SrtpResult.Replayed:
                Replayed++;
                return false;
            default:
                NotAuthentic++;
                return false;
        }
    }
}
