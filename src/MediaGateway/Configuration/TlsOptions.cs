using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>The gateway's certificate and its TLS: section <c>Tls</c>.</summary>
internal sealed class TlsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Tls";

    /// <summary>
    /// PEM file with the certificate and, after it, the chain up to the root; or a PKCS #12 file (PFX) with certificate and key. Empty: a
    /// self-signed certificate is made and kept in <see cref="DataFolder"/>. A changed file is taken up while the gateway runs.
    /// </summary>
    public string CertificatePath { get; set; } = "";

    /// <summary>PEM file with the certificate's private key. Empty: it stands in the file of <see cref="CertificatePath"/>.</summary>
    public string KeyPath { get; set; } = "";

    /// <summary>Password of the PKCS #12 file or of an encrypted PEM key. Empty: none.</summary>
    public string KeyPassword { get; set; } = "";

    /// <summary>
    /// Where the certificate that the gateway makes itself is kept from one start to the next, relative to the program. Readable by the
    /// gateway's user only. Where it cannot be written, each start makes a new certificate.
    /// </summary>
    [MinLength(1)]
    public string DataFolder { get; set; } = "data";

    /// <summary>From the connection to the end of the TLS handshake. 10 s is enough for a phone on a bad network.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
