using MediaGateway.Diagnostics;
using MediaGateway.Push;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MediaGateway.Api;

/// <summary>The gateway's own calls: resources with GET, POST and DELETE; empty lists are lists.</summary>
internal static class ModernEndpoints
{
    private const string NoStream = "Nobody publishes that stream.";
    private const string NoSession = "There is no such session.";
    private const string NoConnection = "There is no such connection.";
    private const string NoPush = "There is no such push.";

    /// <summary>Maps the calls below the group's prefix.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/streams", ListStreams);
        group.MapGet("/streams/{application}/{name}", FindStream);
        group.MapDelete("/streams/{application}/{name}", EndStream);
        group.MapGet("/sessions", ListSessions);
        group.MapGet("/sessions/{id}", FindSession);
        group.MapDelete("/sessions/{id}", EndSession);
        group.MapGet("/connections", ListConnections);
        group.MapGet("/connections/{id}", FindConnection);
        group.MapDelete("/connections/{id}", EndConnection);
        group.MapGet("/pushes", ListPushes);
        group.MapPost("/pushes", StartPushAsync);
        group.MapGet("/pushes/{id}", FindPush);
        group.MapDelete("/pushes/{id}", EndPush);
    }

    private static JsonHttpResult<StreamReport[]> ListStreams(OperatorApi api) => TypedResults.Json<StreamReport[]>(
        [.. api.Registry.Streams.Select(stream => StreamReport.From(stream.Snapshot())).OrderBy(report => report.Key, StringComparer.Ordinal)],
        ApiJsonContext.Default.StreamReportArray);

    private static IResult FindStream(string application, string name, OperatorApi api) => StreamOf(application, name, api) is { } stream
        ? TypedResults.Json(StreamReport.From(stream.Snapshot()), ApiJsonContext.Default.StreamReport)
        : ProblemReport.NotFound(NoStream);

    private static IResult EndStream(string application, string name, OperatorApi api)
    {
        if (StreamOf(application, name, api) is not { } stream)
        {
            return ProblemReport.NotFound(NoStream);
        }

        api.End(stream);
        return TypedResults.NoContent();
    }

    private static LiveStream? StreamOf(string application, string name, OperatorApi api) =>
        StreamKey.TryCreate(application, name, out StreamKey key, out _) ? api.Registry.Find(key) : null;

    private static JsonHttpResult<SessionReport[]> ListSessions(string? stream, string? role, OperatorApi api)
    {
        TimeSpan now = api.Now;
        return TypedResults.Json<SessionReport[]>(
            [
                .. api.Sessions.Sessions.OrderBy(session => session.StartedAt)
                    .Select(session => SessionReport.From(session, now))
                    .Where(report => (stream is null || stream == report.Stream) && (role is null || role == report.Role)),
            ],
            ApiJsonContext.Default.SessionReportArray);
    }

    private static IResult FindSession(string id, OperatorApi api) => SessionOf(id, api) is { } session
        ? TypedResults.Json(SessionReport.From(session, api.Now), ApiJsonContext.Default.SessionReport)
        : ProblemReport.NotFound(NoSession);

    private static IResult EndSession(string id, OperatorApi api)
    {
        if (SessionOf(id, api) is not { } session)
        {
            return ProblemReport.NotFound(NoSession);
        }

        api.End(session);
        return TypedResults.NoContent();
    }

    private static MediaSession? SessionOf(string id, OperatorApi api) =>
        api.Sessions.Sessions.FirstOrDefault(session => SessionReport.IdOf(session.Id) == id);

    private static JsonHttpResult<ConnectionReport[]> ListConnections(OperatorApi api)
    {
        TimeSpan now = api.Now;
        return TypedResults.Json<ConnectionReport[]>(
            [.. api.Sessions.Connections.OrderBy(connection => connection.ConnectedAt).Select(connection => ConnectionReport.From(connection, now))],
            ApiJsonContext.Default.ConnectionReportArray);
    }

    private static IResult FindConnection(string id, OperatorApi api) => ConnectionOf(id, api) is { } connection
        ? TypedResults.Json(ConnectionReport.From(connection, api.Now), ApiJsonContext.Default.ConnectionReport)
        : ProblemReport.NotFound(NoConnection);

    private static IResult EndConnection(string id, OperatorApi api)
    {
        if (ConnectionOf(id, api) is not { } connection)
        {
            return ProblemReport.NotFound(NoConnection);
        }

        api.End(connection);
        return TypedResults.NoContent();
    }

    private static ClientConnection? ConnectionOf(string id, OperatorApi api) =>
        api.Sessions.Connections.FirstOrDefault(connection => SessionReport.IdOf(connection.Id) == id);

    private static JsonHttpResult<PushReport[]> ListPushes(OperatorApi api)
    {
        TimeSpan now = api.Now;
        return TypedResults.Json<PushReport[]>(
            [.. api.Pushes.Pushes.OrderBy(push => push.StartedAt).Select(push => PushReport.From(push, now))],
            ApiJsonContext.Default.PushReportArray);
    }

    private static async Task<IResult> StartPushAsync(HttpRequest request, OperatorApi api)
    {
        (PushRequest? body, IResult? refusal) = await ApiRequest.ReadAsync(request, ApiJsonContext.Default.PushRequest);
        if (refusal is not null)
        {
            return refusal;
        }

        (StreamPush? push, refusal) = await api.StartPushAsync(body!.Stream, body.Url, isFullUrl: true, request.HttpContext.RequestAborted);
        if (push is null)
        {
            return refusal!; // one of both is there
        }

        request.HttpContext.Response.Headers.Location = $"{ApiExtensions.ModernPrefix}/pushes/{push.Id}";
        return TypedResults.Json(
            PushReport.From(push, api.Now), ApiJsonContext.Default.PushReport, statusCode: StatusCodes.Status201Created);
    }

    private static IResult FindPush(string id, OperatorApi api) => api.Pushes.Find(id) is { } push
        ? TypedResults.Json(PushReport.From(push, api.Now), ApiJsonContext.Default.PushReport)
        : ProblemReport.NotFound(NoPush);

    private static IResult EndPush(string id, OperatorApi api)
    {
        if (api.Pushes.Find(id) is not { } push)
        {
            return ProblemReport.NotFound(NoPush);
        }

        api.End(push);
        return TypedResults.NoContent();
    }
}
