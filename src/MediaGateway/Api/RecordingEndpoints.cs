using MediaGateway.Recording;
using MediaGateway.Streams;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MediaGateway.Api;

/// <summary>The calls about recordings, in both dialects.</summary>
internal static class RecordingEndpoints
{
    private const string NoRecording = "There is no such recording.";
    private const string NotRecorded = "That stream is not recorded.";
    private const string NoSession = "There is no such media session, or it does not publish.";

    /// <summary>Maps the gateway's own calls below the group's prefix.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/recordings", List);
        group.MapGet("/recordings/{id}", Find);
        group.MapDelete("/recordings/{id}", Delete);
        group.MapPost("/streams/{application}/{name}/recording", StartAsync);
        group.MapDelete("/streams/{application}/{name}/recording", Stop);
    }

    /// <summary>Maps the calls as in WCS below the group's prefix.</summary>
    public static void MapWcs(RouteGroupBuilder group)
    {
        group.MapPost("/stream/startRecording", StartOfSessionAsync);
        group.MapPost("/stream/stopRecording", StopOfSessionAsync);
    }

    private static JsonHttpResult<RecordingReport[]> List(string? stream, RecordingService service)
    {
        IEnumerable<RecordingReport> reports = service.Running.Where(recording => recording.Entry is null or { File: "" })
            .Select(RecordingReport.From)
            .Concat(service.Catalog.Entries.Select(RecordingReport.From))
            .Where(report => stream is null || stream == report.Stream)
            .OrderBy(report => report.StartedAt);
        return TypedResults.Json<RecordingReport[]>([.. reports], ApiJsonContext.Default.RecordingReportArray);
    }

    private static IResult Find(string id, RecordingService service)
    {
        RecordingReport? report = service.Catalog.Find(id) is { } entry ? RecordingReport.From(entry)
            : service.Running.FirstOrDefault(recording => recording.Id == id) is { } running ? RecordingReport.From(running)
            : null;
        return report is null ? ProblemReport.NotFound(NoRecording) : TypedResults.Json(report, ApiJsonContext.Default.RecordingReport);
    }

    private static IResult Delete(string id, RecordingService service)
    {
        if (service.Catalog.Find(id) is not { } entry)
        {
            return ProblemReport.NotFound(NoRecording);
        }

        if (entry.IsRunning)
        {
            return ProblemReport.Answer(StatusCodes.Status409Conflict, "It is being written; end the recording of its stream first.");
        }

        return service.Catalog.Delete(entry, "an operator has asked for it")
            ? TypedResults.NoContent()
            : ProblemReport.Answer(StatusCodes.Status500InternalServerError, "The disk refuses; the log says why.");
    }

    private static async Task<IResult> StartAsync(
        string application, string name, RecordingService service, HttpResponse response, CancellationToken cancellationToken)
    {
        if (!StreamKey.TryCreate(application, name, out StreamKey key, out string? refusal))
        {
            return ProblemReport.BadRequest(refusal);
        }

        (RecordingStart start, StreamRecording? recording, string? words) = await service.StartAsync(key, cancellationToken);
        if (Refuse(start, words) is { } refused)
        {
            return refused;
        }

        RecordingReport report = RecordingReport.From(recording!); // it was not refused
        response.Headers.Location = $"{ApiExtensions.ModernPrefix}/recordings/{report.Id}";
        return TypedResults.Json(report, ApiJsonContext.Default.RecordingReport, statusCode: StatusCodes.Status201Created);
    }

    private static IResult Stop(string application, string name, RecordingService service)
    {
        if (!StreamKey.TryCreate(application, name, out StreamKey key, out _) || service.Find(key) is not { } recording)
        {
            return ProblemReport.NotFound(NotRecorded);
        }

        service.Stop(recording);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> StartOfSessionAsync(HttpRequest request, OperatorApi api, RecordingService service)
    {
        (StreamKey? key, IResult? refusal) = await StreamOfAsync(request, api);
        if (key is null)
        {
            return refusal!; // one of both is there
        }

        (RecordingStart start, _, string? words) = await service.StartAsync(key.Value, request.HttpContext.RequestAborted);
        return Refuse(start, words) is { } refused ? refused : TypedResults.Ok();
    }

    private static async Task<IResult> StopOfSessionAsync(HttpRequest request, OperatorApi api, RecordingService service)
    {
        (StreamKey? key, IResult? refusal) = await StreamOfAsync(request, api);
        if (key is null)
        {
            return refusal!; // one of both is there
        }

        if (service.Find(key.Value) is not { } recording)
        {
            return ProblemReport.NotFound(NotRecorded);
        }

        service.Stop(recording);
        return TypedResults.Ok();
    }

    private static async Task<(StreamKey? Key, IResult? Refusal)> StreamOfAsync(HttpRequest request, OperatorApi api)
    {
        (WcsRecordingRequest? body, IResult? refusal) = await ApiRequest.ReadAsync(request, ApiJsonContext.Default.WcsRecordingRequest);
        if (refusal is not null)
        {
            return (null, refusal);
        }

        return body!.MediaSessionId is { } id && api.Sessions.FindSession(id) is { IsPublisher: true } session // read above
            ? (session.Key, null)
            : (null, ProblemReport.NotFound(NoSession));
    }

    private static JsonHttpResult<ProblemReport>? Refuse(RecordingStart start, string? words) => start switch
    {
        RecordingStart.Started => null,
        RecordingStart.Duplicate => ProblemReport.Answer(StatusCodes.Status409Conflict, "The stream is recorded already."),
        RecordingStart.NoStream => ProblemReport.NotFound(words ?? "Nobody publishes that stream."),
        RecordingStart.TooMany => ProblemReport.Answer(
            StatusCodes.Status503ServiceUnavailable, "As many streams are recorded as Recording:MaximumRecordings allows."),
        _ => ProblemReport.Answer(StatusCodes.Status503ServiceUnavailable, "There is no folder for recordings: Recording:Root is not set."),
    };
}

/// <summary>What the WCS-style calls about recordings take.</summary>
/// <param name="MediaSessionId">The publisher's media session.</param>
internal sealed record WcsRecordingRequest(string? MediaSessionId);
