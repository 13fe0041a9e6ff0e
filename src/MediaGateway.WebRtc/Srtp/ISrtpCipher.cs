namespace MediaGateway.WebRtc.Srtp;

/// <summary>
/// The cipher of one direction of one kind of packet (SRTP or SRTCP) under one pair of session keys. Knows nothing of indices,
/// replay or header layout: <see cref="SrtpProfile.Aes128CmSha1With80BitTag"/> encrypts the payload with AES-CTR under the 16-byte
/// <c>iv</c> and authenticates header, ciphertext, trailer; <see cref="SrtpProfile.AeadAes128Gcm"/> uses the 12-byte <c>iv</c> and
/// header, trailer as associated data. One thread at a time; allocates nothing per packet.
/// </summary>
public interface ISrtpCipher : IDisposable
{
    /// <summary>Bytes of authentication tag: 10 or 16.</summary>
    int TagLength { get; }

    /// <summary>Encrypts <paramref name="payload"/> in place and writes the tag.</summary>
    void Seal(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> header, Span<byte> payload, ReadOnlySpan<byte> trailer, Span<byte> tag);

    /// <summary>Checks the tag, then decrypts <paramref name="payload"/> in place. False: the packet is not authentic; discard it.</summary>
    bool Open(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> header, Span<byte> payload, ReadOnlySpan<byte> trailer, ReadOnlySpan<byte> tag);
}
