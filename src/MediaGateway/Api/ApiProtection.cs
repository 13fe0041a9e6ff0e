using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace MediaGateway.Api;

/// <summary>
/// Stands before every endpoint marked <see cref="OperatorOnly"/>. With a key in the settings a call must carry it. Without one only
/// programs on this machine may call: not through a proxy, and not a web page that a browser on this machine has loaded from elsewhere.
/// The body of a refused call is not read.
/// </summary>
internal sealed class ApiProtection(IOptions<ApiOptions> options, FailureLimiter failures, ILogger<ApiProtection> logger) : IMiddleware
{
    private const string KeyHeader = "X-Api-Key";

    private static readonly string[] ForwardingHeaders = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"];

    private readonly byte[]? _keyHash = options.Value.Key is { Length: > 0 } key ? Hash(key) : null;

    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<OperatorOnly>() is null)
        {
            return next(context);
        }

        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-store";
        return (_keyHash is null ? RefuseStrangers(context) : RefuseWithoutKey(context, _keyHash)) is { } refusal
            ? refusal.ExecuteAsync(context)
            : next(context);
    }

    private static JsonHttpResult<ProblemReport>? RefuseStrangers(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (!LocalClients.IsHere(context) || ForwardingHeaders.Any(request.Headers.ContainsKey))
        {
            return ProblemReport.Answer(
                StatusCodes.Status403Forbidden, "Until Api:Key is set, the API answers programs on the gateway's own machine only.");
        }

        // A name that an attacker's DNS points at this machine makes a browser think the page is ours.
        string host = request.Host.Host;
        bool isOwnName = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Trim('[', ']'), out _);
        string? origin = request.Headers.Origin;
        bool isOwnPage = string.IsNullOrEmpty(origin)
            || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
        return isOwnName && isOwnPage
            ? null
            : ProblemReport.Answer(
                StatusCodes.Status403Forbidden, "Until Api:Key is set, call the API as localhost or by IP address, and not from another site's page.");
    }

    private JsonHttpResult<ProblemReport>? RefuseWithoutKey(HttpContext context, byte[] keyHash)
    {
        IPAddress address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (failures.IsBlocked(address, out TimeSpan wait))
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return ProblemReport.Answer(StatusCodes.Status429TooManyRequests, "Too many wrong keys from this address. Wait a minute.");
        }

        string? key = KeyOf(context.Request);
        if (key is not null && CryptographicOperations.FixedTimeEquals(Hash(key), keyHash))
        {
            return null;
        }

        if (key is not null)
        {
            failures.Count(address);
            logger.ApiKeyRefused(address);
        }

        context.Response.Headers.WWWAuthenticate = new(["Bearer realm=\"MediaGateway\"", "Basic realm=\"MediaGateway\", charset=\"UTF-8\""]);
        return ProblemReport.Answer(
            StatusCodes.Status401Unauthorized,
            key is null ? "The call carries no API key: send Authorization: Bearer, or X-Api-Key." : "The API key is wrong.");
    }

    private static string? KeyOf(HttpRequest request)
    {
        if (request.Headers[KeyHeader] is [{ Length: > 0 } key])
        {
            return key;
        }

        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out AuthenticationHeaderValue? header) || header.Parameter is null)
        {
            return null;
        }

        return header.Scheme.ToUpperInvariant() switch
        {
            "BEARER" => header.Parameter,
            "BASIC" => PasswordOf(header.Parameter),
            _ => null,
        };
    }

    // RFC 7617: user, colon, password; who the user is does not matter.
    private static string PasswordOf(string parameter)
    {
        byte[] bytes = new byte[parameter.Length];
        string text = Convert.TryFromBase64String(parameter, bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
        return text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    // Of equal length whatever was sent, so that a comparison tells nothing.
    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
