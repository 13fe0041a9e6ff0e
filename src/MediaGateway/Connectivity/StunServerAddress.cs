using System.Globalization;
using System.Text.RegularExpressions;

namespace MediaGateway.Connectivity;

/// <summary>The STUN server that the gateway itself asks: a host and a UDP port.</summary>
/// <param name="Host">A name or an IP address.</param>
/// <param name="Port">Its UDP port.</param>
internal readonly partial record struct StunServerAddress(string Host, int Port)
{
    /// <summary>RFC 8489 8.1: the port where none is named.</summary>
    public const int DefaultPort = 3478;

    /// <summary>Reads <c>host</c>, <c>host:port</c> or <c>[IPv6 address]:port</c>, with or without <c>stun:</c> (RFC 7064 3.1) before it.</summary>
    public static bool TryParse(string text, out StunServerAddress address)
    {
        Match match = Form().Match(text);
        Group port = match.Groups["port"];
        int number = port.Success ? int.Parse(port.ValueSpan, CultureInfo.InvariantCulture) : DefaultPort;
        address = new StunServerAddress(match.Groups["host"].Value.Trim('[', ']'), number);
        return match.Success && number is > 0 and <= ushort.MaxValue;
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    [GeneratedRegex(@"^(stun:)?(?<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(:(?<port>[0-9]{1,5}))?$")]
    private static partial Regex Form();
}
