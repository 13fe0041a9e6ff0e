using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MediaGateway.Rtmp;

/// <summary>
/// Where a client publishes: <c>rtmp[s]://[user:password@]host[:port]/app[?parameters]/key[?parameters]</c>. The path is split as
/// encoders split it, at the last slash before the key's question mark, and stays as it was written; only user and password are
/// percent-decoded. Holds secrets: show nobody more than <see cref="Masked"/>. Immutable.
/// </summary>
public sealed record RtmpTargetUrl
{
    /// <summary>The longest text accepted, in characters.</summary>
    public const int MaximumLength = 2048;

    /// <summary>The port of addresses that name none.</summary>
    public const int DefaultPort = 1935;

    /// <summary>The port of <c>rtmps</c> addresses that name none: the one of the large platforms and of FFmpeg.</summary>
    public const int DefaultSecurePort = 443;

    private const string Mask = "****";
    private const string PlainScheme = "rtmp";
    private const string SecureScheme = "rtmps";

    // Stands for the stream while a redirect, which names none, is read.
    private const string Placeholder = "stream";

    private RtmpTargetUrl(bool isSecure, string host, int port, string app, string streamName)
    {
        (IsSecure, Host, Port, App, StreamName) = (isSecure, host, port, app, streamName);
    }

    /// <summary>Whether the connection is wrapped in TLS.</summary>
    public bool IsSecure { get; }

    /// <summary>Name or address of the host; an IPv6 address without its brackets.</summary>
    public string Host { get; }

    /// <summary>TCP port.</summary>
    public int Port { get; }

    /// <summary>The user to authenticate as; null for none.</summary>
    public string? UserName { get; private init; }

    /// <summary>The user's password; null for none.</summary>
    public string? Password { get; private init; }

    /// <summary>The application with its parameters, as the connect command says it.</summary>
    public string App { get; }

    /// <summary>The stream, mostly a secret key, with its parameters, as the publish command says it. Empty when the path has one part.</summary>
    public string StreamName { get; }

    /// <summary>The address without user, password and stream, as the connect command repeats it.</summary>
    public string TcUrl => $"{Scheme}://{Authority}/{App}";

    /// <summary>The address for people and logs: host, port and application, everything else hidden.</summary>
    public string Masked
    {
        get
        {
            int question = App.IndexOf('?', StringComparison.Ordinal);
            string app = question < 0 ? App : $"{App[..question]}?{Mask}";
            string user = UserName is null ? "" : $"{Mask}@";
            string stream = StreamName.Length == 0 ? "" : $"/{Mask}";
            return $"{Scheme}://{user}{Authority}/{app}{stream}";
        }
    }

    private string Scheme => IsSecure ? SecureScheme : PlainScheme;

    private string Authority => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Reads an address, or says in words why not. The words never repeat the input.</summary>
    /// <param name="text">The address.</param>
    /// <param name="url">What it says.</param>
    /// <param name="refusal">Why it cannot be used.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out RtmpTargetUrl? url, [NotNullWhen(false)] out string? refusal)
    {
        url = null;
        refusal = CheckText(text);
        if (refusal is not null)
        {
            return false;
        }

        string address = text!; // CheckText found it not null
        int schemeEnd = address.IndexOf("://", StringComparison.Ordinal);
        string scheme = schemeEnd < 0 ? "" : address[..schemeEnd].ToLowerInvariant();
        if (scheme is not (PlainScheme or SecureScheme))
        {
            refusal = "The address must begin with rtmp:// or rtmps://.";
            return false;
        }

        string rest = address[(schemeEnd + 3)..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string authority = slash < 0 ? rest : rest[..slash];
        (string app, string streamName) = SplitPath(slash < 0 ? "" : rest[(slash + 1)..]);
        int at = authority.LastIndexOf('@');
        bool isSecure = scheme == SecureScheme;
        if (!TrySplitHost(authority[(at + 1)..], isSecure, out string host, out int port))
        {
            refusal = "The address names no valid host or port.";
            return false;
        }

        if (app.Length == 0)
        {
            refusal = "The address names no application.";
            return false;
        }

        url = new RtmpTargetUrl(isSecure, host, port, app, streamName);
        if (at >= 0)
        {
            int colon = authority.IndexOf(':', StringComparison.Ordinal);
            bool hasPassword = colon >= 0 && colon < at;
            url = url with
            {
                UserName = Uri.UnescapeDataString(authority[..(hasPassword ? colon : at)]),
                Password = hasPassword ? Uri.UnescapeDataString(authority[(colon + 1)..at]) : "",
            };
        }

        return true;
    }

    /// <summary>
    /// Where to go on after a redirect (Adobe's <c>ex.redirect</c>, Enhanced RTMP's <c>tcUrl</c>), with this stream; null when the new
    /// address cannot be used or would send in the clear what was encrypted. User and password are not carried along.
    /// </summary>
    /// <param name="address">The application's new address, without a stream; one that starts with a slash stays on this host.</param>
    public RtmpTargetUrl? RedirectedTo(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        string absolute = address.StartsWith('/') ? $"{Scheme}://{Authority}{address}" : address;
        if (!TryParse($"{absolute.TrimEnd('/')}/{Placeholder}", out RtmpTargetUrl? target, out _) || (IsSecure && !target.IsSecure))
        {
            return null;
        }

        return new RtmpTargetUrl(target.IsSecure, target.Host, target.Port, target.App, StreamName);
    }

    /// <summary>What a server says, without user, password and, if it is secret, the stream's name: servers like to repeat what they refuse.</summary>
    public string WithoutSecrets(string text, bool isNameSecret)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (string? secret in new[] { isNameSecret ? StreamName : null, Password, UserName })
        {
            text = string.IsNullOrEmpty(secret) ? text : text.Replace(secret, Mask, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary><see cref="Masked"/>, so that no log line shows more by accident.</summary>
    public override string ToString() => Masked;

    private static string? CheckText(string? text) => text switch
    {
        null or "" => "The address is missing.",
        { Length: > MaximumLength } => $"The address is longer than {MaximumLength} characters.",
        _ when text.AsSpan().ContainsAnyInRange('\0', ' ') || text.Contains('\u007F', StringComparison.Ordinal) =>
            "The address holds a blank or a control character.",
        _ => null,
    };

    // Parameters of the application come before the slash in front of the stream (live?a=1/key?b=2), those of the stream after it; a slash
    // behind the first question mark belongs to a value unless nothing before it could have parted the two.
    private static (string App, string StreamName) SplitPath(string path)
    {
        path = path.TrimEnd('/');
        int question = path.IndexOf('?', StringComparison.Ordinal);
        int slash = question < 0 ? path.LastIndexOf('/') : path.LastIndexOf('/', question);
        if (slash < 0 && question >= 0)
        {
            int second = path.IndexOf('?', question + 1);
            slash = path.LastIndexOf('/', second < 0 ? path.Length - 1 : second);
        }

        return slash < 0 ? (path, "") : (path[..slash], path[(slash + 1)..]);
    }

    private static bool TrySplitHost(string text, bool isSecure, out string host, out int port)
    {
        port = isSecure ? DefaultSecurePort : DefaultPort;
        host = text;
        int bracket = text.IndexOf(']', StringComparison.Ordinal);
        int colon = text.IndexOf(':', bracket < 0 ? 0 : bracket);
        if (colon >= 0)
        {
            host = text[..colon];
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
            {
                return false;
            }
        }

        UriHostNameType type = Uri.CheckHostName(host);
        host = type == UriHostNameType.IPv6 ? host.Trim('[', ']') : host;
        return type is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6 && port is > 0 and <= ushort.MaxValue;
    }
}
