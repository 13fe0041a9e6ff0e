using System.Text.RegularExpressions;

namespace MediaGateway.Connectivity;

/// <summary>The addresses of STUN and TURN servers (RFC 7064 3.1, RFC 7065 3.1).</summary>
internal static partial class IceServerUrl
{
    /// <summary>Whether a browser takes it; one that it refuses would stop every connection.</summary>
    public static bool IsValid(string url) => Stun().IsMatch(url) || Turn().IsMatch(url);

    /// <summary>Whether a user name and a password go with it.</summary>
    public static bool NeedsCredential(string url) => Turn().IsMatch(url);

    [GeneratedRegex(@"^stuns?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(:[0-9]{1,5})?$")]
    private static partial Regex Stun();

    [GeneratedRegex(@"^turns?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(:[0-9]{1,5})?(\?transport=(udp|tcp))?$")]
    private static partial Regex Turn();
}
