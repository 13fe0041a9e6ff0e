using MediaGateway.Http;
using MediaGateway.Vod;

namespace MediaGateway.Servers.Files;

/// <summary>The addresses of files as they are, <c>/vod/dir/clip.mp4</c>: what players play while they load it.</summary>
internal static class FileEndpoints
{
    private const string Methods = "GET, HEAD, OPTIONS";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the applications that play files.</summary>
    public static void MapFiles(this IEndpointRouteBuilder endpoints)
    {
        foreach (string application in endpoints.ServiceProvider.GetServices<VodRoot>().SelectMany(root => root.Applications).Distinct(StringComparer.Ordinal))
        {
            string pattern = $"/{application}/{{**path}}";
            endpoints.MapMethods(pattern, Reading, async (HttpContext context, FileDownload download) =>
            {
                MediaCors.Apply(context.Response);
                await download.AnswerAsync(context, application, context.Request.RouteValues["path"] as string ?? "");
            });
            endpoints.MapMethods(pattern, [HttpMethods.Options], static (HttpContext context) => MediaCors.DescribeMethods(context.Response, Methods));
        }
    }
}
