namespace MediaGateway.WebRtc.Dtls;

/// <summary>
/// One DTLS 1.2 association over datagrams that somebody else carries (RFC 6347, RFC 5764). No sockets; one thread at a time.
/// After each input the owner drains <see cref="TryTakeDatagram"/> and looks at <see cref="State"/>.
/// </summary>
public interface IDtlsEndpoint : IDisposable
{
    /// <summary>Where the association stands.</summary>
    DtlsState State { get; }

    /// <summary>Why the association failed, in words; null unless <see cref="State"/> is <see cref="DtlsState.Failed"/>.</summary>
    string? FailureReason { get; }

    /// <summary>The peer's certificate in DER; empty until the handshake is done.</summary>
    ReadOnlySpan<byte> PeerCertificate { get; }

    /// <summary>Feeds one datagram from the peer. Garbage is ignored.</summary>
    void Receive(ReadOnlySpan<byte> datagram);

    /// <summary>Lets the retransmission timer run; call about every 50 ms while the handshake is under way.</summary>
    void HandleTimeout();

    /// <summary>Says goodbye (close_notify). Harmless in any state.</summary>
    void Close();

    /// <summary>Takes the next datagram for the peer, at most 1200 bytes.</summary>
    /// <param name="destination">At least 1500 bytes.</param>
    /// <param name="length">Bytes written.</param>
    bool TryTakeDatagram(Span<byte> destination, out int length);

    /// <summary>Exports the SRTP keys (RFC 5764 4.2); false until <see cref="State"/> is <see cref="DtlsState.Connected"/>.</summary>
    bool TryExportKeyingMaterial(out SrtpKeyingMaterial? keys);
}
