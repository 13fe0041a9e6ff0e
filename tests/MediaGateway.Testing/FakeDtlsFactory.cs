using System.Security.Cryptography;
using MediaGateway.WebRtc.Dtls;

namespace MediaGateway.Testing;

/// <summary>Makes <see cref="FakeDtlsEndpoint"/>s and remembers them.</summary>
public sealed class FakeDtlsFactory : IDtlsEndpointFactory
{
    private readonly List<FakeDtlsEndpoint> _made = [];

    /// <inheritdoc/>
    public CertificateFingerprint LocalFingerprint { get; } = CertificateFingerprint.Sha256Of(SHA256.HashData("gateway"u8));

    /// <summary>Every endpoint made so far.</summary>
    public IReadOnlyList<FakeDtlsEndpoint> Made => _made;

    /// <inheritdoc/>
    public IDtlsEndpoint CreateServer()
    {
        var endpoint = new FakeDtlsEndpoint();
        _made.Add(endpoint);
        return endpoint;
    }
}
