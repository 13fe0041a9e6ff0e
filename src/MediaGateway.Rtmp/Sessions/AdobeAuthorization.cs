using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>
/// The authentication of publishers that Adobe's and Wowza's servers ask for (<c>authmod=adobe</c>; not in any specification): the server
/// refuses a connection with a challenge in its description, and the client connects anew with the answer in the application's query.
/// MD5 is the scheme's, not a choice. Stateless.
/// </summary>
internal static class AdobeAuthorization
{
    private const string Scheme = "authmod=adobe";

    /// <summary>Whether a refusal asks for a scheme that is not this one.</summary>
    public static bool IsOtherScheme(string description) =>
        description.Contains("authmod=", StringComparison.Ordinal) && !description.Contains(Scheme, StringComparison.Ordinal);

    /// <summary>The query to connect anew with; false when the refusal is no challenge, or is the last word.</summary>
    public static bool TryAnswer(string description, string userName, string password, Random random, [NotNullWhen(true)] out string? query)
    {
        query = null;
        if (!description.Contains(Scheme, StringComparison.Ordinal))
        {
            return false;
        }

        string user = Uri.EscapeDataString(userName);
        int question = description.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
        {
            query = $"{Scheme}&user={user}";
            return description.Contains("need auth", StringComparison.Ordinal);
        }

        if (!RtmpUrlPart.TryParse(description[question..].TrimEnd(), out RtmpUrlPart? challenge) || challenge.Parameter("reason") != "needauth")
        {
            return false;
        }

        // Base64 may hold an equals sign, which the parser leaves in the value.
        string salt = challenge.Parameter("salt") ?? "";
        string opaque = challenge.Parameter("opaque") ?? "";
        string serverChallenge = opaque.Length > 0 ? opaque : challenge.Parameter("challenge") ?? "";
        string clientChallenge = random.Next().ToString("x8", CultureInfo.InvariantCulture);
        string secret = Digest(userName + salt + password);
        string response = Digest(secret + serverChallenge + clientChallenge);
        query = $"{Scheme}&user={user}&challenge={clientChallenge}&response={response}";
        query += opaque.Length > 0 ? $"&opaque={opaque}" : "";
        return true;
    }

    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The scheme prescribes MD5.")]
    private static string Digest(string text) => Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
