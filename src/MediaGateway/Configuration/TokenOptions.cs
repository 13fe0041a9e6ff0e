using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>Signed tokens (JSON Web Tokens, RFC 7519) that allow publishing and playing without any backend: section <c>Tokens</c>.</summary>
internal sealed class TokenOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Tokens";

    /// <summary>
    /// Secrets that tokens may be signed with, as text, or as <c>base64:…</c>. At least 32 bytes for HS256, 48 for HS384, 64 for HS512
    /// (RFC 7518 3.2). Several, so that one can be replaced without a gap. None: no token is asked for.
    /// </summary>
    public IList<string> Secrets { get; } = [];

    /// <summary>The one algorithm taken, whatever a token says of itself: <c>HS256</c>, <c>HS384</c> or <c>HS512</c> (RFC 7518 3.2).</summary>
    [AllowedValues("HS256", "HS384", "HS512", ErrorMessage = "The field {0} must be HS256, HS384 or HS512.")]
    public string Algorithm { get; set; } = "HS256";

    /// <summary>The parameter of a stream or a connection that carries the token: <c>rtmp://host/live/name?token=…</c>.</summary>
    [RegularExpression("^[A-Za-z0-9_.-]{1,64}$", ErrorMessage = "The field {0} must be 1 to 64 characters of A-Z a-z 0-9 _ . -")]
    public string Parameter { get; set; } = "token";

    /// <summary>How far the issuer's clock and ours may differ. 60 s is what RFC 7519 4.1.4 calls a few minutes, at most.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan ClockTolerance { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether a token without an end (<c>exp</c>) is refused. One that leaks is then good forever.</summary>
    public bool RequireExpiry { get; set; } = true;
}
