using System.Security.Cryptography;

namespace MediaGateway.WebRtc.Dtls;

/// <summary>The hash of a certificate as SDP writes it: <c>sha-256 AB:CD:...</c> (RFC 8122 5).</summary>
/// <param name="Algorithm">The hash function's name in lower case.</param>
/// <param name="Value">Upper-case hexadecimal bytes joined by colons.</param>
public sealed record CertificateFingerprint(string Algorithm, string Value)
{
    /// <summary>Whether the hash function is one that counts and the value has its length.</summary>
    public bool IsUsable => Algorithm switch
    {
        "sha-256" => HasBytes(SHA256.HashSizeInBytes),
        "sha-384" => HasBytes(SHA384.HashSizeInBytes),
        "sha-512" => HasBytes(SHA512.HashSizeInBytes),
        _ => false,
    };

    /// <summary>Whether <paramref name="certificate"/> (DER) has this fingerprint. SHA-1 and MD5 never match: they are refused.</summary>
    public bool Matches(ReadOnlySpan<byte> certificate)
    {
        byte[]? hash = Algorithm switch
        {
            "sha-256" => SHA256.HashData(certificate),
            "sha-384" => SHA384.HashData(certificate),
            "sha-512" => SHA512.HashData(certificate),
            _ => null,
        };
        return hash is not null && TryGetBytes(out byte[] expected) && CryptographicOperations.FixedTimeEquals(hash, expected);
    }

    /// <summary>The SHA-256 fingerprint of a certificate in DER.</summary>
    public static CertificateFingerprint Sha256Of(ReadOnlySpan<byte> certificate) =>
        new("sha-256", string.Join(':', SHA256.HashData(certificate).Select(value => value.ToString("X2", null))));

    private bool HasBytes(int count) => TryGetBytes(out byte[] bytes) && bytes.Length == count;

    private bool TryGetBytes(out byte[] bytes)
    {
        try
        {
            bytes = Convert.FromHexString(Value.Replace(":", "", StringComparison.Ordinal));
            return true;
        }
        catch (FormatException)
        {
            bytes = [];
            return false;
        }
    }
}
