using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MediaGateway.WebRtc.Dtls;

namespace MediaGateway.Native.OpenSsl;

/// <summary>
/// One end of a DTLS 1.2 association on OpenSSL. The server end takes no native memory before the first handshake record; either gives it
/// back as soon as the association has ended. OpenSSL's retransmission timer reads the system's clock, the one exception to virtual
/// time.
/// </summary>
internal sealed unsafe class OpenSslDtlsEndpoint : IDtlsEndpoint
{
    /// <summary>Largest datagram we send, in bytes: passes every path that WebRTC media passes.</summary>
    public const int MaximumDatagramBytes = 1200;

    /// <summary>
    /// Datagrams that a handshake may take before it counts as an attack. Thirteen tries of a peer that sends 256-byte fragments
    /// are about a hundred.
    /// </summary>
    public const int MaximumHandshakeDatagrams = 300;

    // RFC 6347 4.2.4.1 allows less than its one second where the path is known to be short: 100 ms, doubled up to 3 s. OpenSSL
    // gives up at the thirteenth expiry: after about 27 s.
    private const uint FirstTimeoutMicroseconds = 100_000;
    private const uint LastTimeoutMicroseconds = 3_000_000;

    /// <summary>Reads per datagram: more records than this do not fit into one.</summary>
    private const int MaximumReads = 128;

    private readonly SslContextHandle _context;
    private readonly DatagramBio _bio = new();
    private SslHandle? _ssl;
    private byte[] _peerCertificate = [];
    private SrtpKeyingMaterial? _keys;
    private int _handshakeDatagrams;

    /// <summary>Makes the server end, which waits, or the client end, whose first flight waits to be taken.</summary>
    public OpenSslDtlsEndpoint(SslContextHandle context, bool isClient = false)
    {
        _context = context;
        if (isClient)
        {
            _ssl = Start(isClient: true);
            LibCrypto.ERR_clear_error();
            ContinueHandshake(_ssl);
        }
    }

    /// <inheritdoc/>
    public DtlsState State { get; private set; }

