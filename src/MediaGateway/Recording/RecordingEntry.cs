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

    /// <summary>The file below the root, with <c>/</c>.</summary>
    public required string File { get; init; }

    /// <summary>How it fares.</summary>
    public required RecordingState State { get; init; }

    /// <summary>Why it ended, when not as it should; null otherwise.</summary>
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
}
