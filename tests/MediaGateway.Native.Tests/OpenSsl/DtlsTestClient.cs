using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MediaGateway.Native.OpenSsl;
using MediaGateway.WebRtc.Dtls;

namespace MediaGateway.Native.Tests.OpenSsl;

/// <summary>A DTLS client on the same OpenSSL, as a browser behaves: for tests only.</summary>
internal sealed unsafe partial class DtlsTestClient : IDisposable
{
    private readonly SslContextHandle _context;
    private readonly SslHandle _ssl;
    private readonly DatagramBio _bio = new();

    public DtlsTestClient(bool withCertificate = true, int mtu = 1200, string? srtpProfiles = null, int alpnBytes = 0)
    {
        SelfSignedCertificate? certificate = withCertificate ? SelfSignedCertificate.Create() : null;
        Certificate = certificate?.Certificate ?? [];
        _context = OpenSslDtlsEndpointFactory.CreateContext(certificate);
        _ssl = LibSsl.SSL_new(_context);
        nint bio = _bio.CreateNative();
        LibSsl.SSL_set_bio(_ssl, bio, bio);
        LibSsl.SSL_set_connect_state(_ssl);
        LibSsl.DTLS_set_timer_cb(_ssl, &NextTimeout);
        OpenSslException.ThrowUnless(LibSsl.SSL_ctrl(_ssl, LibSsl.SSL_CTRL_SET_MTU, new CLong(mtu), 0).Value != 0, "SSL_set_mtu");
        if (srtpProfiles is not null)
        {
            OpenSslException.ThrowUnless(SSL_set_tlsext_use_srtp(_ssl, srtpProfiles) == 0, "SSL_set_tlsext_use_srtp");
        }

        if (alpnBytes > 0)
        {
            SetBigExtension(alpnBytes);
        }
    }

    public byte[] Certificate { get; }

    public bool IsConnected { get; private set; }

    public bool IsClosed { get; private set; }

    public string? Failure { get; private set; }

    public byte[] ServerCertificate
    {
        get
        {
            nint certificate = LibSsl.SSL_get1_peer_certificate(_ssl);
            byte[] der = new byte[LibCrypto.i2d_X509(certificate, null)];
            fixed (byte* pointer = der)
            {
                byte* end = pointer;
                _ = LibCrypto.i2d_X509(certificate, &end);
            }

            LibCrypto.X509_free(certificate);
            return der;
        }
    }

    public SrtpKeyingMaterial? Keys => SrtpKeyExport.TryExport(_ssl);

    public void Start() => Handshake();

    public void Receive(ReadOnlySpan<byte> datagram)
    {
        fixed (byte* pointer = datagram)
        {
            _bio.SetInput(pointer, datagram.Length);
            if (!IsConnected)
            {
                Handshake();
            }

            if (IsConnected)
            {
                Read();
            }

            _bio.ClearInput();
        }
    }

    public void HandleTimeout()
    {
        if (!IsConnected)
        {
            _ = LibSsl.SSL_ctrl(_ssl, LibSsl.DTLS_CTRL_HANDLE_TIMEOUT, new CLong(0), 0);
        }
    }

    public void SendApplicationData(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            _ = SSL_write(_ssl, pointer, bytes.Length);
        }
    }

    public void Close() => _ = LibSsl.SSL_shutdown(_ssl);

    public bool TryTakeDatagram(Span<byte> destination, out int length) => _bio.TryTake(destination, out length);

    public void Dispose()
    {
        _ssl.Dispose();
        _context.Dispose();
    }

    private void Handshake()
    {
        LibCrypto.ERR_clear_error();
        int result = LibSsl.SSL_do_handshake(_ssl);
        IsConnected = result == 1;
        if (result != 1 && LibSsl.SSL_get_error(_ssl, result) is not (LibSsl.SSL_ERROR_WANT_READ or LibSsl.SSL_ERROR_WANT_WRITE))
        {
            Failure ??= OpenSslException.TakeQueuedReason();
        }
    }

    private void Read()
    {
        byte* buffer = stackalloc byte[512];
        LibCrypto.ERR_clear_error();
        int result = LibSsl.SSL_read(_ssl, buffer, 512);
        int error = LibSsl.SSL_get_error(_ssl, result);
        IsClosed |= error == LibSsl.SSL_ERROR_ZERO_RETURN;
        if (error == 1)
        {
            Failure ??= OpenSslException.TakeQueuedReason();
        }
    }

    /// <summary>Post-quantum key shares make real ClientHellos outgrow a datagram; a long ALPN list does the same here.</summary>
    private void SetBigExtension(int bytes)
    {
        byte[] protocols = new byte[bytes];
        for (int offset = 0; offset < bytes; offset += 50)
        {
            protocols.AsSpan(offset, Math.Min(50, bytes - offset)).Fill((byte)'a');
            protocols[offset] = (byte)(Math.Min(50, bytes - offset) - 1);
        }

        fixed (byte* pointer = protocols)
        {
            OpenSslException.ThrowUnless(SSL_set_alpn_protos(_ssl, pointer, (uint)bytes) == 0, "SSL_set_alpn_protos");
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static uint NextTimeout(nint ssl, uint last) => last == 0 ? 50_000 : Math.Min(last * 2, 400_000);

    [LibraryImport(LibraryResolver.Ssl, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SSL_set_tlsext_use_srtp(SslHandle ssl, string profiles);

    [LibraryImport(LibraryResolver.Ssl)]
    private static partial int SSL_set_alpn_protos(SslHandle ssl, byte* protos, uint protos_len);

    [LibraryImport(LibraryResolver.Ssl)]
    private static partial int SSL_write(SslHandle ssl, byte* buf, int num);
}
