using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MediaGateway.Configuration;
using Microsoft.Extensions.Options;

namespace MediaGateway.Connectivity;

/// <summary>
/// The STUN and TURN servers of the settings, with credentials for one client. With a shared secret they are made anew each time, as in
/// "A REST API For Access To TURN Services" (draft-uberti-behave-turn-rest-00 2.2): the user name is its end and a word, the password
/// is the base64 of the HMAC-SHA1 of the user name. Any thread.
/// </summary>
internal sealed class IceServers(IOptions<IceServerOptions> options, TimeProvider time)
{
    /// <summary>Longest word in a user name.</summary>
    private const int MaximumUserLength = 32;

    /// <summary>The servers; empty when the settings name none.</summary>
    /// <param name="user">A word by which the TURN server's log tells clients apart; no secret.</param>
    public IReadOnlyList<IceServer> For(string user)
    {
        IceServerOptions settings = options.Value;
        List<IceServer> servers = [];
        string[] open = [.. settings.Urls.Where(url => url.Length > 0 && !IceServerUrl.NeedsCredential(url))];
        if (open.Length > 0)
        {
            servers.Add(new IceServer(open, null, null));
        }

        string[] guarded = [.. settings.Urls.Where(IceServerUrl.NeedsCredential)];
        if (guarded.Length > 0)
        {
            (string username, string credential) = settings.SharedSecret.Length > 0
                ? Limited(settings, user)
                : (settings.Username, settings.Credential);
            servers.Add(new IceServer(guarded, username, credential));
        }

        return servers;
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "TURN servers compute it with SHA-1.")]
    private (string Username, string Credential) Limited(IceServerOptions settings, string user)
    {
        long end = (time.GetUtcNow() + settings.CredentialLifetime).ToUnixTimeSeconds();
        string word = new([.. user.Where(char.IsAsciiLetterOrDigit).Take(MaximumUserLength)]);
        string username = string.Create(CultureInfo.InvariantCulture, $"{end}:{word}");
        byte[] code = HMACSHA1.HashData(Encoding.UTF8.GetBytes(settings.SharedSecret), Encoding.UTF8.GetBytes(username));
        return (username, Convert.ToBase64String(code));
    }
}
