using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>The log lines of streams and their audio bridges.</summary>
internal static partial class StreamsLog
{
    [LoggerMessage(EventIds.Streams + 1, LogLevel.Information, "Stream {Stream} published over {Protocol}, announced: {Tracks}", EventName = "StreamPublished")]
    public static partial void StreamPublished(this ILogger logger, StreamKey stream, string protocol, ExpectedTracks tracks);

    [LoggerMessage(
        EventIds.Streams + 2,
        LogLevel.Information,
        "Stream {Stream} ended: {Reason}, {Seconds:F1} s, {Bytes} bytes, {Pictures} pictures, {Sounds} frames of sound, {Requests} keyframes requested",
        EventName = "StreamEnded")]
    public static partial void StreamEnded(
        this ILogger logger, StreamKey stream, StreamEndReason reason, double seconds, long bytes, long pictures, long sounds, long requests);

    [LoggerMessage(
        EventIds.Streams + 3,
        LogLevel.Information,
        "Stream {Stream} has lost its publisher and waits {Seconds:F1} s for another",
        EventName = "PublisherLost")]
    public static partial void PublisherLost(this ILogger logger, StreamKey stream, double seconds);

    [LoggerMessage(
        EventIds.Streams + 4,
        LogLevel.Information,
        "Stream {Stream} goes on with another publisher over {Protocol}, announced: {Tracks}; taken over from a live one: {TakenOver}",
        EventName = "StreamContinued")]
    public static partial void StreamContinued(
        this ILogger logger, StreamKey stream, string protocol, ExpectedTracks tracks, bool takenOver);

    [LoggerMessage(
        EventIds.AudioBridge + 1,
        LogLevel.Error,
        "The audio bridge of stream {Stream} failed and is made anew ({Untold} more failures since the last report)",
        EventName = "TranscoderFailed")]
    public static partial void TranscoderFailed(this ILogger logger, Exception exception, StreamKey stream, long untold);

    [LoggerMessage(
        EventIds.AudioBridge + 2,
        LogLevel.Warning,
        "Stream {Stream}: viewers that want {Target} of a publisher who sends {Source} have no sound: {Reason}",
        EventName = "TranscoderMissing")]
    public static partial void TranscoderMissing(this ILogger logger, StreamKey stream, CodecId source, CodecId target, string reason);
}
