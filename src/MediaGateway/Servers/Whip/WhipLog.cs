using System.Net;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Whip;

internal static partial class WhipLog
{
    [LoggerMessage(EventId = EventIds.Signaling + 101, EventName = "WhipOpened", Level = LogLevel.Debug,
        Message = "{Protocol}: {Remote} opened a session of {Stream}")]
    public static partial void WhipOpened(this ILogger logger, string protocol, StreamKey stream, IPEndPoint remote);

    [LoggerMessage(EventId = EventIds.Signaling + 102, EventName = "WhipRefused", Level = LogLevel.Debug,
        Message = "{Protocol}: {Remote} was refused a session of {Stream}: {Reason}")]
    public static partial void WhipRefused(this ILogger logger, string protocol, StreamKey stream, IPEndPoint remote, string reason);
}
