using MediaGateway.Api;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Http;
using MediaGateway.Native.Video;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using Microsoft.Extensions.Options;

namespace MediaGateway.Snapshots;

/// <summary>Who is live, with pictures, for everybody: what the page's start shows. <c>Snapshots:LiveList</c> says when.</summary>
internal static class SnapshotEndpoints
{
    /// <summary>Where the list is; pictures are below it.</summary>
    public const string ListPath = "/live-streams";

    /// <summary>Streams of one list.</summary>
    public const int MaximumStreams = 100;

    private const string Nothing = "The list of live streams is not public on this server.";

    /// <summary>Maps the list and its pictures.</summary>
    public static void MapLiveList(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(ListPath, List);
        endpoints.MapGet(ListPath + "/{application}/{name}.jpg", PictureAsync);
    }

    /// <summary>The answer that is a picture, or says why there is none.</summary>
    public static IResult AnswerOf(HttpContext context, Snapshot snapshot)
    {
        if (snapshot.Refusal is { } refusal)
        {
            return HttpRefusal.NoStream(context.Response, refusal);
        }

        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.ETag = snapshot.Tag;
        return context.Request.Headers.IfNoneMatch == snapshot.Tag
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Bytes(snapshot.Data, "image/jpeg");
    }

    private static IResult List(HttpContext context, StreamRegistry registry, ILadder ladder, IAccessControl access, IOptions<SnapshotOptions> options)
    {
        MediaCors.Apply(context.Response);
        if (!IsPublic(access, options.Value))
        {
            return ProblemReport.NotFound(Nothing);
        }

        context.Response.Headers.CacheControl = "no-cache";
        LiveListEntry[] entries =
        [
            .. registry.Streams
                .Where(stream => !IsLevel(stream.Key, registry, ladder))
                .Select(stream => stream.Snapshot())
                .Where(stream => stream.State == StreamState.Published)
                .OrderByDescending(stream => stream.PublishedAt)
                .Take(MaximumStreams)
                .Select(LiveListEntry.From),
        ];
        return TypedResults.Json(new LiveListReport(entries), LiveListJsonContext.Default.LiveListReport);
    }

    private static async Task<IResult> PictureAsync(
        string application,
        string name,
        HttpContext context,
        StreamRegistry registry,
        IAccessControl access,
        SnapshotService snapshots,
        IOptions<SnapshotOptions> options)
    {
        MediaCors.Apply(context.Response);
        if (!IsPublic(access, options.Value))
        {
            return ProblemReport.NotFound(Nothing);
        }

        if (!StreamKey.TryCreate(application, name, out StreamKey key, out _) || registry.Find(key) is not { } stream)
        {
            return HttpRefusal.NoStream(context.Response);
        }

        return AnswerOf(context, await snapshots.TakeAsync(stream, StillFormat.Jpeg, options.Value.ListWidth, context.RequestAborted));
    }

    private static bool IsPublic(IAccessControl access, SnapshotOptions options) =>
        options.LiveList == LiveListAccess.Always || (options.LiveList == LiveListAccess.Open && access.IsOpen);

    /// <summary>A level of a stream that is in the list itself says nothing new.</summary>
    private static bool IsLevel(StreamKey key, StreamRegistry registry, ILadder ladder) =>
        ladder.StreamOf(key) is { } stream && registry.Find(stream) is not null;
}
