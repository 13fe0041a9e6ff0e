using MediaGateway.Configuration;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Signaling;

/// <summary>
/// Lets only our own pages signal: a browser sends its page's origin with every WebSocket, and CORS does not guard WebSockets. A client
/// that is no browser sends none and may pass: it could forge one anyway.
/// </summary>
internal sealed class OriginCheck(IOptions<HttpOptions> options, ILogger<OriginCheck> logger) : IMiddleware
{
    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        string? origin = context.Request.Headers.Origin;
        if (!context.Request.Path.StartsWithSegments(SignalingServiceCollectionExtensions.HubPath, StringComparison.OrdinalIgnoreCase)
            || string.IsNullOrEmpty(origin)
            || IsOwn(origin, context.Request.Host)
            || options.Value.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase))
        {
            return next(context);
        }

        logger.OriginRefused(Printable(origin));
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync("This origin may not signal here.", context.RequestAborted);
    }

    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
        && string.Equals(uri.Authority, host.Value, StringComparison.OrdinalIgnoreCase);

    private static string Printable(string origin) =>
        new([.. origin.Take(200).Select(symbol => char.IsControl(symbol) ? '?' : symbol)]);
}
