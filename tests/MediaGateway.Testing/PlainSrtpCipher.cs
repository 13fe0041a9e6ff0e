using MediaGateway.WebRtc.Srtp;

namespace MediaGateway.Testing;

/// <summary>
/// A fake cipher: the payload stays as it is, the tag is a checksum of everything that must be authentic, key and vector included. Makes
/// packets readable in tests; protects nothing.
/// </summary>
public sealed class PlainSrtpCipher : ISrtpCipher
{
    private const uint Prime = 16777619;

    private readonly uint _keyHash;

    /// <summary>Makes a cipher with the tag length of <paramref name="profile"/>.</summary>
    public PlainSrtpCipher(SrtpProfile profile, ReadOnlySpan<byte> sessionKey)
    {
        TagLength = profile == SrtpProfile.AeadAes128Gcm ? 16 : 10;
        _keyHash = Hash(2166136261, sessionKey);
    }

    /// <inheritdoc/>
    public int TagLength { get; }

    /// <summary>A factory of such ciphers.</summary>
    public static ISrtpCipherFactory Factory { get; } = new PlainFactory();

    /// <inheritdoc/>
    public void Seal(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> header, Span<byte> payload, ReadOnlySpan<byte> trailer, Span<byte> tag) =>
        WriteTag(iv, header, payload, trailer, tag);

    /// <inheritdoc/>
    public bool Open(
        ReadOnlySpan<byte> iv,
        ReadOnlySpan<byte> header,
        Span<byte> payload,
        ReadOnlySpan<byte> trailer,
        ReadOnlySpan<byte> tag)
    {
        Span<byte> expected = stackalloc byte[TagLength];
        WriteTag(iv, header, payload, trailer, expected);
        return expected.SequenceEqual(tag);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static uint Hash(uint hash, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            hash = unchecked((hash ^ value) * Prime);
        }

        return hash;
    }

    private void WriteTag(
        ReadOnlySpan<byte> iv,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> payload,
        ReadOnlySpan<byte> trailer,
        Span<byte> tag)
    {
        uint hash = Hash(Hash(Hash(Hash(_keyHash, iv), header), payload), trailer);
        for (int i = 0; i < tag.Length; i++)
        {
            tag[i] = unchecked((byte)(hash >> (8 * (i & 3))));
            hash = unchecked((hash ^ (uint)i) * Prime);
        }
    }

    private sealed class PlainFactory : ISrtpCipherFactory
    {
        public ISrtpCipher Create(SrtpProfile profile, ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> authenticationKey) =>
            new PlainSrtpCipher(profile, sessionKey);
    }
}
