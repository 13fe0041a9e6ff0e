using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp;

/// <summary>What the RTMP server logs.</summary>
internal static partial class RtmpLog
{
    [LoggerMessage(EventId = EventIds.Rtmp + 6, EventName = "RtmpSessionEnded", Level = LogLevel.Information,
        Message = "RTMP session {Session} on {Stream} ended: {Reason} after {Seconds:F1} s, {Bytes} bytes and {Frames} frames sent, {Dropped} frames dropped")]
    public static partial void SessionEnded(
        this ILogger logger,
        string session,
        StreamKey? stream,
        SessionEndReason reason,
        double seconds,
        long bytes,
        long frames,
        long dropped);

    [LoggerMessage(EventId = EventIds.Rtmp + 1, EventName = "RtmpConnectionUnused", Level = LogLevel.Debug,
        Message = "RTMP connection {Session} ended before it was one: {Reason} ({Detail})")]
    public static partial void ConnectionUnused(this ILogger logger, string session, SessionEndReason reason, string detail);

    [LoggerMessage(EventId = EventIds.Rtmp + 2, EventName = "RtmpProtocolFault", Level = LogLevel.Debug,
        Message = "RTMP session {Session}: {Detail}")]
    public static partial void ProtocolFault(this ILogger logger, string session, string detail);

    [LoggerMessage(EventId = EventIds.Rtmp + 3, EventName = "RtmpConnectionsRefused", Level = LogLevel.Warning,
        Message = "RTMP connections refused since the last report: {Count}; {Connections} are open")]
    public static partial void ConnectionsRefused(this ILogger logger, long count, int connections);

    [LoggerMessage(EventId = EventIds.Rtmp + 4, EventName = "RtmpSessionFailed", Level = LogLevel.Error,
        Message = "RTMP session {Session} failed")]
    public static partial void SessionFailed(this ILogger logger, Exception exception, string session);

    [LoggerMessage(EventId = EventIds.Rtmp + 5, EventName = "RtmpFanOutFault", Level = LogLevel.Error,
        Message = "RTMP fan-out: one session or stream failed and is given up")]
    public static partial void FanOutFault(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = EventIds.Rtmp + 30, EventName = "RtmpPublisherEnded", Level = LogLevel.Information,
        Message = "RTMP session {Session} publishing {Stream} ended: {Reason} after {Seconds:F1} s, {Bytes} bytes in {Frames} frames received, {Jumps} jumps of its clock")]
    public static partial void PublisherEnded(
        this ILogger logger,
        string session,
        StreamKey? stream,
        SessionEndReason reason,
        double seconds,
        long bytes,
        long frames,
        int jumps);

    [LoggerMessage(EventId = EventIds.Rtmp + 31, EventName = "RtmpUnreadableMedia", Level = LogLevel.Warning,
        Message = "RTMP session {Session} publishing {Stream} sent {Messages} audio or video messages that could not be read, the last because: {Detail}")]
    public static partial void UnreadableMedia(this ILogger logger, string session, StreamKey? stream, long messages, string detail);
}
