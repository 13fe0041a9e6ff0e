namespace MediaGateway.Diagnostics;

/// <summary>What the host holds for its sessions and must give back: timers, tasks and handles, the tasks by what they run.</summary>
internal enum ResourceKind
{
    /// <summary>A timer of the gateway's time provider that fires once for each time that it is set, a wait with a limit among them.</summary>
    Timer,

    /// <summary>A timer that repeats: the housekeeping of the gateway, which is there from start to end, and the watch of a pull.</summary>
    PeriodicTimer,

    /// <summary>The task of one RTMP connection, whatever carries it.</summary>
    RtmpConnection,

    /// <summary>The task of one RTMPT session, which outlives its HTTP requests.</summary>
    RtmpTunnel,

    /// <summary>A WebRTC session of the media loop, publishing or playing.</summary>
    WebRtcSession,

    /// <summary>A TCP connection that carries the datagrams of WebRTC.</summary>
    WebRtcConnection,

    /// <summary>A request or WebSocket that plays a stream as FLV.</summary>
    FlvPlayback,

    /// <summary>The task of one HLS muxer.</summary>
    HlsMuxer,

    /// <summary>The task of one push.</summary>
    Push,

    /// <summary>The task of one pull from an origin.</summary>
    Pull,

    /// <summary>A connection to a push target or an origin.</summary>
    OutgoingConnection,

    /// <summary>A recording that is not finished.</summary>
    Recording,

    /// <summary>A file that is played or recorded into.</summary>
    File,

    /// <summary>A viewer for whom a file is read little by little.</summary>
    FilePlayer,

    /// <summary>A request that is answered with a file as it is.</summary>
    FileDownload,

    /// <summary>A player of HLS, until it has not asked for a while.</summary>
    HlsViewer,

    /// <summary>A conversion of a stream's sound.</summary>
    AudioBridge,

    /// <summary>A conversion of a stream's pictures.</summary>
    VideoBridge,

    /// <summary>A signalling connection of the page.</summary>
    PageConnection,

    /// <summary>A question or report to a hook backend that is not answered yet.</summary>
    HookCall,
}
