using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Snapshots;

/// <summary>The log lines of snapshots.</summary>
internal static partial class SnapshotLog
{
    [LoggerMessage(EventIds.Snapshots + 1, LogLevel.Debug, "No picture of {Stream}: {Reason}", EventName = "SnapshotFailed")]
    public static partial void SnapshotFailed(this ILogger logger, StreamKey stream, string reason);
}
