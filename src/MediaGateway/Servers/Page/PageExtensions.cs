namespace MediaGateway.Servers.Page;

/// <summary>Serves the page: the files that the build of <c>web/</c> put into <c>wwwroot</c>.</summary>
internal static class PageExtensions
{
    /// <summary>
    /// Scripts and styles of our own only. Connections may go to other hosts over WebSockets, since the page has a field for the
    /// server's address.
    /// </summary>
    private const string OwnContentOnly =
        "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; media-src 'self' blob: mediastream:; "
        + "object-src 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>No frames around the page: a click on it may open a camera.</summary>
    private const string PagePolicy = OwnContentOnly + "; frame-ancestors 'none'";

    /// <summary>The player alone may stand in anybody's page: it opens no device and changes nothing.</summary>
    private const string PlayerPolicy = OwnContentOnly + "; frame-ancestors *";

    private const string PlayerPath = "/player.html";

    /// <summary>Adds the headers that every answer carries and the page's files.</summary>
    public static void MapPage(this WebApplication app)
    {
        app.Use(static (context, next) =>
        {
            IHeaderDictionary headers = context.Response.Headers;
            headers.ContentSecurityPolicy = context.Request.Path == PlayerPath ? PlayerPolicy : PagePolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Permissions-Policy"] = "camera=(self), microphone=(self)";
            return next(context);
        });
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = SetCaching });
    }

    /// <summary>The build names every asset by its content, so they never change; the page itself is asked for each time.</summary>
    private static void SetCaching(Microsoft.AspNetCore.StaticFiles.StaticFileResponseContext response)
    {
        bool isAsset = response.Context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal);
        response.Context.Response.Headers.CacheControl = isAsset ? "public, max-age=31536000, immutable" : "no-cache";
    }
}
