using MediaGateway.WebRtc.Srtp;

namespace MediaGateway.WebRtc.Dtls;

/// <summary>SRTP master keys and salts as a DTLS handshake yields them (RFC 5764 4.2). Keep it off every log.</summary>
/// <param name="Profile">The negotiated protection profile.</param>
/// <param name="ClientKey">Master key of what the DTLS client sends.</param>
/// <param name="ClientSalt">Master salt of what the DTLS client sends.</param>
/// <param name="ServerKey">Master key of what the DTLS server sends.</param>
/// <param name="ServerSalt">Master salt of what the DTLS server sends.</param>
public sealed record SrtpKeyingMaterial(SrtpProfile Profile, byte[] ClientKey, byte[] ClientSalt, byte[] ServerKey, byte[] ServerSalt)
{
    /// <summary>The same with the roles changed: what the client of the handshake takes for the peer's is the server's.</summary>
    internal SrtpKeyingMaterial ForClient() => new(Profile, ServerKey, ServerSalt, ClientKey, ClientSalt);

    /// <summary>Says nothing of the keys.</summary>
    public override string ToString() => $"SRTP keys for {Profile}";
}
