using MediaGateway.Push;

namespace MediaGateway.Api;

/// <summary>The calls of WCS's REST API about pushes: always POST, 404 where nothing is found.</summary>
internal static class WcsPushEndpoints
{
    private const string NothingFound = "There is no such push.";

    /// <summary>Maps the calls below the group's prefix.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.MapPost("/push/startup", StartAsync);
        group.MapPost("/push/find_all", (OperatorApi api) => List(api, api.Pushes.Pushes));
        group.MapPost("/push/find", FindAsync);
        group.MapPost("/push/terminate", TerminateAsync);
    }

    private static async Task<IResult> StartAsync(HttpRequest request, OperatorApi api)
    {
        (WcsPushRequest? body, IResult? refusal) = await ApiRequest.ReadAsync(request, ApiJsonContext.Default.WcsPushRequest);
        if (refusal is not null)
        {
            return refusal;
        }

        (StreamPush? push, refusal) = await api.StartPushAsync(
            body!.StreamName, body.RtmpUrl, body.RtmpTransponderFullUrl, request.HttpContext.RequestAborted); // one of both is there
        return refusal ?? TypedResults.Json(ReportOf(api, push!), ApiJsonContext.Default.WcsPush); // here too
    }

    private static async Task<IResult> FindAsync(HttpRequest request, OperatorApi api)
    {
        (WcsPushRequest? body, IResult? refusal) = await ApiRequest.ReadAsync(request, ApiJsonContext.Default.WcsPushRequest);
        return refusal ?? List(api, api.Pushes.Pushes.Where(push => Fits(body!, push))); // one of both is there
    }

    private static async Task<IResult> TerminateAsync(HttpRequest request, OperatorApi api)
    {
        (WcsPushRequest? body, IResult? refusal) = await ApiRequest.ReadAsync(request, ApiJsonContext.Default.WcsPushRequest);
        if (refusal is not null)
        {
            return refusal;
        }

        if (body!.MediaSessionId is not { } id) // one of both is there
        {
            return ProblemReport.BadRequest("Say which: mediaSessionId.");
        }

        if (api.Pushes.Find(id) is not { } push)
        {
            return ProblemReport.NotFound(NothingFound);
        }

        api.End(push);
        return TypedResults.Ok();
    }

    private static IResult List(OperatorApi api, IEnumerable<StreamPush> pushes)
    {
        WcsPush[] found = [.. pushes.OrderBy(push => push.StartedAt).Select(push => ReportOf(api, push))];
        return found.Length > 0 ? TypedResults.Json(found, ApiJsonContext.Default.WcsPushArray) : ProblemReport.NotFound(NothingFound);
    }

    private static WcsPush ReportOf(OperatorApi api, StreamPush push) => WcsPush.From(push, api.Registry.Find(push.Target.Stream)?.Snapshot());

    // The name may be ours or the target's; the address the one given or the one shown.
    private static bool Fits(WcsPushRequest request, StreamPush push)
    {
        PushTarget target = push.Target;
        bool isNamed = request.StreamName is not { } name
            || name == target.Stream.Name || name == target.Stream.ToString() || (!target.IsFullUrl && name == target.ShownName);
        bool isAddressed = request.RtmpUrl is not { } url
            || url == target.ShownUrl
            || (PushTarget.Create(target.Stream, url, target.IsFullUrl, out _) is { } asked && asked.IsSameAs(target));
        return isNamed && isAddressed && (request.MediaSessionId is not { } id || id == push.Id);
    }
}
