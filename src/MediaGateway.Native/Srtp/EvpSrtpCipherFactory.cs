using MediaGateway.WebRtc.Srtp;

namespace MediaGateway.Native.Srtp;

/// <summary>SRTP ciphers on libcrypto. Safe to call from any thread.</summary>
public sealed class EvpSrtpCipherFactory : ISrtpCipherFactory
{
    /// <inheritdoc/>
    public ISrtpCipher Create(SrtpProfile profile, ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> authenticationKey) => profile switch
    {
        SrtpProfile.Aes128CmSha1With80BitTag => new AesCmSha1Cipher(sessionKey, authenticationKey),
        SrtpProfile.AeadAes128Gcm => new AesGcmSrtpCipher(sessionKey),
        _ => throw new ArgumentOutOfRangeException(nameof(profile), profile, "There is no cipher for this SRTP profile."),
    };
}
