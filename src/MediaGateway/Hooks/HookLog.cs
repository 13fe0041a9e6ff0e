using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Hooks;

// Bodies, parameters and queries are never logged: they carry what clients identify themselves with.
internal static partial class HookLog
{
    [LoggerMessage(EventId = EventIds.Hooks + 1, EventName = "HookFailed", Level = LogLevel.Warning,
        Message = "Hook {Method} at {Address} failed: {Reason} ({Count} since the last such line)")]
    public static partial void HookFailed(this ILogger logger, string method, string address, string reason, long count);

    [LoggerMessage(EventId = EventIds.Hooks + 2, EventName = "BackendLeftAlone", Level = LogLevel.Error,
        Message = "The hook backend {Backend} failed {Faults} times in a row and is left alone for {Pause}; then it is tried again")]
    public static partial void BackendLeftAlone(this ILogger logger, string backend, int faults, TimeSpan pause);

    [LoggerMessage(EventId = EventIds.Hooks + 3, EventName = "BackendIsBack", Level = LogLevel.Information,
        Message = "The hook backend {Backend} answers again")]
    public static partial void BackendIsBack(this ILogger logger, string backend);

    [LoggerMessage(EventId = EventIds.Hooks + 4, EventName = "HookRefused", Level = LogLevel.Debug,
        Message = "Hook {Method} refused {Subject}: {Reason}")]
    public static partial void HookRefused(this ILogger logger, string method, string subject, string reason);

    [LoggerMessage(EventId = EventIds.Hooks + 5, EventName = "HookFailedOpen", Level = LogLevel.Debug,
        Message = "Hook {Method} could not be asked about {Subject}, which goes on as the settings or the backend wish: {Reason}")]
    public static partial void HookFailedOpen(this ILogger logger, string method, string subject, string reason);

    [LoggerMessage(EventId = EventIds.Hooks + 6, EventName = "HookEventsDropped", Level = LogLevel.Warning,
        Message = "{Count} hook events were dropped since the last such line: {Reason}")]
    public static partial void HookEventsDropped(this ILogger logger, long count, string reason);

    [LoggerMessage(EventId = EventIds.Hooks + 7, EventName = "KeepAliveRefused", Level = LogLevel.Information,
        Message = "The backend refused to keep the {Role} of {Stream} alive: it is ended")]
    public static partial void KeepAliveRefused(this ILogger logger, string role, StreamKey stream);
}
