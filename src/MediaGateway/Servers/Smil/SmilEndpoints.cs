using MediaGateway.Http;
using Microsoft.AspNetCore.Mvc;

namespace MediaGateway.Servers.Smil;

/// <summary>
/// Manifests of dynamic streaming: <c>/smil/app/name.smil</c>, and the forms of Wowza's servers, <c>/app/smil:name.smil/jwplayer.smil</c>. What
/// they list is public, as names of streams are; whether a player may play it is asked when it does.
/// </summary>
internal static class SmilEndpoints
{
    private const string Extension = ".smil";
    private const string Prefix = "smil:";
    private const string Methods = "GET, HEAD, OPTIONS";

    /// <summary>The longest query that is handed on to the levels' names, in characters: tokens.</summary>
    public const int MaximumQuery = 2048;

    /// <summary>Maps the manifests.</summary>
    public static void MapSmil(this WebApplication app)
    {
        foreach (string pattern in (string[])["/smil/{application}/{**path}", "/{application}/smil:{path}/jwplayer.smil"])
        {
            app.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], AnswerAsync);
            app.MapMethods(pattern, [HttpMethods.Options], static (HttpContext context) => MediaCors.DescribeMethods(context.Response, Methods));
        }
    }

    private static async Task AnswerAsync(
        HttpContext context, string application, string? path, [FromServices] SmilSources sources, [FromServices] SmilBase addresses)
    {
        HttpResponse response = context.Response;
        MediaCors.Apply(response);
        response.Headers.CacheControl = "no-cache";
        string query = context.Request.QueryString.Value ?? "";
        IReadOnlyList<SmilLevel> levels = NameOf(path) is { } name && query.Length <= MaximumQuery
            ? await sources.FindAsync(application, name)
            : [];
        if (levels.Count == 0)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        string manifest = SmilManifest.Write(
            addresses.Choose(application, context.Request.Host), levels.Select(level => level with { Source = level.Source + query }));
        response.ContentType = SmilManifest.MediaType;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await response.WriteAsync(manifest, context.RequestAborted);
        }
    }

    /// <summary>The name that a path asks for; null when it is no manifest's.</summary>
    private static string? NameOf(string? path)
    {
        string name = path ?? "";
        name = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
        name = name.EndsWith("/jwplayer.smil", StringComparison.Ordinal) ? name[..name.LastIndexOf('/')] : name;
        return name.Length > Extension.Length && name.EndsWith(Extension, StringComparison.Ordinal) ? name[..^Extension.Length] : null;
    }
}
