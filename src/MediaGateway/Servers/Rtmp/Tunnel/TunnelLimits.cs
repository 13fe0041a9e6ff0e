namespace MediaGateway.Servers.Rtmp.Tunnel;

/// <summary>What an RTMPT session may take.</summary>
internal static class TunnelLimits
{
    /// <summary>Bytes of one request. Bodies are parsed as they come, none is ever held whole.</summary>
    public const int RequestBytes = 4 * 1024 * 1024;

    /// <summary>Bytes of a request that has nothing to say: clients send one.</summary>
    public const int EmptyRequestBytes = 1024;

    /// <summary>Bytes of a session's client that wait to be parsed; its request is read no further until there is room.</summary>
    public const int InputBytes = 128 * 1024;

    /// <summary>
    /// Bytes that wait for a session's client to ask, and so about the most that an answer carries. 20 Mbit/s with a question every 200 ms;
    /// what does not fit waits in the viewer's place in the stream, where it can be dropped.
    /// </summary>
    public const int OutputBytes = 512 * 1024;

    /// <summary>Requests of one session that wait for the one before to be answered.</summary>
    public const int WaitingRequests = 4;

    /// <summary>
    /// How long an answer waits for bytes when there are none: what comes meanwhile leaves at once instead of at the next question. Short,
    /// since the client can say nothing while it waits.
    /// </summary>
    public static readonly TimeSpan AnswerWait = TimeSpan.FromMilliseconds(100);

    /// <summary>A session without a request for so long is over.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(60);

    /// <summary>How long last words wait for the client to ask for them.</summary>
    public static readonly TimeSpan LastWordsTime = TimeSpan.FromSeconds(5);
}
