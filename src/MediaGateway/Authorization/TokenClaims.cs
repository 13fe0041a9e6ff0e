using System.Text.Json;

namespace MediaGateway.Authorization;

/// <summary>What a token with a good signature says (RFC 7519 4.1, and our own <c>action</c>, <c>app</c> and <c>stream</c>).</summary>
/// <param name="payload">Its JSON object.</param>
internal readonly struct TokenClaims(JsonElement payload)
{
    /// <summary>The end, in seconds since 1970 (RFC 7519 4.1.4); null when there is none.</summary>
    public double? Expiry => Seconds("exp");

    /// <summary>The beginning, in seconds since 1970 (RFC 7519 4.1.5); null when there is none.</summary>
    public double? NotBefore => Seconds("nbf");

    /// <summary>Whether the times are there as they should be: a time that is no number must not count as none.</summary>
    public bool HasReadableTimes => IsNumberOrAbsent("exp") && IsNumberOrAbsent("nbf");

    /// <summary>Whether an action, <c>publish</c> or <c>play</c>, is among the claims <c>action</c> and <c>actions</c>.</summary>
    public bool AllowsAction(string action) =>
        Values("action").Concat(Values("actions")).Any(value => string.Equals(value, action, StringComparison.Ordinal));

    /// <summary>Whether the claim <c>app</c> names that application, or is absent.</summary>
    public bool AllowsApplication(string application) => !Has("app") || Values("app").Any(pattern => Fits(pattern, application));

    /// <summary>Whether the claim <c>stream</c> names that stream. A token without it is good for none.</summary>
    public bool AllowsStream(string name) => Values("stream").Any(pattern => Fits(pattern, name));

    private static bool Fits(string pattern, string name) => pattern.EndsWith('*')
        ? name.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : string.Equals(pattern, name, StringComparison.Ordinal);

    private bool Has(string name) => payload.TryGetProperty(name, out _);

    private bool IsNumberOrAbsent(string name) =>
        !payload.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Number;

    private double? Seconds(string name) =>
        payload.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>A claim's one text, or its list of texts.</summary>
    private IEnumerable<string> Values(string name)
    {
        if (!payload.TryGetProperty(name, out JsonElement value))
        {
            return [];
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array => value.EnumerateArray()
                .Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!),
            _ => [],
        };
    }
}
