namespace MediaGateway.Http;

/// <summary>
/// The headers that every answer with media carries: any page may play it (CORS; Fetch, 3.2), as any player may. Who may is access
/// control's business: nothing here depends on a browser's cookies.
/// </summary>
internal static class MediaCors
{
    private const string AnyOrigin = "*";
    private const string Exposed = "Content-Length, Content-Range, Accept-Ranges, Date, Retry-After, WWW-Authenticate";
    private const string Asked = "Authorization, Range, If-Range, If-None-Match, If-Modified-Since";
    private const string PreflightSeconds = "86400";

    /// <summary>Sets the headers of an answer.</summary>
    public static void Apply(HttpResponse response)
    {
        IHeaderDictionary headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.AccessControlAllowOrigin = AnyOrigin;
        headers.AccessControlExposeHeaders = Exposed;
    }

    /// <summary>Answers a browser's preflight, and everybody else who asks what can be done.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="methods">What can be done, separated by commas.</param>
    public static void DescribeMethods(HttpResponse response, string methods)
    {
        Apply(response);
        IHeaderDictionary headers = response.Headers;
        headers.Allow = methods;
        headers.AccessControlAllowMethods = methods;
        headers.AccessControlAllowHeaders = Asked;
        headers.AccessControlMaxAge = PreflightSeconds;
        response.StatusCode = StatusCodes.Status204NoContent;
    }
}
