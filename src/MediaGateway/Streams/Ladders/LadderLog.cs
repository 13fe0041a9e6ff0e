using MediaGateway.Diagnostics;

namespace MediaGateway.Streams.Ladders;

/// <summary>The log lines of the levels of streams.</summary>
internal static partial class LadderLog
{
    [LoggerMessage(
        EventIds.Ladder + 1,
        LogLevel.Information,
        "Level {Level} is made from now on: {Width}x{Height}, {BitsPerSecond} bit/s; its stream costs {PixelsPerSecond:F0} pixels per second",
        EventName = "LevelStarted")]
    public static partial void LevelStarted(
        this ILogger logger, StreamKey level, int width, int height, int bitsPerSecond, double pixelsPerSecond);

    [LoggerMessage(
        EventIds.Ladder + 2,
        LogLevel.Information,
        "Level {Level} is made no more; its stream costs {PixelsPerSecond:F0} pixels per second",
        EventName = "LevelStopped")]
    public static partial void LevelStopped(this ILogger logger, StreamKey level, double pixelsPerSecond);

    [LoggerMessage(EventIds.Ladder + 3, LogLevel.Warning, "Level {Level} is not made: {Reason}", EventName = "LevelRefused")]
    public static partial void LevelRefused(this ILogger logger, StreamKey level, string reason);

    [LoggerMessage(
        EventIds.Ladder + 4,
        LogLevel.Warning,
        "Level {Level} is not made in time, {LeftOut} pictures were left out in the last seconds: {Consequence}",
        EventName = "ConversionFellBehind")]
    public static partial void ConversionFellBehind(this ILogger logger, StreamKey level, int leftOut, string consequence);
}
