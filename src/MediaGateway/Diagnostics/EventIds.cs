namespace MediaGateway.Diagnostics;

/// <summary>
/// The first event id of each feature's log lines; a feature has the 999 that follow. An id is written as <c>EventIds.Streams + 1</c>;
/// neither an id nor its event's name is ever used for something else.
/// </summary>
internal static class EventIds
{
    /// <summary>Start, settings, shutdown.</summary>
    public const int Host = 1000;

    /// <summary>RTMP sessions and fan-out.</summary>
    public const int Rtmp = 2000;

    /// <summary>WebRTC sessions and the media loop.</summary>
    public const int WebRtc = 3000;

    /// <summary>Streams and their publishers.</summary>
    public const int Streams = 4000;

    /// <summary>HLS.</summary>
    public const int Hls = 5000;

    /// <summary>Audio bridges and their workers.</summary>
    public const int AudioBridge = 6000;

    /// <summary>Pictures that are converted.</summary>
    public const int VideoBridge = 7000;

    /// <summary>Pushes to other servers.</summary>
    public const int Push = 13_000;

    /// <summary>The signalling hub and WHIP.</summary>
    public const int Signaling = 9000;

    /// <summary>Pulls from origins and the choice of nodes.</summary>
    public const int Relay = 11_000;

    /// <summary>The interface for operators.</summary>
    public const int Api = 12_000;

    /// <summary>Hooks: questions and reports to a backend.</summary>
    public const int Hooks = 10_000;

    /// <summary>The levels of streams.</summary>
    public const int Ladder = 15_000;

    /// <summary>Playing files.</summary>
    public const int Vod = 14_000;

    /// <summary>Pictures of live streams.</summary>
    public const int Snapshots = 16_000;

    /// <summary>Recording of streams into files.</summary>
    public const int Recording = 8000;

    /// <summary>FLV over HTTP and WebSockets.</summary>
    public const int Flv = 17_000;

    /// <summary>Files that are answered as they are.</summary>
    public const int Files = 18_000;

    /// <summary>How many ids each feature has.</summary>
    public const int RangeLength = 1000;
}
