using System.Diagnostics;
using MediaGateway.Native.OpenSsl;
using MediaGateway.WebRtc.Srtp;

namespace MediaGateway.Native.Srtp;

/// <summary>AEAD_AES_128_GCM (RFC 7714): header and trailer are associated data. A packet that is not authentic leaves its payload undefined.</summary>
internal sealed unsafe class AesGcmSrtpCipher : ISrtpCipher
{
    private const int TagBytes = 16;
    private const int IvBytes = 12;

    private static readonly Lazy<nint> Cipher = new(() => EvpCipherContext.Fetch("AES-128-GCM"));

    private readonly EvpCipherContext _context;

    public AesGcmSrtpCipher(ReadOnlySpan<byte> sessionKey)
    {
        _context = new EvpCipherContext(Cipher.Value, sessionKey);
    }

    /// <inheritdoc/>
    public int TagLength => TagBytes;

    /// <inheritdoc/>
    public void Seal(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> header, Span<byte> payload, ReadOnlySpan<byte> trailer, Span<byte> tag)
    {
        Debug.Assert(iv.Length == IvBytes && tag.Length >= TagBytes, "GCM takes 12 bytes of IV and room for 16 of tag");
        Process(iv, header, payload, trailer, encrypts: true);
        OpenSslException.ThrowUnless(Finish(), "EVP_CipherFinal_ex");
        fixed (byte* pointer = tag[..TagBytes])
        {
            int result = LibCrypto.EVP_CIPHER_CTX_ctrl(_context.Pointer, LibCrypto.EVP_CTRL_AEAD_GET_TAG, TagBytes, pointer);
            OpenSslException.ThrowUnless(result == 1, "EVP_CTRL_AEAD_GET_TAG");
        }
    }

    /// <inheritdoc/>
    public bool Open(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> header, Span<byte> payload, ReadOnlySpan<byte> trailer, ReadOnlySpan<byte> tag)
    {
        if (tag.Length != TagBytes)
        {
            return false;
        }

        Process(iv, header, payload, trailer, encrypts: false);
        fixed (byte* pointer = tag)
        {
            int result = LibCrypto.EVP_CIPHER_CTX_ctrl(_context.Pointer, LibCrypto.EVP_CTRL_AEAD_SET_TAG, TagBytes, pointer);
            OpenSslException.ThrowUnless(result == 1, "EVP_CTRL_AEAD_SET_TAG");
        }

        return Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    private void Process(
        ReadOnlySpan<byte> iv, ReadOnlySpan<byte> header, Span<byte> payload, ReadOnlySpan<byte> trailer, bool encrypts)
    {
        _context.Begin(iv, encrypts);
        Authenticate(header);
        Authenticate(trailer);
        _context.Transform(payload);
    }

    private void Authenticate(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return;
        }

        fixed (byte* pointer = data)
        {
            int length;
            int result = LibCrypto.EVP_CipherUpdate(_context.Pointer, null, &length, pointer, data.Length);
            OpenSslException.ThrowUnless(result == 1, "EVP_CipherUpdate");
        }
    }

    /// <summary>False when the tag does not match; that leaves nothing in OpenSSL's error queue.</summary>
    private bool Finish()
    {
        byte* nothing = stackalloc byte[TagBytes];
        int length;
        return LibCrypto.EVP_CipherFinal_ex(_context.Pointer, nothing, &length) == 1;
    }
}
