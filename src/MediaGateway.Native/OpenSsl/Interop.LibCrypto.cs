using System.Runtime.InteropServices;

namespace MediaGateway.Native.OpenSsl;

/// <summary>libcrypto of OpenSSL 3.0 and later: what DTLS and the SRTP ciphers need of it.</summary>
internal static unsafe partial class LibCrypto
{
    public const int BIO_TYPE_SOURCE_SINK = 0x0400;
    public const int BIO_FLAGS_READ = 0x01;
    public const int BIO_FLAGS_RWS = 0x07;
    public const int BIO_FLAGS_SHOULD_RETRY = 0x08;
    public const int BIO_CTRL_PENDING = 10;
    public const int BIO_CTRL_FLUSH = 11;

    public const int OPENSSL_VERSION = 0;

    public const int EVP_CTRL_AEAD_GET_TAG = 0x10;
    public const int EVP_CTRL_AEAD_SET_TAG = 0x11;

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial nint OpenSSL_version(int type);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial void ERR_clear_error();

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial CULong ERR_get_error();

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial void ERR_error_string_n(CULong e, byte* buf, nuint len);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int BIO_get_new_index();

    [LibraryImport(LibraryResolver.Crypto, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint BIO_meth_new(int type, string name);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int BIO_meth_set_write(nint biom, delegate* unmanaged[Cdecl]<nint, byte*, int, int> write);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int BIO_meth_set_read(nint biom, delegate* unmanaged[Cdecl]<nint, byte*, int, int> read);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int BIO_meth_set_ctrl(nint biom, delegate* unmanaged[Cdecl]<nint, int, CLong, nint, CLong> ctrl);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int BIO_meth_set_destroy(nint biom, delegate* unmanaged[Cdecl]<nint, int> destroy);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial nint BIO_new(nint type);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial void BIO_set_data(nint a, nint ptr);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial nint BIO_get_data(nint a);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial void BIO_set_init(nint a, int init);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial void BIO_set_flags(nint b, int flags);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial void BIO_clear_flags(nint b, int flags);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int i2d_X509(nint x, byte** @out);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial void X509_free(nint a);

    [LibraryImport(LibraryResolver.Crypto, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint EVP_CIPHER_fetch(nint ctx, string algorithm, nint properties);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial EvpCipherContextHandle EVP_CIPHER_CTX_new();

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial void EVP_CIPHER_CTX_free(nint c);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int EVP_CipherInit_ex(nint ctx, nint type, nint impl, byte* key, byte* iv, int enc);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int EVP_CipherUpdate(nint ctx, byte* @out, int* outl, byte* @in, int inl);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int EVP_CipherFinal_ex(nint ctx, byte* outm, int* outl);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int EVP_CIPHER_CTX_ctrl(nint ctx, int type, int arg, void* ptr);

    [LibraryImport(LibraryResolver.Crypto, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint EVP_MD_fetch(nint ctx, string algorithm, nint properties);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial EvpDigestContextHandle EVP_MD_CTX_new();

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial void EVP_MD_CTX_free(nint ctx);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int EVP_MD_CTX_copy_ex(nint @out, nint @in);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int EVP_DigestInit_ex(nint ctx, nint type, nint impl);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int EVP_DigestUpdate(nint ctx, byte* d, nuint cnt);

    [LibraryImport(LibraryResolver.Crypto)]
    public static partial int EVP_DigestFinal_ex(nint ctx, byte* md, uint* s);
}
