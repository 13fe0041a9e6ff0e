using System.Net;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Flv;

/// <summary>The log lines of FLV over HTTP.</summary>
internal static partial class FlvLog
{
    [LoggerMessage(
        EventIds.Flv + 1,
        LogLevel.Information,
        "{Protocol}: {Remote} on {Stream} ended: {Reason} after {Seconds:F1} s, {Bytes} bytes and {Frames} frames sent, {Dropped} dropped",
        EventName = "FlvSessionEnded")]
    public static partial void FlvSessionEnded(
        this ILogger logger,
        string protocol,
        IPEndPoint remote,
        StreamKey stream,
        SessionEndReason reason,
        double seconds,
        long bytes,
        long frames,
        long dropped);
}
