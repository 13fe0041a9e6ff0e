using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Servers.WebRtc;

internal static partial class WebRtcLog
{
    [LoggerMessage(EventId = 3001, EventName = "WebRtcSessionStarted", Level = LogLevel.Information,
        Message = "WebRTC session {Session} starts to {Role} {Stream}")]
    public static partial void SessionStarted(this ILogger logger, string session, string role, StreamKey stream);

    [LoggerMessage(EventId = 3002, EventName = "WebRtcSessionEnded", Level = LogLevel.Information,
        Message = "WebRTC session {Session} ({Role} {Stream}) ended: {Reason} ({Detail}) after {Duration}, {Frames} frames, {Bytes} bytes received, {Sent} sent, {Dropped} frames dropped")]
    public static partial void SessionEnded(
        this ILogger logger, string session, string role, StreamKey stream, SessionEndReason reason, string detail, TimeSpan duration, long frames, long bytes, long sent, long dropped);

    [LoggerMessage(EventId = 3003, EventName = "WebRtcSessionFailed", Level = LogLevel.Error,
        Message = "WebRTC session {Session} of {Stream} met an error of ours and is ended; the others go on")]
    public static partial void SessionFailed(this ILogger logger, Exception exception, string session, StreamKey stream);

    [LoggerMessage(EventId = 3004, EventName = "PeerConnected", Level = LogLevel.Debug,
        Message = "Peer of session {Session}, {Stream}, is connected")]
    public static partial void PeerConnected(this ILogger logger, string session, StreamKey stream);

    [LoggerMessage(EventId = 3005, EventName = "LoopDidNotStop", Level = LogLevel.Warning,
        Message = "The media loop did not stop in time and is left behind")]
    public static partial void LoopDidNotStop(this ILogger logger);

    [LoggerMessage(EventId = 3006, EventName = "SocketBufferSmall", Level = LogLevel.Warning,
        Message = "The kernel grants the UDP port a receive buffer of {Granted} bytes only, {Wanted} were asked for: raise net.core.rmem_max, or bursts are lost")]
    public static partial void SocketBufferSmall(this ILogger logger, int granted, int wanted);
}
