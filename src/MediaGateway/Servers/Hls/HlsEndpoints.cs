using MediaGateway.Api;
using MediaGateway.Configuration;
using MediaGateway.Http;
using MediaGateway.Streams;
using MediaGateway.Vod;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Hls;

/// <summary>The addresses of HLS: <c>/hls/application/name/index.m3u8</c>, and below it what its playlists name.</summary>
internal static class HlsEndpoints
{
    /// <summary>Marks the endpoints for the API's description.</summary>
    public const string Tag = "HLS";

    private const string Prefix = "/hls/{application}/{name}";
    private const string Methods = "GET, HEAD, OPTIONS";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the addresses, unless they are switched off.</summary>
    public static void MapHls(this IEndpointRouteBuilder endpoints)
    {
        if (!endpoints.ServiceProvider.GetRequiredService<IOptions<HlsOptions>>().Value.Enabled)
        {
            return;
        }

        foreach (HlsContainer container in Enum.GetValues<HlsContainer>())
        {
            Map(endpoints, $"{Prefix}/{container.Index()}", (context, key) =>
                context.RequestServices.GetRequiredService<HlsPlaylists>().IndexAsync(context, key, container));
            Map(endpoints, $"{Prefix}/{container.Media()}", (context, key) =>
                context.RequestServices.GetRequiredService<HlsPlaylists>().MediaAsync(context, key, container));
        }

        IEnumerable<string> ofFiles = endpoints.ServiceProvider.GetServices<VodRoot>().SelectMany(root => root.Applications).Distinct(StringComparer.Ordinal);
        foreach (string application in ofFiles)
        {
            Map(endpoints, $"/hls/{application}/{{**path}}", context =>
                context.RequestServices.GetRequiredService<HlsFiles>().ReadAsync(context, application, Part(context, "path")));
        }

        Map(endpoints, $"{Prefix}/{{epoch}}/{{file}}", static (context, key) =>
            context.RequestServices.GetRequiredService<HlsSegments>().ReadAsync(context, key, Part(context, "epoch"), Part(context, "file")));
    }

    private static void Map(IEndpointRouteBuilder endpoints, string pattern, Func<HttpContext, StreamKey, Task<IResult>> answer) =>
        Map(endpoints, pattern, async context =>
            StreamKey.TryCreate(Part(context, "application"), Part(context, "name"), out StreamKey key, out string? refusal)
                ? await answer(context, key)
                : ProblemReport.NotFound(refusal));

    private static void Map(IEndpointRouteBuilder endpoints, string pattern, Func<HttpContext, Task<IResult>> answer)
    {
        endpoints.MapMethods(pattern, Reading, async (HttpContext context) =>
        {
            MediaCors.Apply(context.Response);
            return await answer(context);
        }).WithTags(Tag);
        endpoints.MapMethods(pattern, [HttpMethods.Options], static (HttpContext context) => MediaCors.DescribeMethods(context.Response, Methods));
    }

    private static string Part(HttpContext context, string name) => context.Request.RouteValues[name] as string ?? "";
}
