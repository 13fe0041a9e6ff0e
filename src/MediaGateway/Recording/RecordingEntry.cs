using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Recording;

/// <summary>What is known of one recorded file; stands beside it as JSON, so that it is known after a restart. Immutable.</summary>
internal sealed record RecordingEntry
{
    /// <summary>Names it.</summary>
    public required string Id { get; init; }

    /// <summary>The stream, <c>application/name</c>.</summary>
    public required string Stream { get; init; }

    /// <summary>The publisher's media session; null when there was none.</summary>
    public string? SessionId { get; init; }

    /// <summary>The hook application of that session; null when there was none.</summary>
    public string? AppKey { get; init; }

    /// <summary>The file below the root, with <c>/</c>.</summary>
    public required string File { get; init; }

    /// <summary>How it fares.</summary>
    public required RecordingState State { get; init; }

    /// <summary>Why it ended, when neither with its stream nor because somebody asked; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Seconds of media.</summary>
    public double Duration { get; init; }

    /// <summary>Bytes of the file.</summary>
    public long Bytes { get; init; }

    /// <summary>Frames in it.</summary>
    public long Frames { get; init; }

    /// <summary>Frames that the disk was too slow for.</summary>
    public long DroppedFrames { get; init; }

    /// <summary>Whether it is being written.</summary>
    public bool IsRunning => State == RecordingState.Recording;

    /// <summary>The stream as a key; default when the name is none.</summary>
    public StreamKey Key => StreamKey.TryParse(Stream, out StreamKey key, out _) ? key : default;

    /// <summary>The entry of a stream of which there is no file, and why.</summary>
    /// <param name="id">Names the recording.</param>
    /// <param name="key">The stream.</param>
    /// <param name="session">The publisher's session; null when there is none.</param>
    /// <param name="reason">In words.</param>
    /// <param name="now">The time of day.</param>
    public static RecordingEntry Refused(string id, StreamKey key, MediaSession? session, string reason, DateTimeOffset now) => new()
    {
        Id = id,
        Stream = key.ToString(),
        SessionId = session?.Id,
        AppKey = session?.Connection.AppKey,
        File = "",
        State = RecordingState.Failed,
        Reason = reason,
        StartedAt = now,
    };
}
