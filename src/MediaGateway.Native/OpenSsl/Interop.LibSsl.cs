using System.Runtime.InteropServices;

namespace MediaGateway.Native.OpenSsl;

/// <summary>
/// libssl of OpenSSL 3.0 and later. What the C headers offer as macros (<c>SSL_set_mtu</c>, <c>DTLSv1_handle_timeout</c>, ...) goes
/// through <c>SSL_ctrl</c> and <c>SSL_CTX_ctrl</c>.
/// </summary>
internal static unsafe partial class LibSsl
{
    public const int SSL_ERROR_NONE = 0;
    public const int SSL_ERROR_WANT_READ = 2;
    public const int SSL_ERROR_WANT_WRITE = 3;
    public const int SSL_ERROR_ZERO_RETURN = 6;

    public const int SSL_VERIFY_PEER = 1;
    public const int SSL_VERIFY_FAIL_IF_NO_PEER_CERT = 2;

    public const int SSL_CTRL_SET_MTU = 17;
    public const int SSL_CTRL_SET_SESS_CACHE_MODE = 44;
    public const int SSL_CTRL_SET_MAX_CERT_LIST = 51;
    public const int DTLS_CTRL_HANDLE_TIMEOUT = 74;
    public const int SSL_CTRL_SET_MIN_PROTO_VERSION = 123;
    public const int SSL_CTRL_SET_MAX_PROTO_VERSION = 124;
    public const int SSL_SESS_CACHE_OFF = 0;
    public const int DTLS1_2_VERSION = 0xFEFD;

    public const ulong SSL_OP_NO_QUERY_MTU = 1UL << 12;
    public const ulong SSL_OP_NO_TICKET = 1UL << 14;
    public const ulong SSL_OP_NO_COMPRESSION = 1UL << 17;
    public const ulong SSL_OP_CIPHER_SERVER_PREFERENCE = 1UL << 22;
    public const ulong SSL_OP_NO_RENEGOTIATION = 1UL << 30;

    public const ulong OPENSSL_INIT_NO_ATEXIT = 0x0008_0000;
    public const int EVP_PKEY_EC = 408;

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial int OPENSSL_init_ssl(ulong opts, nint settings);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial nint DTLS_method();

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial SslContextHandle SSL_CTX_new(nint method);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial void SSL_CTX_free(nint ctx);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial CLong SSL_CTX_ctrl(SslContextHandle ctx, int cmd, CLong larg, nint parg);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial ulong SSL_CTX_set_options(SslContextHandle ctx, ulong options);

    [LibraryImport(LibraryResolver.Ssl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_CTX_set_cipher_list(SslContextHandle ctx, string str);

    [LibraryImport(LibraryResolver.Ssl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_CTX_set_tlsext_use_srtp(SslContextHandle ctx, string profiles);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial void SSL_CTX_set_verify(
        SslContextHandle ctx, int mode, delegate* unmanaged[Cdecl]<int, nint, int> verify_callback);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial int SSL_CTX_use_certificate_ASN1(SslContextHandle ctx, int len, byte[] d);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial int SSL_CTX_use_PrivateKey_ASN1(int pk, SslContextHandle ctx, byte[] d, CLong len);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial SslHandle SSL_new(SslContextHandle ctx);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial void SSL_free(nint ssl);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial void SSL_set_bio(SslHandle ssl, nint rbio, nint wbio);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial void SSL_set_accept_state(SslHandle ssl);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial void SSL_set_connect_state(SslHandle ssl);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial CLong SSL_ctrl(SslHandle ssl, int cmd, CLong larg, nint parg);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial void DTLS_set_timer_cb(SslHandle ssl, delegate* unmanaged[Cdecl]<nint, uint, uint> cb);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial int SSL_do_handshake(SslHandle ssl);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial int SSL_read(SslHandle ssl, byte* buf, int num);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial int SSL_shutdown(SslHandle ssl);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial int SSL_get_error(SslHandle ssl, int ret);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial nint SSL_get1_peer_certificate(SslHandle ssl);

    [LibraryImport(LibraryResolver.Ssl)]
    public static partial SRTP_PROTECTION_PROFILE* SSL_get_selected_srtp_profile(SslHandle ssl);

    [LibraryImport(LibraryResolver.Ssl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_export_keying_material(
        SslHandle ssl, byte* @out, nuint olen, string label, nuint llen, nint context, nuint contextlen, int use_context);

    [StructLayout(LayoutKind.Sequential)]
    public struct SRTP_PROTECTION_PROFILE
    {
        public nint name;
        public CULong id;
    }
}
