using MediaGateway.Diagnostics;
using MediaGateway.Media.Hls;

namespace MediaGateway.Servers.Hls;

/// <summary>Answers with a segment or a part; owns a reference to each of its blobs until they are sent.</summary>
/// <param name="type">The media type.</param>
/// <param name="blobs">The bytes, one after the other.</param>
/// <param name="metrics">The gateway's figures.</param>
internal sealed class HlsMedia(string type, HlsBlob[] blobs, GatewayMetrics metrics) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        try
        {
            HttpResponse response = httpContext.Response;
            response.ContentType = type;
            long length = blobs.Sum(blob => (long)blob.Length);
            response.ContentLength = length;
            response.Headers.CacheControl = HlsText.Immutable;
            if (HttpMethods.IsHead(httpContext.Request.Method))
            {
                return;
            }

            foreach (HlsBlob blob in blobs)
            {
                await response.Body.WriteAsync(blob.Memory, httpContext.RequestAborted);
            }

            metrics.BytesSent(length);
        }
        finally
        {
            foreach (HlsBlob blob in blobs)
            {
                blob.Release();
            }
        }
    }
}
