using MediaGateway.Push;

namespace MediaGateway.Api;

/// <summary>What <c>POST /api/v1/pushes</c> takes.</summary>
/// <param name="Stream"><c>application/name</c>, or a name of the default application.</param>
/// <param name="Url">The whole address, key included.</param>
internal sealed record PushRequest(string? Stream, string? Url);

/// <summary>One entry of <c>GET /api/v1/pushes</c>.</summary>
internal sealed record PushReport
{
    /// <summary>Names it.</summary>
    public required string Id { get; init; }

    /// <summary><c>application/name</c>.</summary>
    public required string Stream { get; init; }

    /// <summary>Where to, without user, password and key.</summary>
    public required string Url { get; init; }

    /// <summary>What it is doing.</summary>
    public required string State { get; init; }

    /// <summary>Why it is not publishing; empty when there is nothing to say.</summary>
    public required string Reason { get; init; }

    /// <summary>Time since it was begun, in seconds.</summary>
    public required double AgeSeconds { get; init; }

    /// <summary>Time since the target last let it publish, in seconds; null before the first time.</summary>
    public required double? PublishingSeconds { get; init; }

    /// <summary>How often the target was connected to.</summary>
    public required int Attempts { get; init; }

    /// <summary>Bytes sent.</summary>
    public required long Bytes { get; init; }

    /// <summary>Frames sent.</summary>
    public required long Frames { get; init; }

    /// <summary>Frames that the target was too slow for.</summary>
    public required long DroppedFrames { get; init; }

    /// <summary>Makes the entry of one push.</summary>
    public static PushReport From(StreamPush push, TimeSpan now) => new()
    {
        Id = push.Id,
        Stream = push.Target.Stream.ToString(),
        Url = push.Target.Url.Masked,
        State = NameOf(push.State),
        Reason = push.Reason,
        AgeSeconds = (now - push.StartedAt).TotalSeconds,
        PublishingSeconds = (now - push.Statistics.PublishedAt)?.TotalSeconds,
        Attempts = push.Attempts,
        Bytes = push.Statistics.Bytes,
        Frames = push.Statistics.Frames,
        DroppedFrames = push.Statistics.DroppedFrames,
    };

    /// <summary>The state's name in answers.</summary>
    public static string NameOf(PushState state) => state switch
    {
        PushState.WaitingForStream => "waiting_for_stream",
        PushState.Connecting => "connecting",
        PushState.Publishing => "publishing",
        PushState.WaitingToRetry => "waiting",
        PushState.Failed => "failed",
        _ => "stopped",
    };
}
