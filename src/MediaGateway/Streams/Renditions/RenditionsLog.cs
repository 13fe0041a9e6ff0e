using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;

namespace MediaGateway.Streams.Renditions;

/// <summary>The log lines of converted pictures.</summary>
internal static partial class RenditionsLog
{
    [LoggerMessage(
        EventIds.VideoBridge + 1,
        LogLevel.Error,
        "Converting the pictures of stream {Stream} failed and begins anew ({Untold} more failures since the last report)",
        EventName = "VideoTranscoderFailed")]
    public static partial void VideoTranscoderFailed(this ILogger logger, Exception exception, StreamKey stream, long untold);

    [LoggerMessage(
        EventIds.VideoBridge + 2, LogLevel.Warning, "The pictures of stream {Stream} cannot be converted: {Reason}", EventName = "PicturesUnsupported")]
    public static partial void PicturesUnsupported(this ILogger logger, StreamKey stream, string reason);

    [LoggerMessage(
        EventIds.VideoBridge + 3,
        LogLevel.Information,
        "Stream {Stream} has B-frames: its pictures are converted for WebRTC viewers from now on",
        EventName = "RenditionStarted")]
    public static partial void RenditionStarted(this ILogger logger, StreamKey stream);

    [LoggerMessage(
        EventIds.VideoBridge + 4,
        LogLevel.Information,
        "The pictures of stream {Stream} are converted no more; dropped: {Dropped}, left out: {Skipped}",
        EventName = "RenditionStopped")]
    public static partial void RenditionStopped(this ILogger logger, StreamKey stream, long dropped, long skipped);

    [LoggerMessage(
        EventIds.VideoBridge + 5,
        LogLevel.Information,
        "Stream {Stream} is published in {Codec}: its pictures are converted to H.264",
        EventName = "IngestConverted")]
    public static partial void IngestConverted(this ILogger logger, StreamKey stream, CodecId codec);
}
