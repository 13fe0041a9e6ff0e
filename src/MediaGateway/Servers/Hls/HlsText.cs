namespace MediaGateway.Servers.Hls;

/// <summary>Answers with bytes that are made already: a playlist or a media initialization section.</summary>
/// <param name="type">The media type.</param>
/// <param name="bytes">The bytes.</param>
/// <param name="isImmutable">Whether they stay what they are, so that everybody may keep them; a playlist is asked for each time.</param>
internal sealed class HlsText(string type, ReadOnlyMemory<byte> bytes, bool isImmutable = false) : IResult
{
    /// <summary>The media type of playlists (RFC 8216bis 4).</summary>
    public const string PlaylistType = "application/vnd.apple.mpegurl";

    /// <summary>For what never changes: as long as a player could want it.</summary>
    public const string Immutable = "max-age=3600, immutable";

    /// <summary>For playlists.</summary>
    public const string Fresh = "no-cache";

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        HttpResponse response = httpContext.Response;
        response.ContentType = type;
        response.ContentLength = bytes.Length;
        response.Headers.CacheControl = isImmutable ? Immutable : Fresh;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
        {
            await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
        }
    }
}
