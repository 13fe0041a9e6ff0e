using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Relay;

/// <summary>The log lines of pulls. Origins appear masked only.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(EventIds.Relay + 1, LogLevel.Information, "Pull of {Stream} from {Origin} begins", EventName = "PullStarted")]
    public static partial void PullStarted(this ILogger logger, StreamKey stream, string origin);

    [LoggerMessage(EventIds.Relay + 2, LogLevel.Information, "Pull of {Stream} from {Origin} has media", EventName = "PullPublishing")]
    public static partial void PullPublishing(this ILogger logger, StreamKey stream, string origin);

    [LoggerMessage(
        EventIds.Relay + 3,
        LogLevel.Warning,
        "Pull of {Stream} from {Origin} is tried again in {Seconds:F0} s: {Reason}",
        EventName = "PullRetried")]
    public static partial void PullRetried(this ILogger logger, StreamKey stream, string origin, double seconds, string reason);

    [LoggerMessage(
        EventIds.Relay + 4,
        LogLevel.Information,
        "Pull of {Stream} from {Origin} ended: {Reason} after {Seconds:F1} s, {Bytes} bytes and {Frames} frames received",
        EventName = "PullEnded")]
    public static partial void PullEnded(this ILogger logger, StreamKey stream, string origin, string reason, double seconds, long bytes, long frames);

    [LoggerMessage(EventIds.Relay + 5, LogLevel.Error, "Pull of {Stream} failed by a fault of the gateway", EventName = "PullFault")]
    public static partial void PullFault(this ILogger logger, Exception exception, StreamKey stream);

    [LoggerMessage(EventIds.Relay + 6, LogLevel.Warning, "Pull of {Stream} was not begun: {Maximum} pulls are running already", EventName = "PullNotBegun")]
    public static partial void PullNotBegun(this ILogger logger, StreamKey stream, int maximum);
}
