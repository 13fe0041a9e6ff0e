namespace MediaGateway.Hooks;

/// <summary>What a backend may make the gateway hold or wait for, besides the settings of section <c>Hooks</c>.</summary>
internal static class HookLimits
{
    /// <summary>Bytes of an answer's body; a longer one is a fault of the backend. Echoed bodies are a few kilobytes.</summary>
    public const int AnswerBytes = 64 * 1024;

    /// <summary>Kilobytes of an answer's headers.</summary>
    public const int AnswerHeaderKilobytes = 16;

    /// <summary>Depth of an answer's JSON.</summary>
    public const int AnswerDepth = 16;

    /// <summary>Characters of a backend's words that are passed on to a client.</summary>
    public const int ReasonCharacters = 200;

    /// <summary>Faults in a row after which a backend is not asked any more for <see cref="BreakerPause"/>.</summary>
    public const int BreakerFaults = 16;

    /// <summary>Events that wait to be delivered, of all sessions together; one more is dropped and counted.</summary>
    public const int QueuedEvents = 1000;

    /// <summary>Events, or keep-alives, that are on their way at the same time.</summary>
    public const int ConcurrentEvents = 64;

    /// <summary>How often an event is tried before it is dropped and counted: with the pauses between, for about two minutes.</summary>
    public const int EventAttempts = 8;

    /// <summary>How long a backend is left alone after <see cref="BreakerFaults"/>; then one question tries it again.</summary>
    public static readonly TimeSpan BreakerPause = TimeSpan.FromSeconds(5);

    /// <summary>Pause before an event is tried again; doubled each time.</summary>
    public static readonly TimeSpan FirstEventPause = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause before an event is tried again.</summary>
    public static readonly TimeSpan LongestEventPause = TimeSpan.FromSeconds(60);

    /// <summary>How long a gateway that stops still delivers events.</summary>
    public static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    /// <summary>How long a connection to a backend is used before its name is looked up again.</summary>
    public static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);
}
