namespace MediaGateway.WebRtc.Srtp;

/// <summary>SRTP protection profiles by their DTLS-SRTP identifier (RFC 5764 4.1.2, RFC 7714 14.2).</summary>
public enum SrtpProfile
{
    /// <summary>AES-128 counter mode, HMAC-SHA1 with an 80-bit tag.</summary>
    Aes128CmSha1With80BitTag = 1,

    /// <summary>AES-128 GCM with a 128-bit tag.</summary>
    AeadAes128Gcm = 7,
}
