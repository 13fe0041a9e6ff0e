using MediaGateway.Diagnostics;
using MediaGateway.Media.Files;

namespace MediaGateway.Vod;

/// <summary>What playing files logs.</summary>
internal static partial class VodLog
{
    [LoggerMessage(EventId = EventIds.Vod + 1, EventName = "VodFileIndexed", Level = LogLevel.Information,
        Message = "File {Path} ({Kind}) was indexed: {Frames} frames in {Milliseconds:F0} ms")]
    public static partial void FileIndexed(this ILogger logger, string path, MediaFileKind kind, int frames, double milliseconds);

    [LoggerMessage(EventId = EventIds.Vod + 2, EventName = "VodFileUnreadable", Level = LogLevel.Warning,
        Message = "File {Path} cannot be played: {Detail}")]
    public static partial void FileUnreadable(this ILogger logger, string path, string detail);

    [LoggerMessage(EventId = EventIds.Vod + 3, EventName = "VodPumpFault", Level = LogLevel.Error,
        Message = "Playing a file: one viewer failed and is given up")]
    public static partial void PumpFault(this ILogger logger, Exception exception);
}
