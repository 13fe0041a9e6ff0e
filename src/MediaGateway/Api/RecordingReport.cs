using System.Text.Json;
using MediaGateway.Recording;

namespace MediaGateway.Api;

/// <summary>One entry of <c>GET /api/v1/recordings</c>: a file, or a recording that has none yet.</summary>
internal sealed record RecordingReport
{
    /// <summary>Names it.</summary>
    public required string Id { get; init; }

    /// <summary><c>application/name</c>.</summary>
    public required string Stream { get; init; }

    /// <summary>The publisher's media session; null when there was none.</summary>
    public required string? MediaSessionId { get; init; }

    /// <summary><c>waiting</c>, <c>recording</c>, <c>failed</c> or <c>finished</c>.</summary>
    public required string State { get; init; }

    /// <summary>Why it has failed, or has ended before its stream; empty when there is nothing to say.</summary>
    public required string Reason { get; init; }

    /// <summary>The file below <c>Recording:Root</c>; empty when there is none.</summary>
    public required string File { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>Seconds of media.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>Frames in it.</summary>
    public required long Frames { get; init; }

    /// <summary>Frames that the disk was too slow for.</summary>
    public required long DroppedFrames { get; init; }

    /// <summary>Makes the entry of a file.</summary>
    public static RecordingReport From(RecordingEntry entry) => new()
    {
        Id = entry.Id,
        Stream = entry.Stream,
        MediaSessionId = entry.SessionId,
        State = NameOf(entry.State),
        Reason = entry.Reason ?? "",
        File = entry.File,
        StartedAt = entry.StartedAt,
        EndedAt = entry.EndedAt,
        DurationSeconds = entry.Duration,
        Bytes = entry.Bytes,
        Frames = entry.Frames,
        DroppedFrames = entry.DroppedFrames,
    };

    /// <summary>Makes the entry of a recording: its file of now, or that there is none.</summary>
    public static RecordingReport From(StreamRecording recording) => recording.Entry is { } entry ? From(entry) : new()
    {
        Id = recording.Id,
        Stream = recording.Key.ToString(),
        MediaSessionId = recording.Session?.Id,
        State = NameOf(RecordingState.Waiting),
        Reason = "",
        File = "",
        StartedAt = recording.StartedAt,
        EndedAt = null,
        DurationSeconds = 0,
        Bytes = 0,
        Frames = 0,
        DroppedFrames = 0,
    };

    private static string NameOf(RecordingState state) => JsonNamingPolicy.CamelCase.ConvertName(state.ToString());
}
