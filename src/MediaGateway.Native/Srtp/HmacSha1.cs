using System.Security.Cryptography;
using MediaGateway.Native.OpenSsl;

namespace MediaGateway.Native.Srtp;

/// <summary>
/// HMAC-SHA1 (RFC 2104) under one key: the states after the inner and the outer padded key are computed once and copied per packet.
/// (libcrypto's own HMAC does the same, but is deprecated in its one form and slower in the other.) One thread at a time.
/// </summary>
internal sealed unsafe class HmacSha1 : IDisposable
{
    /// <summary>Bytes of a whole tag.</summary>
    public const int TagBytes = 20;

    private const int BlockBytes = 64;
    private const byte InnerPad = 0x36;
    private const byte OuterPad = 0x5C;

    private static readonly Lazy<nint> Digest = new(Fetch);

    private readonly EvpDigestContextHandle _inner;
    private readonly EvpDigestContextHandle _outer;
    private readonly EvpDigestContextHandle _working;

    /// <summary>Takes a key of at most 64 bytes.</summary>
    public HmacSha1(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, BlockBytes);
        _inner = AfterPaddedKey(key, InnerPad);
        _outer = AfterPaddedKey(key, OuterPad);
        _working = LibCrypto.EVP_MD_CTX_new();
        OpenSslException.ThrowUnless(!_working.IsInvalid, "EVP_MD_CTX_new");
    }

    /// <summary>Computes the tag of three pieces one after another; 20 bytes.</summary>
    public void Compute(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third, Span<byte> tag)
    {
        nint context = _working.DangerousGetHandle();
        Span<byte> innerHash = stackalloc byte[TagBytes];
        Start(context, _inner);
        Update(context, first);
        Update(context, second);
        Update(context, third);
        Finish(context, innerHash);
        Start(context, _outer);
        Update(context, innerHash);
        Finish(context, tag);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _inner.Dispose();
        _outer.Dispose();
        _working.Dispose();
    }

    private static nint Fetch()
    {
        nint digest = LibCrypto.EVP_MD_fetch(0, "SHA1", 0);
        OpenSslException.ThrowUnless(digest != 0, "EVP_MD_fetch(SHA1)");
        return digest;
    }

    private static EvpDigestContextHandle AfterPaddedKey(ReadOnlySpan<byte> key, byte pad)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        block.Fill(pad);
        for (int index = 0; index < key.Length; index++)
        {
            block[index] ^= key[index];
        }

        EvpDigestContextHandle handle = LibCrypto.EVP_MD_CTX_new();
        OpenSslException.ThrowUnless(!handle.IsInvalid, "EVP_MD_CTX_new");
        nint context = handle.DangerousGetHandle();
        OpenSslException.ThrowUnless(LibCrypto.EVP_DigestInit_ex(context, Digest.Value, 0) == 1, "EVP_DigestInit_ex");
        Update(context, block);
        CryptographicOperations.ZeroMemory(block);
        return handle;
    }

    private static void Start(nint context, EvpDigestContextHandle from) =>
        OpenSslException.ThrowUnless(LibCrypto.EVP_MD_CTX_copy_ex(context, from.DangerousGetHandle()) == 1, "EVP_MD_CTX_copy_ex");

    private static void Update(nint context, ReadOnlySpan<byte> data)
    {
        fixed (byte* pointer = data)
        {
            OpenSslException.ThrowUnless(LibCrypto.EVP_DigestUpdate(context, pointer, (nuint)data.Length) == 1, "EVP_DigestUpdate");
        }
    }

    private static void Finish(nint context, Span<byte> hash)
    {
        fixed (byte* pointer = hash[..TagBytes])
        {
            OpenSslException.ThrowUnless(LibCrypto.EVP_DigestFinal_ex(context, pointer, null) == 1, "EVP_DigestFinal_ex");
        }
    }
}
