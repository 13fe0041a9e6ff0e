namespace MediaGateway.Hooks;

/// <summary>The names of the hooks, by style, as they stand in addresses, bodies and settings.</summary>
internal static class HookMethods
{
    /// <summary>WCS: a client wants to connect.</summary>
    public const string Connect = "connect";

    /// <summary>WCS: a client wants to publish.</summary>
    public const string PublishStream = "publishStream";

    /// <summary>WCS: a publisher has stopped as it wished.</summary>
    public const string UnPublishStream = "unPublishStream";

    /// <summary>WCS: a client wants to play.</summary>
    public const string PlayStream = "playStream";

    /// <summary>WCS: a player has paused.</summary>
    public const string PauseStream = "pauseStream";

    /// <summary>WCS: a player has stopped as it wished.</summary>
    public const string StopStream = "stopStream";

    /// <summary>WCS: a client asks whether a stream is there.</summary>
    public const string AvailableStream = "availableStream";

    /// <summary>WCS: a client has sent data.</summary>
    public const string OnDataEvent = "OnDataEvent";

    /// <summary>WCS: a media session has a new status.</summary>
    public const string StreamStatusEvent = "StreamStatusEvent";

    /// <summary>WCS: a connection has a new status.</summary>
    public const string ConnectionStatusEvent = "ConnectionStatusEvent";

    /// <summary>WCS: a media session is still there, which the backend may end.</summary>
    public const string StreamKeepAliveEvent = "StreamKeepAliveEvent";

    /// <summary>WCS: a recording has begun, is ready, or was given up.</summary>
    public const string RecordingStatusEvent = "RecordingStatusEvent";

    /// <summary>SRS: a recorded file is ready.</summary>
    public const string OnDvr = "on_dvr";

    /// <summary>SRS: an RTMP client wants to connect.</summary>
    public const string OnConnect = "on_connect";

    /// <summary>SRS: an RTMP client has gone.</summary>
    public const string OnClose = "on_close";

    /// <summary>SRS: a client wants to publish.</summary>
    public const string OnPublish = "on_publish";

    /// <summary>SRS: a publisher has ended.</summary>
    public const string OnUnpublish = "on_unpublish";

    /// <summary>SRS: a client wants to play.</summary>
    public const string OnPlay = "on_play";

    /// <summary>SRS: a player has ended.</summary>
    public const string OnStop = "on_stop";

    /// <summary>MediaMTX: a client wants to publish.</summary>
    public const string Publish = "publish";

    /// <summary>MediaMTX: a client wants to play.</summary>
    public const string Read = "read";

    private static readonly string[] Wcs =
    [
        Connect, PublishStream, UnPublishStream, PlayStream, PauseStream, StopStream, AvailableStream, OnDataEvent, StreamStatusEvent,
        ConnectionStatusEvent, StreamKeepAliveEvent, RecordingStatusEvent,
    ];

    private static readonly string[] Srs = [OnConnect, OnClose, OnPublish, OnUnpublish, OnPlay, OnStop, OnDvr];

    private static readonly string[] MediaMtx = [Publish, Read];

    /// <summary>The methods of a style of <c>Hooks:Style</c>; none when it has none.</summary>
    public static IReadOnlyList<string> Of(string style) => style switch
    {
        "wcs" => Wcs,
        "srs" => Srs,
        "mediamtx" => MediaMtx,
        _ => [],
    };
}
