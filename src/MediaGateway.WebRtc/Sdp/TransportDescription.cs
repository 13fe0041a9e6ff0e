using MediaGateway.WebRtc.Dtls;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>The ICE and DTLS attributes of a session or of one of its media descriptions.</summary>
internal sealed class TransportDescription
{
    private readonly List<CertificateFingerprint> _fingerprints = [];

    /// <summary><c>a=ice-ufrag</c>; null when not given.</summary>
    public string? IceUsernameFragment { get; set; }

    /// <summary><c>a=ice-pwd</c>; null when not given.</summary>
    public string? IcePassword { get; set; }

    /// <summary><c>a=setup</c> in lower case; null when not given.</summary>
    public string? Setup { get; set; }

    /// <summary>Every <c>a=fingerprint</c>, whatever its hash function.</summary>
    public IReadOnlyList<CertificateFingerprint> Fingerprints => _fingerprints;

    /// <summary>Remembers a fingerprint.</summary>
    public void AddFingerprint(CertificateFingerprint fingerprint) => _fingerprints.Add(fingerprint);
}
