namespace MediaGateway.WebRtc.Srtp;

/// <summary>Makes ciphers from session keys. Safe to call from any thread.</summary>
public interface ISrtpCipherFactory
{
    /// <summary>Makes a cipher. The caller owns it.</summary>
    /// <param name="profile">Which algorithm.</param>
    /// <param name="sessionKey">16 bytes of session encryption key (RFC 3711 4.3).</param>
    /// <param name="authenticationKey">20 bytes of session authentication key; empty for GCM.</param>
    ISrtpCipher Create(SrtpProfile profile, ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> authenticationKey);
}
