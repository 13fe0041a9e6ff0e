using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Hls;

/// <summary>The log lines of HLS.</summary>
internal static partial class HlsLog
{
    [LoggerMessage(EventIds.Hls + 1, LogLevel.Information, "Segments of {Stream} are made from now on ({Container})", EventName = "HlsStarted")]
    public static partial void HlsStarted(this ILogger logger, StreamKey stream, string container);

    [LoggerMessage(
        EventIds.Hls + 2,
        LogLevel.Information,
        "Segments of {Stream} are made no more: {Reason}; {Segments} segments, {Dropped} frames dropped",
        EventName = "HlsStopped")]
    public static partial void HlsStopped(this ILogger logger, StreamKey stream, string reason, long segments, long dropped);

    [LoggerMessage(EventIds.Hls + 3, LogLevel.Error, "Making segments of {Stream} failed by a fault of the gateway", EventName = "HlsFault")]
    public static partial void HlsFault(this ILogger logger, Exception exception, StreamKey stream);

    [LoggerMessage(EventIds.Hls + 4, LogLevel.Information, "HLS viewer of {Stream} from {Remote} let in", EventName = "HlsViewerOpened")]
    public static partial void HlsViewerOpened(this ILogger logger, StreamKey stream, System.Net.IPEndPoint remote);

    [LoggerMessage(
        EventIds.Hls + 5, LogLevel.Information, "HLS viewer of {Stream} from {Remote} has gone after {Seconds:F1} s: {Reason}", EventName = "HlsViewerClosed")]
    public static partial void HlsViewerClosed(this ILogger logger, StreamKey stream, System.Net.IPEndPoint remote, double seconds, string reason);
}
