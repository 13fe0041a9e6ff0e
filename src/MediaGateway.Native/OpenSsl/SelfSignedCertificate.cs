using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MediaGateway.Native.OpenSsl;

/// <summary>A self-signed P-256 certificate and its key, as WebRTC peers use them: known by the fingerprint in the SDP alone.</summary>
/// <param name="Certificate">The certificate in DER.</param>
/// <param name="PrivateKey">The key in DER (RFC 5915).</param>
internal sealed record SelfSignedCertificate(byte[] Certificate, byte[] PrivateKey)
{
    /// <summary>Makes a new one. Valid from a day ago, as clocks differ, and longer than any process runs.</summary>
    public static SelfSignedCertificate Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=MediaGateway", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
        return new SelfSignedCertificate(certificate.RawData, key.ExportECPrivateKey());
    }

    /// <summary>Says nothing of the key.</summary>
    public override string ToString() => "self-signed certificate";
}
