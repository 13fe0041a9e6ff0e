using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Srtp;

namespace MediaGateway.Testing;

/// <summary>
/// The server end of a handshake of four flights in clear text: as many round trips, losses and retransmissions as DTLS 1.2, and
/// nothing of its cryptography. Like OpenSSL it answers a repeated ClientHello with nothing; only its timer resends.
/// </summary>
public sealed class FakeDtlsEndpoint : IDtlsEndpoint
{
    /// <summary>Content type of an alert (RFC 6347 4.1); the next byte 0 is close_notify, else the alert is fatal.</summary>
    public const byte AlertRecord = 21;

    /// <summary>Content type of the handshake; the next byte is the message.</summary>
    public const byte HandshakeRecord = 22;

    /// <summary>Content type of application data.</summary>
    public const byte ApplicationDataRecord = 23;

    /// <summary>Timer calls between two transmissions of a flight: 50 ms each.</summary>
    private const int CallsPerRetransmission = 4;

    private readonly Queue<byte[]> _outgoing = new();
    private byte[] _certificate = [];
    private byte[]? _flight;
    private int _timerCalls;
    private bool _isDisposed;

    /// <inheritdoc/>
    public DtlsState State { get; private set; } = DtlsState.Handshaking;

    /// <inheritdoc/>
    public string? FailureReason { get; private set; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> PeerCertificate => _certificate;

    /// <summary>Datagrams fed.</summary>
    public int Received { get; private set; }

    /// <summary>Whether the owner let go of it.</summary>
    public bool IsDisposed => _isDisposed;

    /// <summary>The keys of every fake handshake: both sides know them.</summary>
    public static SrtpKeyingMaterial Keys { get; } = new(
        SrtpProfile.AeadAes128Gcm,
        [.. Enumerable.Repeat((byte)1, 16)],
        [.. Enumerable.Repeat((byte)2, 12)],
        [.. Enumerable.Repeat((byte)3, 16)],
        [.. Enumerable.Repeat((byte)4, 12)]);

    /// <inheritdoc/>
    public void Receive(ReadOnlySpan<byte> datagram)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Received++;
        if (datagram.Length >= 2 && datagram[0] == AlertRecord)
        {
            State = datagram[1] == 0 ? DtlsState.Closed : DtlsState.Failed;
            FailureReason = State == DtlsState.Failed ? "The peer sent a fatal alert." : null;
            return;
        }

        if (datagram.Length < 2 || datagram[0] != HandshakeRecord)
        {
            return;
        }

        switch ((FakeDtlsMessage)datagram[1])
        {
            case FakeDtlsMessage.ClientHello when _flight is null:
                SendFlight(FakeDtlsMessage.ServerFlight);
                break;
            case FakeDtlsMessage.ClientFlight when _flight is not null && State == DtlsState.Handshaking:
                _certificate = datagram[2..].ToArray();
                State = DtlsState.Connected;
                SendFlight(FakeDtlsMessage.ServerFinished);
                break;
            case FakeDtlsMessage.ClientFlight when State == DtlsState.Connected:
                // RFC 6347 4.2.4: the last flight is repeated when the other side repeats its own.
                SendFlight(FakeDtlsMessage.ServerFinished);
                break;
        }
    }

    /// <inheritdoc/>
    public void HandleTimeout()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_flight is not null && State == DtlsState.Handshaking && ++_timerCalls % CallsPerRetransmission == 0)
        {
            _outgoing.Enqueue(_flight);
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        if (State is DtlsState.Connected)
        {
            _outgoing.Enqueue([AlertRecord, 0]);
        }

        State = DtlsState.Closed;
    }

    /// <inheritdoc/>
    public bool TryTakeDatagram(Span<byte> destination, out int length)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        length = 0;
        if (!_outgoing.TryDequeue(out byte[]? datagram))
        {
            return false;
        }

        datagram.CopyTo(destination);
        length = datagram.Length;
        return true;
    }

    /// <inheritdoc/>
    public bool TryExportKeyingMaterial(out SrtpKeyingMaterial? keys)
    {
        keys = State == DtlsState.Connected ? Keys : null;
        return keys is not null;
    }

    /// <inheritdoc/>
    public void Dispose() => _isDisposed = true;

    private void SendFlight(FakeDtlsMessage message)
    {
        _flight = [HandshakeRecord, (byte)message];
        _outgoing.Enqueue(_flight);
    }
}
