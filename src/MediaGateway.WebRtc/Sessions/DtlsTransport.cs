using MediaGateway.WebRtc.Dtls;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>
/// The DTLS half of a session: one handshake with limits, and the check of the peer's certificate before any key is handed out.
/// Made only after an authenticated check, so that nobody else can make the gateway hold handshake state.
/// </summary>
internal sealed class DtlsTransport : IDisposable
{
    /// <summary>Datagrams that one handshake may feed; real ones need about ten, with heavy loss some dozens.</summary>
    public const int MaximumHandshakeDatagrams = 200;

    /// <summary>How often the retransmission timer is looked at during the handshake.</summary>
    public static readonly TimeSpan TimerInterval = TimeSpan.FromMilliseconds(50);

    private const byte HandshakeRecord = 22; // RFC 6347 4.1, ContentType

    private readonly IDtlsEndpoint _endpoint;
    private readonly IReadOnlyList<CertificateFingerprint> _fingerprints;
    private readonly TimeSpan _handshakeDeadline;
    private TimeSpan _nextTimer;
    private TimeSpan? _flightSentAt;
    private int _handshakeDatagrams;

    /// <summary>Begins to wait for the peer's ClientHello. Takes ownership of <paramref name="endpoint"/>.</summary>
    public DtlsTransport(
        IDtlsEndpoint endpoint,
        IReadOnlyList<CertificateFingerprint> fingerprints,
        TimeSpan now,
        TimeSpan handshakeTimeout)
    {
        _endpoint = endpoint;
        _fingerprints = fingerprints;
        _handshakeDeadline = now + handshakeTimeout;
        _nextTimer = now + TimerInterval;
    }

    /// <summary>Where the association stands; Connected only with the right certificate.</summary>
    public DtlsState State { get; private set; } = DtlsState.Handshaking;

    /// <summary>Why the association ended, in words.</summary>
    public string Detail { get; private set; } = "";

    /// <summary>The peer's keys; null until connected.</summary>
    public SrtpKeyingMaterial? Keys { get; private set; }

    /// <summary>From our first flight to the peer's answer: an upper bound of the round-trip time; null when a flight was repeated.</summary>
    public TimeSpan? RoundTripTime { get; private set; }

    /// <summary>DTLS datagrams that were not fed.</summary>
    public long Dropped { get; private set; }

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public TimeSpan NextDeadline => State != DtlsState.Handshaking ? TimeSpan.MaxValue
        : _nextTimer < _handshakeDeadline ? _nextTimer : _handshakeDeadline;

    /// <summary>Feeds a datagram that came on a valid path.</summary>
    public void Receive(ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        if (State is DtlsState.Closed or DtlsState.Failed || !MayFeed(datagram[0]))
        {
            Dropped++;
            return;
        }

        if (_flightSentAt is { } sentAt)
        {
            RoundTripTime ??= now - sentAt;
            _flightSentAt = null;
        }

        _endpoint.Receive(datagram);
        Follow();
    }

    /// <summary>Lets the retransmission timer run and ends a handshake that takes too long.</summary>
    public void Advance(TimeSpan now)
    {
        if (State != DtlsState.Handshaking)
        {
            return;
        }

        if (now >= _handshakeDeadline)
        {
            Fail("The DTLS handshake took too long.");
            return;
        }

        if (now >= _nextTimer)
        {
            _nextTimer = now + TimerInterval;
            _endpoint.HandleTimeout();
            Follow();
        }
    }

    /// <summary>Says close_notify.</summary>
    public void Close()
    {
        if (State is DtlsState.Handshaking or DtlsState.Connected)
        {
            _endpoint.Close();
            State = DtlsState.Closed;
        }
    }

    /// <summary>Takes the next datagram for the peer.</summary>
    public bool TryTakeDatagram(Span<byte> destination, TimeSpan now, out int length)
    {
        if (!_endpoint.TryTakeDatagram(destination, out length))
        {
            return false;
        }

        if (State == DtlsState.Handshaking && _handshakeDatagrams > 0)
        {
            _flightSentAt ??= now;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _endpoint.Dispose();

    /// <summary>The first record has to be a handshake; and one handshake feeds so many datagrams, no more.</summary>
    private bool MayFeed(byte contentType)
    {
        if (State != DtlsState.Handshaking)
        {
            return true;
        }

        bool isFirst = _handshakeDatagrams == 0;
        if ((isFirst && contentType != HandshakeRecord) || _handshakeDatagrams == MaximumHandshakeDatagrams)
        {
            return false;
        }

        _handshakeDatagrams++;
        return true;
    }

    private void Follow()
    {
        switch (_endpoint.State)
        {
            case DtlsState.Handshaking:
                break;
            case DtlsState.Connected when State == DtlsState.Handshaking:
                Connect();
                break;
            case DtlsState.Connected:
                break;
            case DtlsState.Closed:
                State = DtlsState.Closed;
                Detail = "The peer closed the connection.";
                break;
            case DtlsState.Failed:
                Fail(_endpoint.FailureReason ?? "The DTLS connection failed.");
                break;
        }
    }

    private void Connect()
    {
        if (!IsExpectedCertificate())
        {
            Fail("The peer's certificate is not the one that the offer announced (a=fingerprint).");
        }
        else if (!_endpoint.TryExportKeyingMaterial(out SrtpKeyingMaterial? keys) || keys is null)
        {
            Fail("The DTLS handshake agreed on no SRTP protection profile.");
        }
        else
        {
            Keys = keys;
            State = DtlsState.Connected;
        }
    }

    private bool IsExpectedCertificate()
    {
        ReadOnlySpan<byte> certificate = _endpoint.PeerCertificate;
        if (certificate.IsEmpty)
        {
            return false;
        }

        foreach (CertificateFingerprint fingerprint in _fingerprints)
        {
            if (fingerprint.Matches(certificate))
            {
                return true;
            }
        }

        return false;
    }

    private void Fail(string detail)
    {
        State = DtlsState.Failed;
        Detail = detail;
    }
}
