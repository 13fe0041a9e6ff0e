using System.Net;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Files;

/// <summary>The log lines of files that are answered as they are.</summary>
internal static partial class FileLog
{
    [LoggerMessage(
        EventIds.Files + 1, LogLevel.Information, "HTTP: {Remote} on the file {File} ended: {Reason} after {Seconds:F1} s", EventName = "FileDownloadEnded")]
    public static partial void FileDownloadEnded(this ILogger logger, IPEndPoint remote, StreamKey file, SessionEndReason reason, double seconds);
}
