namespace MediaGateway.WebRtc.Dtls;

/// <summary>Makes the server end of DTLS associations, all with one certificate. Safe to call from any thread.</summary>
public interface IDtlsEndpointFactory
{
    /// <summary>The SHA-256 fingerprint of the certificate, for <c>a=fingerprint</c>.</summary>
    CertificateFingerprint LocalFingerprint { get; }

    /// <summary>Makes one association in the server role. The caller owns it.</summary>
    IDtlsEndpoint CreateServer();
}
