using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace MediaGateway.Authorization;

/// <summary>The keyed hashes that sign tokens (RFC 7518 3.2).</summary>
internal static class TokenSignature
{
    /// <summary>Bytes of the longest signature.</summary>
    public const int LongestBytes = 64;

    private const string Base64Prefix = "base64:";

    /// <summary>The least that a secret must have: as much as the hash (RFC 7518 3.2).</summary>
    public static int MinimumSecretBytes(string algorithm) => algorithm switch
    {
        "HS384" => 48,
        "HS512" => 64,
        _ => 32,
    };

    /// <summary>Reads a secret as the settings have it: text, or <c>base64:</c> and its bytes.</summary>
    public static bool TryReadSecret(string text, [NotNullWhen(true)] out byte[]? secret)
    {
        if (!text.StartsWith(Base64Prefix, StringComparison.Ordinal))
        {
            secret = Encoding.UTF8.GetBytes(text);
            return true;
        }

        byte[] buffer = new byte[text.Length];
        bool isBase64 = Convert.TryFromBase64String(text[Base64Prefix.Length..], buffer, out int length);
        secret = isBase64 ? buffer[..length] : null;
        return isBase64;
    }

    /// <summary>Whether <paramref name="signature"/> signs <paramref name="signed"/>; takes the same time wherever they differ.</summary>
    public static bool Matches(string algorithm, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[LongestBytes];
        int length = algorithm switch
        {
            "HS256" => HMACSHA256.HashData(secret, signed, expected),
            "HS384" => HMACSHA384.HashData(secret, signed, expected),
            "HS512" => HMACSHA512.HashData(secret, signed, expected),
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "The settings allow no other."),
        };
        return CryptographicOperations.FixedTimeEquals(expected[..length], signature);
    }
}
