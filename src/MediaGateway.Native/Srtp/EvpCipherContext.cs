using MediaGateway.Native.OpenSsl;

namespace MediaGateway.Native.Srtp;

/// <summary>
/// One AES-128 context of libcrypto that keeps its key and takes a new initialization vector per packet. One thread at a time;
/// the raw pointer is used while this object, which has exactly one owner, is alive.
/// </summary>
internal sealed unsafe class EvpCipherContext : IDisposable
{
    public const int KeyBytes = 16;

    private readonly EvpCipherContextHandle _handle;

    /// <summary>Makes a context.</summary>
    /// <param name="cipher">An <c>EVP_CIPHER*</c>.</param>
    /// <param name="key">16 bytes.</param>
    public EvpCipherContext(nint cipher, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes);
        _handle = LibCrypto.EVP_CIPHER_CTX_new();
        OpenSslException.ThrowUnless(!_handle.IsInvalid, "EVP_CIPHER_CTX_new");
        Pointer = _handle.DangerousGetHandle();
        fixed (byte* keyPointer = key)
        {
            OpenSslException.ThrowUnless(LibCrypto.EVP_CipherInit_ex(Pointer, cipher, 0, keyPointer, null, 1) == 1, "EVP_CipherInit_ex");
        }
    }

    /// <summary>The <c>EVP_CIPHER_CTX*</c>.</summary>
    public nint Pointer { get; }

    /// <summary>Fetches a cipher for the life of the process.</summary>
    public static nint Fetch(string algorithm)
    {
        nint cipher = LibCrypto.EVP_CIPHER_fetch(0, algorithm, 0);
        OpenSslException.ThrowUnless(cipher != 0, $"EVP_CIPHER_fetch({algorithm})");
        return cipher;
    }

    /// <summary>Begins a packet.</summary>
    public void Begin(ReadOnlySpan<byte> iv, bool encrypts)
    {
        fixed (byte* pointer = iv)
        {
            int result = LibCrypto.EVP_CipherInit_ex(Pointer, 0, 0, null, pointer, encrypts ? 1 : 0);
            OpenSslException.ThrowUnless(result == 1, "EVP_CipherInit_ex");
        }
    }

    /// <summary>Encrypts or decrypts in place.</summary>
    public void Transform(Span<byte> payload)
    {
        if (payload.IsEmpty)
        {
            return;
        }

        fixed (byte* pointer = payload)
        {
            int written;
            int result = LibCrypto.EVP_CipherUpdate(Pointer, pointer, &written, pointer, payload.Length);
            OpenSslException.ThrowUnless(result == 1, "EVP_CipherUpdate");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
