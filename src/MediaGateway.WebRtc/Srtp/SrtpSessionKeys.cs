using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Srtp;

/// <summary>The cipher and salt of one direction of SRTP or of SRTCP, and how a packet index becomes an initialization vector.</summary>
internal sealed class SrtpSessionKeys : IDisposable
{
    private const int CounterModeIvLength = 16;
    private const int GcmIvLength = 12;

    private readonly byte[] _salt;
    private readonly bool _gcm;

    /// <summary>Takes ownership of <paramref name="cipher"/>.</summary>
    public SrtpSessionKeys(SrtpProfile profile, ISrtpCipher cipher, ReadOnlySpan<byte> salt)
    {
        _gcm = profile == SrtpProfile.AeadAes128Gcm;
        Cipher = cipher;
        _salt = salt.ToArray();
    }

    /// <summary>The cipher.</summary>
    public ISrtpCipher Cipher { get; }

    /// <summary>Bytes of initialization vector: 16 in counter mode, 12 for GCM.</summary>
    public int IvLength => _gcm ? GcmIvLength : CounterModeIvLength;

    /// <summary>Derives the keys of SRTP (<paramref name="first"/> = <see cref="SrtpKeyLabel.RtpEncryption"/>) or SRTCP.</summary>
    public static SrtpSessionKeys Derive(
        SrtpProfile profile,
        ReadOnlySpan<byte> masterKey,
        ReadOnlySpan<byte> masterSalt,
        SrtpKeyLabel first,
        ISrtpCipherFactory ciphers)
    {
        Span<byte> key = stackalloc byte[SrtpKeyDerivation.KeyLength];
        Span<byte> authentication = stackalloc byte[SrtpKeyDerivation.AuthenticationKeyLength];
        Span<byte> salt = stackalloc byte[masterSalt.Length];
        SrtpKeyDerivation.Derive(masterKey, masterSalt, first, key);
        SrtpKeyDerivation.Derive(masterKey, masterSalt, first + 1, authentication);
        SrtpKeyDerivation.Derive(masterKey, masterSalt, first + 2, salt);
        ISrtpCipher cipher = ciphers.Create(profile, key, profile == SrtpProfile.AeadAes128Gcm ? default : authentication);
        key.Clear();
        authentication.Clear();
        return new SrtpSessionKeys(profile, cipher, salt);
    }

    /// <summary>
    /// Writes the initialization vector of a packet. <paramref name="index"/> is the 48-bit SRTP index (rollover counter and
    /// sequence number) or the 31-bit SRTCP index.
    /// </summary>
    public void WriteIv(uint ssrc, long index, Span<byte> iv)
    {
        // RFC 3711 4.1.1: (salt * 2^16) XOR (SSRC * 2^64) XOR (index * 2^16), the last 16 bits count blocks.
        // RFC 7714 8.1, 9.1: 00 00 | SSRC | 48-bit index, XOR salt.
        iv.Clear();
        int ssrcOffset = _gcm ? 2 : 4;
        BinaryPrimitives.WriteUInt32BigEndian(iv[ssrcOffset..], ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(iv[(ssrcOffset + 4)..], (uint)(index >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(iv[(ssrcOffset + 8)..], (ushort)(index & 0xFFFF));
        for (int i = 0; i < _salt.Length; i++)
        {
            iv[i] ^= _salt[i];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Cipher.Dispose();
}
