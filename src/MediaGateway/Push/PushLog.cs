using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Push;

/// <summary>The log lines of pushes. Targets appear masked only.</summary>
internal static partial class PushLog
{
    [LoggerMessage(EventIds.Push + 1, LogLevel.Information, "Push {Push} of {Stream} to {Target} begins", EventName = "PushStarted")]
    public static partial void PushStarted(this ILogger logger, string push, StreamKey stream, string target);

    [LoggerMessage(EventIds.Push + 2, LogLevel.Information, "Push {Push} of {Stream} publishes at {Target}", EventName = "PushPublishing")]
    public static partial void PushPublishing(this ILogger logger, string push, StreamKey stream, string target);

    [LoggerMessage(
        EventIds.Push + 3,
        LogLevel.Warning,
        "Push {Push} of {Stream} to {Target} is tried again in {Seconds:F0} s: {Reason}",
        EventName = "PushRetried")]
    public static partial void PushRetried(this ILogger logger, string push, StreamKey stream, string target, double seconds, string reason);

    [LoggerMessage(EventIds.Push + 4, LogLevel.Warning, "Push {Push} of {Stream} to {Target} has failed: {Reason}", EventName = "PushFailed")]
    public static partial void PushFailed(this ILogger logger, string push, StreamKey stream, string target, string reason);

    [LoggerMessage(
        EventIds.Push + 5,
        LogLevel.Information,
        "Push {Push} of {Stream} to {Target} ended: {Reason} after {Seconds:F1} s, {Bytes} bytes and {Frames} frames sent, {Dropped} dropped",
        EventName = "PushEnded")]
    public static partial void PushEnded(
        this ILogger logger, string push, StreamKey stream, string target, string reason, double seconds, long bytes, long frames, long dropped);

    [LoggerMessage(EventIds.Push + 6, LogLevel.Error, "Push {Push} of {Stream} failed by a fault of the gateway", EventName = "PushFault")]
    public static partial void PushFault(this ILogger logger, Exception exception, string push, StreamKey stream);

    [LoggerMessage(EventIds.Push + 7, LogLevel.Warning, "The settings' push of {Stream} was not begun: {Reason}", EventName = "PushNotBegun")]
    public static partial void PushNotBegun(this ILogger logger, StreamKey stream, string reason);
}
