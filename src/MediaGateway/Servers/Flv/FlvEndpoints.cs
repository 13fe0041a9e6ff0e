using MediaGateway.Configuration;
using MediaGateway.Http;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Flv;

/// <summary>The addresses of HTTP-FLV and WebSocket-FLV: <c>/application/name.flv</c>, the same for both, as SRS has them.</summary>
internal static class FlvEndpoints
{
    private const string Pattern = "/{application}/{name}.flv";
    private const string Methods = "GET, OPTIONS";
    private const string Suffix = ".flv";

    // WebSockets on HTTP/2 (RFC 8441) ask by CONNECT.
    private static readonly string[] Opening = [HttpMethods.Get, HttpMethods.Connect];

    /// <summary>A WebSocket on which nothing moves is asked for a sign of life, so that proxies keep it.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <summary>Maps the addresses, unless they are switched off.</summary>
    public static void MapFlv(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<HttpOptions>>().Value.FlvEnabled)
        {
            return;
        }

        app.UseWhen(
            static context => context.Request.Path.Value?.EndsWith(Suffix, StringComparison.Ordinal) == true,
            static branch => branch.UseWebSockets(new WebSocketOptions { KeepAliveInterval = KeepAlive }));
        app.MapMethods(Pattern, Opening, (HttpContext context, FlvOpening opening, string application, string name) =>
            opening.OpenAsync(context, application, name));
        app.MapMethods(Pattern, [HttpMethods.Options], static (HttpContext context) => MediaCors.DescribeMethods(context.Response, Methods));
    }
}
