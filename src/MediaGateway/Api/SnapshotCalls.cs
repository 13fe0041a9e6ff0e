using MediaGateway.Native.Video;
using MediaGateway.Sessions;
using MediaGateway.Snapshots;
using MediaGateway.Streams;

namespace MediaGateway.Api;

/// <summary>What <c>POST /rest-api/stream/snapshot</c> takes.</summary>
/// <param name="StreamName">A name of the default application, or <c>application/name</c>.</param>
internal sealed record WcsSnapshotRequest(string? StreamName);

/// <summary>What it answers.</summary>
/// <param name="Data">The picture: PNG, base64.</param>
internal sealed record WcsSnapshot(string Data);

/// <summary>Pictures of live streams in their full size, in both dialects.</summary>
internal static class SnapshotCalls
{
    private const string NoStream = "Nobody publishes that stream.";

    /// <summary>Maps the call of WCS.</summary>
    public static void MapWcs(RouteGroupBuilder group) => group.MapPost("/stream/snapshot", TakeAsync);

    /// <summary>Maps the gateway's own.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/streams/{application}/{name}/snapshot.jpg", ShowByNameAsync);
        group.MapGet("/streams/{id}/snapshot.jpg", ShowByIdAsync);
    }

    private static async Task<IResult> TakeAsync(HttpRequest request, OperatorApi api, SnapshotService snapshots)
    {
        (WcsSnapshotRequest? body, IResult? refusal) = await ApiRequest.ReadAsync(request, ApiJsonContext.Default.WcsSnapshotRequest);
        if (refusal is not null)
        {
            return refusal;
        }

        if (!api.TryReadStream(body!.StreamName, out StreamKey key, out string? words)) // one of both is there
        {
            return ProblemReport.BadRequest(words!); // said where it failed
        }

        if (api.Registry.Find(key) is not { } stream)
        {
            return ProblemReport.NotFound(NoStream);
        }

        Snapshot snapshot = await snapshots.TakeAsync(stream, StillFormat.Png, maximumWidth: 0, request.HttpContext.RequestAborted);
        return snapshot.Refusal is { } reason
            ? ProblemReport.NotFound(reason)
            : TypedResults.Json(new WcsSnapshot(Convert.ToBase64String(snapshot.Data)), ApiJsonContext.Default.WcsSnapshot);
    }

    private static Task<IResult> ShowByNameAsync(string application, string name, HttpContext context, OperatorApi api, SnapshotService snapshots) =>
        PictureAsync(StreamKey.TryCreate(application, name, out StreamKey key, out _) ? api.Registry.Find(key) : null, context, snapshots);

    /// <summary>By a name of the default application, or the id of the session that publishes.</summary>
    private static Task<IResult> ShowByIdAsync(string id, HttpContext context, OperatorApi api, SnapshotService snapshots)
    {
        LiveStream? stream = api.TryReadStream(id, out StreamKey key, out _) ? api.Registry.Find(key) : null;
        MediaSession? publisher = stream is null
            ? api.Sessions.Sessions.FirstOrDefault(session => session.IsPublisher && SessionReport.IdOf(session.Id) == id)
            : null;
        return PictureAsync(publisher is null ? stream : api.Registry.Find(publisher.Key), context, snapshots);
    }

    private static async Task<IResult> PictureAsync(LiveStream? stream, HttpContext context, SnapshotService snapshots)
    {
        if (stream is null)
        {
            return ProblemReport.NotFound(NoStream);
        }

        Snapshot snapshot = await snapshots.TakeAsync(stream, StillFormat.Jpeg, maximumWidth: 0, context.RequestAborted);
        return SnapshotEndpoints.AnswerOf(context, snapshot);
    }
}