    /// <inheritdoc/>
    public string? FailureReason { get; private set; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> PeerCertificate => _peerCertificate;

    /// <inheritdoc/>
    public void Receive(ReadOnlySpan<byte> datagram)
    {
        bool started = _ssl is not null;
        bool ended = State is DtlsState.Closed or DtlsState.Failed;
        if (ended || !DtlsRecord.IsExpected(datagram) || (!started && datagram[0] != DtlsRecord.Handshake))
        {
            return;
        }

        SslHandle ssl = _ssl ??= Start(isClient: false);
        LibCrypto.ERR_clear_error();
        fixed (byte* pointer = datagram)
        {
            _bio.SetInput(pointer, datagram.Length);
            if (State == DtlsState.Handshaking)
            {
                ContinueHandshake(ssl);
            }

            if (State == DtlsState.Connected)
            {
                ReadRecords(ssl);
            }

            _bio.ClearInput();
        }
    }

    /// <inheritdoc/>
    public void HandleTimeout()
    {
        if (_ssl is null || State != DtlsState.Handshaking)
        {
            return;
        }

        LibCrypto.ERR_clear_error();
        if (LibSsl.SSL_ctrl(_ssl, LibSsl.DTLS_CTRL_HANDLE_TIMEOUT, new CLong(0), 0).Value < 0)
        {
            Fail(OpenSslException.TakeQueuedReason());
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        if (State is DtlsState.Closed or DtlsState.Failed)
        {
            return;
        }

        if (_ssl is not null && State == DtlsState.Connected)
        {
            LibCrypto.ERR_clear_error();
            _ = LibSsl.SSL_shutdown(_ssl); // queues the close_notify; what it returns is about the peer's
        }

        End(DtlsState.Closed);
    }

    /// <inheritdoc/>
    public bool TryTakeDatagram(Span<byte> destination, out int length) => _bio.TryTake(destination, out length);

    /// <inheritdoc/>
    public bool TryExportKeyingMaterial(out SrtpKeyingMaterial? keys)
    {
        keys = State == DtlsState.Connected ? _keys : null;
        return keys is not null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ssl?.Dispose();
        _ssl = null;
        State = State == DtlsState.Failed ? State : DtlsState.Closed;
    }

    private SslHandle Start(bool isClient)
    {
        SslHandle ssl = LibSsl.SSL_new(_context);
        OpenSslException.ThrowUnless(!ssl.IsInvalid, "SSL_new");
        nint bio = _bio.CreateNative();
        LibSsl.SSL_set_bio(ssl, bio, bio);
        if (isClient)
        {
            LibSsl.SSL_set_connect_state(ssl);
        }
        else
        {
            LibSsl.SSL_set_accept_state(ssl);
        }

        LibSsl.DTLS_set_timer_cb(ssl, &NextTimeout);
        _ = LibSsl.SSL_ctrl(ssl, LibSsl.SSL_CTRL_SET_MTU, new CLong(MaximumDatagramBytes), 0);
        return ssl;
    }

    private void ContinueHandshake(SslHandle ssl)
    {
        _handshakeDatagrams++;
        if (_handshakeDatagrams > MaximumHandshakeDatagrams)
        {
            Fail("too many datagrams in one handshake");
            return;
        }

        int result = LibSsl.SSL_do_handshake(ssl);
        if (result == 1)
        {
            Complete(ssl);
            return;
        }

        int error = LibSsl.SSL_get_error(ssl, result);
        if (error is not (LibSsl.SSL_ERROR_WANT_READ or LibSsl.SSL_ERROR_WANT_WRITE))
        {
            Fail(OpenSslException.TakeQueuedReason());
        }
    }

    private void Complete(SslHandle ssl)
    {
        _peerCertificate = PeerCertificateOf(ssl);
        _keys = SrtpKeyExport.TryExport(ssl);
        if (_peerCertificate.Length == 0 || _keys is null)
        {
            Fail(_keys is null ? "the peer supports no SRTP profile of ours" : "the peer has no certificate");
            return;
        }

        State = DtlsState.Connected;
    }

    /// <summary>
    /// After the handshake only three things matter: a repeated last flight of the peer (OpenSSL repeats ours), close_notify, and a
    /// fatal alert.
    /// </summary>
    private void ReadRecords(SslHandle ssl)
    {
        byte* ignored = stackalloc byte[512];
        for (int reads = 0; reads < MaximumReads; reads++)
        {
            int result = LibSsl.SSL_read(ssl, ignored, 512);
            int error = LibSsl.SSL_get_error(ssl, result);
            switch (error)
            {
                case LibSsl.SSL_ERROR_NONE:
                    break;
                case LibSsl.SSL_ERROR_WANT_READ or LibSsl.SSL_ERROR_WANT_WRITE:
                    return;
                case LibSsl.SSL_ERROR_ZERO_RETURN:
                    Close();
                    return;
                default:
                    Fail(OpenSslException.TakeQueuedReason());
                    return;
            }
        }
    }

    private static byte[] PeerCertificateOf(SslHandle ssl)
    {
        nint certificate = LibSsl.SSL_get1_peer_certificate(ssl);
        if (certificate == 0)
        {
            return [];
        }

        int length = LibCrypto.i2d_X509(certificate, null);
        byte[] der = new byte[Math.Max(0, length)];
        fixed (byte* pointer = der)
        {
            byte* end = pointer;
            _ = der.Length == 0 ? 0 : LibCrypto.i2d_X509(certificate, &end);
        }

        LibCrypto.X509_free(certificate);
        return der;
    }

    private void Fail(string reason)
    {
        FailureReason = reason;
        End(DtlsState.Failed);
    }

    /// <summary>What is still to be sent lies in managed memory, so the native state can go at once.</summary>
    private void End(DtlsState state)
    {
        State = state;
        _ssl?.Dispose();
        _ssl = null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static uint NextTimeout(nint ssl, uint lastMicroseconds) =>
        lastMicroseconds == 0 ? FirstTimeoutMicroseconds : Math.Min(lastMicroseconds * 2, LastTimeoutMicroseconds);
}
