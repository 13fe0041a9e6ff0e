using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using MediaGateway.Configuration;
using Microsoft.Extensions.Options;

namespace MediaGateway.Authorization;

/// <summary>
/// Checks signed tokens: JSON Web Tokens (RFC 7519) in the compact form of RFC 7515 7.1, signed with a shared secret by the one algorithm
/// of the settings. Words for clients never repeat any of a token. Any thread.
/// </summary>
internal sealed class TokenReader
{
    /// <summary>The longest token taken, in characters. One with a few dozen claims has about a thousand.</summary>
    public const int MaximumLength = 8192;

    /// <summary>What a client is told whose token is forged, mangled or signed by another way.</summary>
    public const string NotValid = "The token is not valid";

    /// <summary>What a client is told whose token has come to its end.</summary>
    public const string Expired = "The token has expired";

    /// <summary>What a client is told whose token has not begun.</summary>
    public const string NotYet = "The token is not valid yet";

    private const int MaximumDepth = 8;
    private const int Parts = 3;

    // Neither padding nor spaces (RFC 7515 2), which the decoder would let pass: a token has one spelling.
    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly TokenOptions _options;
    private readonly TimeProvider _time;
    private readonly byte[][] _secrets;

    /// <summary>Reads the checked settings.</summary>
    public TokenReader(IOptions<TokenOptions> options, TimeProvider time)
    {
        (_options, _time) = (options.Value, time);
        _secrets =
        [
            .. _options.Secrets.Select(text => TokenSignature.TryReadSecret(text, out byte[]? secret)
                ? secret
                : throw new ArgumentException("A secret is not base64.", nameof(options))),
        ];
    }

    /// <summary>Checks a token's form, signature and times. Returns why it does not hold, in words for the client, or null.</summary>
    public string? Check(string token, out TokenClaims claims)
    {
        claims = default;
        if (token.Length > MaximumLength || token.AsSpan().ContainsAnyExcept(Characters) || token.Split('.') is not { Length: Parts } parts)
        {
            return NotValid;
        }

        if (Decode(parts[2]) is not { } signature || !IsSigned(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature))
        {
            return NotValid;
        }

        if (DecodeJson(parts[0]) is not { } header || !IsOurs(header) || DecodeJson(parts[1]) is not { } payload)
        {
            return NotValid;
        }

        claims = new TokenClaims(payload);
        return CheckTimes(claims);
    }

    private static byte[]? Decode(string part)
    {
        byte[] bytes = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        return Base64Url.DecodeFromChars(part, bytes, out _, out int length) == OperationStatus.Done ? bytes[..length] : null;
    }

    private static JsonElement? DecodeJson(string part) =>
        Decode(part) is { } utf8 && CheckedJson.TryParse(utf8, MaximumDepth, out JsonElement json) && json.ValueKind == JsonValueKind.Object
            ? json
            : null;

    private bool IsSigned(byte[] signed, byte[] signature)
    {
        bool isSigned = false;
        foreach (byte[] secret in _secrets)
        {
            isSigned |= TokenSignature.Matches(_options.Algorithm, secret, signed, signature);
        }

        return isSigned;
    }

    // The algorithm is ours to choose, not the token's (RFC 8725 3.1); extensions that must be understood are not (RFC 7515 4.1.11).
    private bool IsOurs(JsonElement header) =>
        header.TryGetProperty("alg", out JsonElement algorithm)
        && algorithm.ValueKind == JsonValueKind.String
        && algorithm.ValueEquals(_options.Algorithm)
        && !header.TryGetProperty("crit", out _);

    private string? CheckTimes(TokenClaims claims)
    {
        if (!claims.HasReadableTimes || (_options.RequireExpiry && claims.Expiry is null))
        {
            return NotValid;
        }

        double now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        double tolerance = _options.ClockTolerance.TotalSeconds;
        return claims.Expiry is { } expiry && now >= expiry + tolerance ? Expired
            : claims.NotBefore is { } notBefore && now < notBefore - tolerance ? NotYet
            : null;
    }
}
