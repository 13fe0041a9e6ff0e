using System.Security.Cryptography;
using MediaGateway.WebRtc.Srtp;

namespace MediaGateway.Testing;

/// <summary>
/// The real algorithms on <c>System.Security.Cryptography</c>, slow and simple: the oracle for the native cipher and for whole sessions
/// without native code.
/// </summary>
public sealed class ManagedSrtpCipher : ISrtpCipher
{
    private const int BlockLength = 16;
    private const int Sha1TagLength = 10;
    private const int GcmTagLength = 16;

    private readonly SrtpProfile _profile;
    private readonly byte[] _authenticationKey;
    private readonly Aes _aes = Aes.Create();
    private readonly AesGcm? _gcm;

    /// <summary>Makes a cipher from session keys.</summary>
    public ManagedSrtpCipher(SrtpProfile profile, ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> authenticationKey)
    {
        _profile = profile;
        _authenticationKey = authenticationKey.ToArray();
        _aes.Key = sessionKey.ToArray();
        _gcm = profile == SrtpProfile.AeadAes128Gcm ? new AesGcm(sessionKey, GcmTagLength) : null;
    }

    /// <inheritdoc/>
    public int TagLength => _profile == SrtpProfile.AeadAes128Gcm ? GcmTagLength : Sha1TagLength;

    /// <summary>A factory of such ciphers.</summary>
    public static ISrtpCipherFactory Factory { get; } = new ManagedFactory();

    /// <inheritdoc/>
    public void Seal(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> header, Span<byte> payload, ReadOnlySpan<byte> trailer, Span<byte> tag)
    {
        if (_gcm is not null)
        {
            _gcm.Encrypt(iv, payload.ToArray(), payload, tag, [.. header, .. trailer]);
            return;
        }

        ApplyKeyStream(iv, payload);
        Authenticate(header, payload, trailer).AsSpan(0, tag.Length).CopyTo(tag);
    }

    /// <inheritdoc/>
    public bool Open(
        ReadOnlySpan<byte> iv,
        ReadOnlySpan<byte> header,
        Span<byte> payload,
        ReadOnlySpan<byte> trailer,
        ReadOnlySpan<byte> tag)
    {
        if (_gcm is not null)
        {
            return OpenGcm(iv, header, payload, trailer, tag);
        }

        if (!CryptographicOperations.FixedTimeEquals(Authenticate(header, payload, trailer).AsSpan(0, tag.Length), tag))
        {
            return false;
        }

        ApplyKeyStream(iv, payload);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _aes.Dispose();
        _gcm?.Dispose();
    }

    private bool OpenGcm(
        ReadOnlySpan<byte> iv,
        ReadOnlySpan<byte> header,
        Span<byte> payload,
        ReadOnlySpan<byte> trailer,
        ReadOnlySpan<byte> tag)
    {
        byte[] plain = new byte[payload.Length];
        try
        {
            _gcm?.Decrypt(iv, payload, tag, plain, [.. header, .. trailer]);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        plain.CopyTo(payload);
        return true;
    }

    private void ApplyKeyStream(ReadOnlySpan<byte> iv, Span<byte> payload)
    {
        byte[] counter = iv.ToArray();
        for (int offset = 0; offset < payload.Length; offset += BlockLength)
        {
            byte[] block = _aes.EncryptEcb(counter, PaddingMode.None);
            for (int i = 0; i < BlockLength && offset + i < payload.Length; i++)
            {
                payload[offset + i] ^= block[i];
            }

            for (int i = BlockLength - 1; i >= 0 && unchecked(++counter[i]) == 0; i--)
            {
            }
        }
    }

#pragma warning disable CA5350 // RFC 3711 prescribes HMAC-SHA1.
    private byte[] Authenticate(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> trailer) =>
        HMACSHA1.HashData(_authenticationKey.AsSpan(), [.. header, .. payload, .. trailer]);
#pragma warning restore CA5350

    private sealed class ManagedFactory : ISrtpCipherFactory
    {
        public ISrtpCipher Create(SrtpProfile profile, ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> authenticationKey) =>
            new ManagedSrtpCipher(profile, sessionKey, authenticationKey);
    }
}
