using MediaGateway.Diagnostics;

namespace MediaGateway.Streams;

/// <summary>The log lines of streams and their audio bridges.</summary>
internal static partial class StreamsLog
{
    [LoggerMessage(EventIds.Streams + 1, LogLevel.Information, "Stream {Stream} published, announced: {Tracks}", EventName = "StreamPublished")]
    public static partial void StreamPublished(this ILogger logger, StreamKey stream, ExpectedTracks tracks);

    [LoggerMessage(
        EventIds.Streams + 2,
        LogLevel.Information,
        "Stream {Stream} ended: {Reason}, {Seconds:F1} s, {Bytes} bytes, {Pictures} pictures, {Sounds} frames of sound, {Requests} keyframes requested",
        EventName = "StreamEnded")]
    public static partial void StreamEnded(
        this ILogger logger, StreamKey stream, StreamEndReason reason, double seconds, long bytes, long pictures, long sounds, long requests);

    [LoggerMessage(
        EventIds.AudioBridge + 1,
        LogLevel.Error,
        "The audio bridge of stream {Stream} failed and is made anew ({Untold} more failures since the last report)",
        EventName = "TranscoderFailed")]
    public static partial void TranscoderFailed(this ILogger logger, Exception exception, StreamKey stream, long untold);
}
