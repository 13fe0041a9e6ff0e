using MediaGateway.Sessions;

namespace MediaGateway.Api;

/// <summary>
/// The calls of WCS's REST API about streams and connections, for programs that were written for it: always POST, 404 where nothing is
/// found.
/// </summary>
internal static class WcsEndpoints
{
    /// <summary>What a terminated client is told, word for word as WCS.</summary>
    public const string TerminationWords = "Stopped by rest /terminate";

    private const string NothingFound = "Nothing fits.";

    /// <summary>Maps the calls below the group's prefix.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.MapPost("/stream/find_all", (OperatorApi api) => ListStreams(api, new WcsStreamFilter(null, null, null, null, null)));
        group.MapPost("/stream/find", FindStreamsAsync);
        group.MapPost("/stream/terminate", TerminateStreamsAsync);
        group.MapPost("/connection/find_all", (OperatorApi api) => ListConnections(api, new WcsConnectionFilter(null, null, null)));
        group.MapPost("/connection/find", FindConnectionsAsync);
        group.MapPost("/connection/terminate", TerminateConnectionsAsync);
    }

    private static async Task<IResult> FindStreamsAsync(HttpRequest request, OperatorApi api)
    {
        (WcsStreamFilter? filter, IResult? refusal) = await ApiRequest.ReadAsync(request, ApiJsonContext.Default.WcsStreamFilter);
        return refusal ?? ListStreams(api, filter!); // one of both is there
    }

    private static async Task<IResult> TerminateStreamsAsync(HttpRequest request, OperatorApi api)
    {
        (WcsStreamFilter? filter, IResult? refusal) = await ApiRequest.ReadAsync(request, ApiJsonContext.Default.WcsStreamFilter);
        if (refusal is not null)
        {
            return refusal;
        }

        if (filter!.IsEmpty) // one of both is there
        {
            return ProblemReport.BadRequest("Say which: mediaSessionId, mediaSessionIds, name, status or published.");
        }

        MediaSession[] sessions = [.. api.Sessions.Sessions.Where(filter.Fits)];
        foreach (MediaSession session in sessions)
        {
            api.End(session);
        }

        return sessions.Length > 0 ? TypedResults.Ok() : ProblemReport.NotFound(NothingFound);
    }

    private static async Task<IResult> FindConnectionsAsync(HttpRequest request, OperatorApi api)
    {
        (WcsConnectionFilter? filter, IResult? refusal) = await ApiRequest.ReadAsync(request, ApiJsonContext.Default.WcsConnectionFilter);
        return refusal ?? ListConnections(api, filter!); // one of both is there
    }

    private static async Task<IResult> TerminateConnectionsAsync(HttpRequest request, OperatorApi api)
    {
        (WcsConnectionFilter? filter, IResult? refusal) = await ApiRequest.ReadAsync(request, ApiJsonContext.Default.WcsConnectionFilter);
        if (refusal is not null)
        {
            return refusal;
        }

        if (filter!.IsEmpty) // one of both is there
        {
            return ProblemReport.BadRequest("Say which: sessionId, appKey or clientVersion.");
        }

        ClientConnection[] connections = [.. api.Sessions.Connections.Where(filter.Fits)];
        foreach (ClientConnection connection in connections)
        {
            api.End(connection);
        }

        return connections.Length > 0 ? TypedResults.Ok() : ProblemReport.NotFound(NothingFound);
    }

    private static IResult ListStreams(OperatorApi api, WcsStreamFilter filter)
    {
        WcsStream[] found =
        [
            .. api.Sessions.Sessions.Where(filter.Fits)
                .OrderBy(session => session.StartedAt)
                .Select(session => WcsStream.From(session, api.Registry.Find(session.Key)?.Snapshot(), api.Identity.NodeId)),
        ];
        return found.Length > 0 ? TypedResults.Json(found, ApiJsonContext.Default.WcsStreamArray) : ProblemReport.NotFound(NothingFound);
    }

    private static IResult ListConnections(OperatorApi api, WcsConnectionFilter filter)
    {
        WcsConnection[] found =
        [
            .. api.Sessions.Connections.Where(filter.Fits)
                .OrderBy(connection => connection.ConnectedAt)
                .Select(connection => WcsConnection.From(connection, api.Identity.NodeId)),
        ];
        return found.Length > 0 ? TypedResults.Json(found, ApiJsonContext.Default.WcsConnectionArray) : ProblemReport.NotFound(NothingFound);
    }
}
