using System.Net;
using MediaGateway.Diagnostics;

namespace MediaGateway.Api;

/// <summary>The log lines of the API.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(EventIds.Api + 1, LogLevel.Warning, "A call of the API from {Address} was refused: wrong key", EventName = "ApiKeyRefused")]
    public static partial void ApiKeyRefused(this ILogger logger, IPAddress address);

    [LoggerMessage(EventIds.Api + 2, LogLevel.Information, "The API ended {What} {Id}", EventName = "ApiTerminated")]
    public static partial void ApiTerminated(this ILogger logger, string what, string id);
}
