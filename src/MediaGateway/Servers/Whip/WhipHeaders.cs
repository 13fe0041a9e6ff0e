using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace MediaGateway.Servers.Whip;

/// <summary>
/// The headers that every answer carries: browsers of the allowed origins may read it (CORS), nobody keeps it, nobody guesses its type.
/// Any thread.
/// </summary>
internal sealed class WhipHeaders(IOptions<WhipOptions> options)
{
    /// <summary>The media type of offers and answers.</summary>
    public const string Sdp = "application/sdp";

    /// <summary>The media type of what a PATCH carries (RFC 8840).</summary>
    public const string Fragment = "application/trickle-ice-sdpfrag";

    /// <summary>When to try again what is refused for now, in seconds.</summary>
    public const string RetrySeconds = "2";

    private const string Exposed = "Location, ETag, Link, Accept-Post, Accept-Patch, Retry-After, WWW-Authenticate";
    private const string Asked = "Authorization, Content-Type, If-Match";
    private const string PreflightSeconds = "86400";
    private const string AnyOrigin = "*";

    private readonly IList<string> _origins = options.Value.AllowedOrigins;

    /// <summary>Sets the headers of every answer; false when the request comes from a page that may not make it.</summary>
    public bool TryApply(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        if (_origins.Count == 0)
        {
            headers.AccessControlAllowOrigin = AnyOrigin;
        }
        else
        {
            headers.Vary = "Origin";
            string? origin = context.Request.Headers.Origin;
            if (!string.IsNullOrEmpty(origin))
            {
                if (!_origins.Contains(origin, StringComparer.OrdinalIgnoreCase))
                {
                    return false;
                }

                headers.AccessControlAllowOrigin = origin;
            }
        }

        headers.AccessControlExposeHeaders = Exposed;
        return true;
    }

    /// <summary>Answers a browser's preflight, and everybody else who asks what can be done here.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="methods">What can be done, separated by commas.</param>
    public static void DescribeMethods(HttpResponse response, string methods)
    {
        IHeaderDictionary headers = response.Headers;
        headers.Allow = methods;
        headers.AccessControlAllowMethods = methods;
        headers.AccessControlAllowHeaders = Asked;
        headers.AccessControlMaxAge = PreflightSeconds;
    }

    /// <summary>Tells of STUN and TURN servers (RFC 9725 4.6).</summary>
    public static void AddIceServers(HttpResponse response, IEnumerable<IceServer> servers)
    {
        string[] links = [.. servers.SelectMany(server => server.ToLinkHeaders())];
        if (links.Length > 0)
        {
            response.Headers.Link = links;
        }
    }

    /// <summary>Whether what a request carries is of a type, whatever its parameters.</summary>
    public static bool IsOfType(HttpRequest request, string type)
    {
        ReadOnlySpan<char> sent = request.ContentType;
        int end = sent.IndexOf(';');
        return (end < 0 ? sent : sent[..end]).Trim().Equals(type, StringComparison.OrdinalIgnoreCase)
            && (request.Headers.ContentEncoding.Count == 0 || request.Headers.ContentEncoding == "identity");
    }

    /// <summary>Whether a client takes a session description as the answer; one that does not say takes everything.</summary>
    public static bool TakesSdp(HttpRequest request)
    {
        StringValues accept = request.Headers.Accept;
        return accept.Count == 0 || accept.SelectMany(value => (value ?? "").Split(',')).Any(range =>
            range.Split(';')[0].Trim().ToLowerInvariant() is "" or "*/*" or "application/*" or Sdp);
    }
}
