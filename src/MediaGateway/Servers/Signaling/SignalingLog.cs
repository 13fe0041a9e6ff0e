namespace MediaGateway.Servers.Signaling;

internal static partial class SignalingLog
{
    [LoggerMessage(EventId = 9001, EventName = "StatusNotDelivered", Level = LogLevel.Debug,
        Message = "Status of media session {Session} was not delivered: {Reason}")]
    public static partial void StatusNotDelivered(this ILogger logger, string session, string reason);

    [LoggerMessage(EventId = 9002, EventName = "OriginRefused", Level = LogLevel.Warning,
        Message = "Signalling from origin {Origin} was refused: it is not the host of this page. List it in Http:AllowedOrigins if it is yours.")]
    public static partial void OriginRefused(this ILogger logger, string origin);

    [LoggerMessage(EventId = 9003, EventName = "CallFailed", Level = LogLevel.Error, Message = "The page's call {Method} failed")]
    public static partial void CallFailed(this ILogger logger, Exception exception, string method);

    [LoggerMessage(EventId = 9004, EventName = "BrokenMessages", Level = LogLevel.Information,
        Message = "{Count} pages were disconnected because they sent what is no message")]
    public static partial void BrokenMessages(this ILogger logger, long count);
}
