using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MediaGateway.WebRtc.Dtls;

namespace MediaGateway.Native.OpenSsl;

/// <summary>
/// Ends of DTLS 1.2 associations on OpenSSL 3, all with one self-signed certificate made at construction. Safe to call from any thread.
/// </summary>
public sealed unsafe class OpenSslDtlsEndpointFactory : IDtlsEndpointFactory, IDisposable
{
    /// <summary>GCM first: less than half the cost per packet. GStreamer's webrtcbin offers only the other (RFC 5764 4.1.2, RFC 7714 14.2).</summary>
    internal const string SrtpProfiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";

    /// <summary>RFC 8827 6.5 asks for the first; the last two are for peers without AEAD suites.</summary>
    private const string CipherSuites =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
        + "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA";

    /// <summary>Bytes that a peer's certificate message may have; also bounds what OpenSSL sets aside for fragments of a message.</summary>
    private const int MaximumCertificateBytes = 16 * 1024;

    private readonly SslContextHandle _context;

    /// <summary>Makes the certificate and the context that all associations share.</summary>
    /// <exception cref="OpenSslException">The library refuses one of the settings.</exception>
    public OpenSslDtlsEndpointFactory()
    {
        // Without this OpenSSL's exit handler frees the library while our threads still run.
        OpenSslException.ThrowUnless(LibSsl.OPENSSL_init_ssl(LibSsl.OPENSSL_INIT_NO_ATEXIT, 0) == 1, "OPENSSL_init_ssl");
        LibCrypto.ERR_clear_error();
        var certificate = SelfSignedCertificate.Create();
        LocalFingerprint = CertificateFingerprint.Sha256Of(certificate.Certificate);
        _context = CreateContext(certificate);
    }

    /// <inheritdoc/>
    public CertificateFingerprint LocalFingerprint { get; }

    /// <inheritdoc/>
    public IDtlsEndpoint CreateServer() => new OpenSslDtlsEndpoint(_context);

    /// <summary>Makes one association in the client role, whose first flight waits to be taken. The caller owns it.</summary>
    public IDtlsEndpoint CreateClient() => new OpenSslDtlsEndpoint(_context, isClient: true);

    /// <summary>Frees the context; associations that are still alive keep what they need of it.</summary>
    public void Dispose() => _context.Dispose();

    /// <summary>A context with our settings and the given certificate; tests use it for clients too.</summary>
    internal static SslContextHandle CreateContext(SelfSignedCertificate? certificate)
    {
        SslContextHandle context = LibSsl.SSL_CTX_new(LibSsl.DTLS_method());
        OpenSslException.ThrowUnless(!context.IsInvalid, "SSL_CTX_new");
        try
        {
            Configure(context);
            if (certificate is not null)
            {
                UseCertificate(context, certificate);
            }

            return context;
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    private static void Configure(SslContextHandle context)
    {
        const int verify = LibSsl.SSL_VERIFY_PEER | LibSsl.SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
        const ulong options = LibSsl.SSL_OP_NO_QUERY_MTU | LibSsl.SSL_OP_NO_TICKET | LibSsl.SSL_OP_NO_COMPRESSION
            | LibSsl.SSL_OP_CIPHER_SERVER_PREFERENCE | LibSsl.SSL_OP_NO_RENEGOTIATION;
        _ = LibSsl.SSL_CTX_set_options(context, options);
        Control(context, LibSsl.SSL_CTRL_SET_MIN_PROTO_VERSION, LibSsl.DTLS1_2_VERSION);
        Control(context, LibSsl.SSL_CTRL_SET_MAX_PROTO_VERSION, LibSsl.DTLS1_2_VERSION);
        _ = LibSsl.SSL_CTX_ctrl(context, LibSsl.SSL_CTRL_SET_SESS_CACHE_MODE, new CLong(LibSsl.SSL_SESS_CACHE_OFF), 0);
        _ = LibSsl.SSL_CTX_ctrl(context, LibSsl.SSL_CTRL_SET_MAX_CERT_LIST, new CLong(MaximumCertificateBytes), 0);
        OpenSslException.ThrowUnless(LibSsl.SSL_CTX_set_cipher_list(context, CipherSuites) == 1, "SSL_CTX_set_cipher_list");

        // Returns 0 on success, unlike its neighbours.
        OpenSslException.ThrowUnless(LibSsl.SSL_CTX_set_tlsext_use_srtp(context, SrtpProfiles) == 0, "SSL_CTX_set_tlsext_use_srtp");
        LibSsl.SSL_CTX_set_verify(context, verify, &AcceptAnyCertificate);
    }

    private static void Control(SslContextHandle context, int command, int value) =>
        OpenSslException.ThrowUnless(LibSsl.SSL_CTX_ctrl(context, command, new CLong(value), 0).Value == 1, $"SSL_CTX_ctrl({command})");

    private static void UseCertificate(SslContextHandle context, SelfSignedCertificate certificate)
    {
        byte[] der = certificate.Certificate;
        byte[] key = certificate.PrivateKey;
        OpenSslException.ThrowUnless(LibSsl.SSL_CTX_use_certificate_ASN1(context, der.Length, der) == 1, "SSL_CTX_use_certificate_ASN1");
        OpenSslException.ThrowUnless(
            LibSsl.SSL_CTX_use_PrivateKey_ASN1(LibSsl.EVP_PKEY_EC, context, key, new CLong(key.Length)) == 1,
            "SSL_CTX_use_PrivateKey_ASN1");
    }

    /// <summary>
    /// The peer's certificate is self-signed: it proves possession of its key in the handshake, and the session compares its
    /// fingerprint with the one in the SDP afterwards (RFC 8122).
    /// </summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AcceptAnyCertificate(int preverified, nint store) => 1;
}
