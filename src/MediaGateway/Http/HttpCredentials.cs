using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace MediaGateway.Http;

/// <summary>
/// Who a client says it is: the header <c>Authorization</c>, as a Bearer token (RFC 6750), as a Bearer <c>user:pass</c> (for encoders
/// whose only field is a token) or as Basic (RFC 7617); or parameters of the address. Never logged.
/// </summary>
/// <param name="Token">The bearer token as it came; null when there is none.</param>
/// <param name="Parameters">The address's parameters, decoded, in their order, and those that the header stands for.</param>
/// <param name="HeaderHash">What later requests of the session must show again; null when there was no header.</param>
internal sealed record HttpCredentials(string? Token, IReadOnlyList<KeyValuePair<string, string>> Parameters, byte[]? HeaderHash)
{
    /// <summary>Parameters of one address, its credentials included.</summary>
    public const int MaximumParameters = 64;

    /// <summary>Characters of them together, decoded. A signed token needs up to eight thousand.</summary>
    public const int MaximumCharacters = 10 * 1024;

    private const string BearerPrefix = "Bearer ";
    private const string BasicPrefix = "Basic ";
    private const string UserParameter = "user";
    private const string PasswordParameter = "pass";

    private static readonly string[] CredentialNames = ["jwt", "password", PasswordParameter, "key"];

    /// <summary>Reads a request; null when it holds too much.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tokenParameter">The name of the parameter that carries a token.</param>
    public static HttpCredentials? Read(HttpRequest request, string tokenParameter)
    {
        List<KeyValuePair<string, string>> parameters = [];
        foreach (QueryStringEnumerable.EncodedNameValuePair pair in new QueryStringEnumerable(request.QueryString.Value))
        {
            parameters.Add(KeyValuePair.Create(pair.DecodeName().ToString(), pair.DecodeValue().ToString()));
        }

        string header = request.Headers.Authorization.ToString();
        string? token = ReadHeader(header, tokenParameter, parameters);
        bool fits = parameters.Count <= MaximumParameters
            && parameters.Sum(pair => (long)pair.Key.Length + pair.Value.Length) <= MaximumCharacters;
        return fits ? new HttpCredentials(token, parameters, HashOf(header)) : null;
    }

    /// <summary>Whether the client has shown anything at all: one that has not is asked for it.</summary>
    /// <param name="tokenParameter">The name of the parameter that carries a token.</param>
    public bool HasAny(string tokenParameter) =>
        HeaderHash is not null
        || Parameters.Any(pair => pair.Key == tokenParameter || CredentialNames.Contains(pair.Key, StringComparer.Ordinal));

    /// <summary>Whether a later request shows what the first one did; the comparison tells nothing by its time.</summary>
    public static bool Matches(byte[]? expected, HttpRequest request) =>
        expected is null
        || (HashOf(request.Headers.Authorization.ToString()) is { } shown && CryptographicOperations.FixedTimeEquals(expected, shown));

    private static string? ReadHeader(string header, string tokenParameter, List<KeyValuePair<string, string>> parameters)
    {
        if (header.StartsWith(BasicPrefix, StringComparison.OrdinalIgnoreCase))
        {
            string encoded = header[BasicPrefix.Length..].Trim();
            byte[] bytes = new byte[encoded.Length];
            AddUser(Convert.TryFromBase64String(encoded, bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length) : "", parameters);
            return null;
        }

        if (!header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string token = header[BearerPrefix.Length..].Trim();
        if (token.Contains(':', StringComparison.Ordinal)) // a signed token holds none
        {
            AddUser(token, parameters);
            return null;
        }

        if (token.Length > 0)
        {
            parameters.Add(KeyValuePair.Create(tokenParameter, token));
        }

        return token.Length > 0 ? token : null;
    }

    private static void AddUser(string userAndPassword, List<KeyValuePair<string, string>> parameters)
    {
        int colon = userAndPassword.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            parameters.Add(KeyValuePair.Create(UserParameter, userAndPassword[..colon]));
            parameters.Add(KeyValuePair.Create(PasswordParameter, userAndPassword[(colon + 1)..]));
        }
    }

    // Of equal length whatever was sent.
    private static byte[]? HashOf(string header) => header.Length == 0 ? null : SHA256.HashData(Encoding.UTF8.GetBytes(header));
}
