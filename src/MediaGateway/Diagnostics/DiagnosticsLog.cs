namespace MediaGateway.Diagnostics;

/// <summary>What is said of the process itself.</summary>
internal static partial class DiagnosticsLog
{
    [LoggerMessage(EventId = EventIds.Host + 301, EventName = "MemoryIsNearItsLimit", Level = LogLevel.Warning,
        Message = "Memory is near its limit: {Used:0} of {Limit:0} MiB. From {Percent} % on (Limits:MemoryPercent) new publishers and viewers are refused, until it is below {Relief:0.#} %; those that are here go on")]
    public static partial void MemoryIsNearItsLimit(this ILogger logger, double used, double limit, int percent, double relief);

    [LoggerMessage(EventId = EventIds.Host + 302, EventName = "MemoryIsFreeAgain", Level = LogLevel.Information,
        Message = "Memory is free again: {Used:0} of {Limit:0} MiB. New publishers and viewers are taken")]
    public static partial void MemoryIsFreeAgain(this ILogger logger, double used, double limit);

    [LoggerMessage(EventId = EventIds.Host + 303, EventName = "FewOpenFiles", Level = LogLevel.Warning,
        Message = "The system allows this process {Files} open files (ulimit -n), so that it takes {Rtmp} RTMP connections of {WantedRtmp} that are set (Rtmp:MaximumConnections) and {Http} of HTTP of {WantedHttp} (Http:MaximumConnections). For all of them allow {Needed}: 'ulimits: nofile' in docker-compose.yml, LimitNOFILE in a systemd unit, or 'ulimit -n' before ./run.sh")]
    public static partial void FewOpenFiles(this ILogger logger, long files, int rtmp, int wantedRtmp, int http, int wantedHttp, long needed);

    [LoggerMessage(EventId = EventIds.Host + 304, EventName = "StoodStill", Level = LogLevel.Warning,
        Message = "The program stood still for {Seconds:0.0} s: it, its container or its machine was stopped. Its time goes on from there: nobody counts as silent for it, but peers of WebRTC whose consent has run out meanwhile are ended")]
    public static partial void StoodStill(this ILogger logger, double seconds);
}
