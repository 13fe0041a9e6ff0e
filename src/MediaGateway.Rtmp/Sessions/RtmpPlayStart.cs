namespace MediaGateway.Rtmp.Sessions;

/// <summary>Which kind of stream a play command asks for (RTMP 1.0, 7.2.2.1, Start). Clients send it in seconds or milliseconds.</summary>
public enum RtmpPlayStart
{
    /// <summary>A live stream of that name, else a recording: -2, -2000 or nothing.</summary>
    LiveOrRecorded,

    /// <summary>Only a live stream: -1 or -1000.</summary>
    Live,

    /// <summary>A recording from a position on. Players also send 0 for a live stream when they were not told that it is one.</summary>
    Recorded,
}
