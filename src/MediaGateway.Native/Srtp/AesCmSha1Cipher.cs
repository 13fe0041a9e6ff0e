using System.Diagnostics;
using System.Security.Cryptography;
using MediaGateway.WebRtc.Srtp;

namespace MediaGateway.Native.Srtp;

/// <summary>AES_CM_128_HMAC_SHA1_80 (RFC 3711 4.1.1, 4.2.1): counter mode, then HMAC-SHA1 cut to 80 bits over header, ciphertext, trailer.</summary>
internal sealed class AesCmSha1Cipher : ISrtpCipher
{
    private const int TagBytes = 10;
    private const int IvBytes = 16;

    private static readonly Lazy<nint> Cipher = new(() => EvpCipherContext.Fetch("AES-128-CTR"));

    private readonly EvpCipherContext _context;
    private readonly HmacSha1 _hmac;

    public AesCmSha1Cipher(ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> authenticationKey)
    {
        _context = new EvpCipherContext(Cipher.Value, sessionKey);
        _hmac = new HmacSha1(authenticationKey);
    }

    /// <inheritdoc/>
    public int TagLength => TagBytes;

    /// <inheritdoc/>
    public void Seal(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> header, Span<byte> payload, ReadOnlySpan<byte> trailer, Span<byte> tag)
    {
        Encipher(iv, payload);
        Span<byte> whole = stackalloc byte[HmacSha1.TagBytes];
        _hmac.Compute(header, payload, trailer, whole);
        whole[..TagBytes].CopyTo(tag);
    }

    /// <inheritdoc/>
    public bool Open(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> header, Span<byte> payload, ReadOnlySpan<byte> trailer, ReadOnlySpan<byte> tag)
    {
        Span<byte> whole = stackalloc byte[HmacSha1.TagBytes];
        _hmac.Compute(header, payload, trailer, whole);
        if (!CryptographicOperations.FixedTimeEquals(whole[..TagBytes], tag))
        {
            return false;
        }

        Encipher(iv, payload);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _hmac.Dispose();
    }

    /// <summary>Counter mode is its own inverse.</summary>
    private void Encipher(ReadOnlySpan<byte> iv, Span<byte> payload)
    {
        Debug.Assert(iv.Length == IvBytes, "counter mode takes 16 bytes of IV");
        _context.Begin(iv, encrypts: true);
        _context.Transform(payload);
    }
}
