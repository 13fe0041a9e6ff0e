using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Recording;

/// <summary>The log lines of recordings.</summary>
internal static partial class RecordingLog
{
    [LoggerMessage(EventIds.Recording + 1, LogLevel.Information, "Recording of {Stream} begins: {File}", EventName = "RecordingBegun")]
    public static partial void RecordingBegun(this ILogger logger, string stream, string file);

    [LoggerMessage(
        EventIds.Recording + 2,
        LogLevel.Information,
        "Recording of {Stream} is ready: {File}, {Reason} after {Seconds:F1} s, {Bytes} bytes, {Frames} frames, {Dropped} dropped",
        EventName = "RecordingReady")]
    public static partial void RecordingReady(this ILogger logger, string stream, string file, string reason, double seconds, long bytes, long frames, long dropped);

    [LoggerMessage(
        EventIds.Recording + 3,
        LogLevel.Error,
        "Recording of {Stream} has stopped, and is tried again in {Seconds:F0} s: {Reason}",
        EventName = "RecordingFailed")]
    public static partial void RecordingFailed(this ILogger logger, StreamKey stream, double seconds, string reason);

    [LoggerMessage(
        EventIds.Recording + 4,
        LogLevel.Warning,
        "Recording of {Stream} left {Dropped} frames out: the disk is too slow",
        EventName = "RecordingFramesDropped")]
    public static partial void RecordingFramesDropped(this ILogger logger, StreamKey stream, long dropped);

    [LoggerMessage(EventIds.Recording + 5, LogLevel.Error, "Recording of {Stream} failed by a fault of the gateway", EventName = "RecordingFault")]
    public static partial void RecordingFault(this ILogger logger, Exception exception, StreamKey stream);

    [LoggerMessage(EventIds.Recording + 6, LogLevel.Information, "Recording {File} was deleted: {Reason}", EventName = "RecordingDeleted")]
    public static partial void RecordingDeleted(this ILogger logger, string file, string reason);

    [LoggerMessage(
        EventIds.Recording + 7, LogLevel.Warning, "What stands beside a recording cannot be {What}: {File}: {Reason}", EventName = "RecordingEntryFault")]
    public static partial void RecordingEntryFault(this ILogger logger, string what, string file, string reason);

    [LoggerMessage(
        EventIds.Recording + 8,
        LogLevel.Warning,
        "Recording {File} was interrupted by the gateway's end and is finished now: {Bytes} bytes, {Seconds:F1} s can be played",
        EventName = "RecordingInterrupted")]
    public static partial void RecordingInterrupted(this ILogger logger, string file, long bytes, double seconds);

    [LoggerMessage(
        EventIds.Recording + 9,
        LogLevel.Warning,
        "Stream {Stream} is to be recorded, but Recording:Root names no folder",
        EventName = "RecordingNotSet")]
    public static partial void RecordingNotSet(this ILogger logger, StreamKey stream);

    [LoggerMessage(EventIds.Recording + 11, LogLevel.Warning, "Recording of {Stream} does not begin: {Reason}", EventName = "RecordingNotBegun")]
    public static partial void RecordingNotBegun(this ILogger logger, StreamKey stream, string reason);

    [LoggerMessage(
        EventIds.Recording + 10,
        LogLevel.Warning,
        "Recordings cannot be looked after: {Reason}",
        EventName = "RecordingSweepFault")]
    public static partial void RecordingSweepFault(this ILogger logger, string reason);
}
