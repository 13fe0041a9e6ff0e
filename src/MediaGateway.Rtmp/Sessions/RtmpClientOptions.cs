namespace MediaGateway.Rtmp.Sessions;

/// <summary>How a client's connection behaves. Immutable; shared by all of them.</summary>
public sealed record RtmpClientOptions
{
    /// <summary>Those of a client that plays: it says what players say, as servers treat encoders otherwise.</summary>
    public static RtmpClientOptions ForPlaying { get; } = new() { Role = RtmpClientRole.Play, FlashVersion = "LNX 9,0,124,2" };

    /// <summary>Whether the client publishes or plays.</summary>
    public RtmpClientRole Role { get; init; }

    /// <summary>
    /// Bytes of our chunks, announced once the server has accepted the connection. 60,000 is what FFmpeg announces when it publishes, so
    /// that every server has seen it.
    /// </summary>
    public int ChunkSize { get; init; } = 60_000;

    /// <summary>Bytes after which the server is asked to acknowledge. 2,500,000 is what FFmpeg and OBS announce.</summary>
    public int WindowAcknowledgementBytes { get; init; } = 2_500_000;

    /// <summary>From the connection to the permission to publish or play. Servers that ask a backend first need some seconds.</summary>
    public TimeSpan SetUpTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What the client says it is. Servers parse the form; FMLE is what they expect of encoders.</summary>
    public string FlashVersion { get; init; } = "FMLE/3.0 (compatible; MediaGateway)";

    /// <summary>Whether the client says that it takes Enhanced RTMP. Players such as VLC do not, and get H.264 and AAC.</summary>
    public bool AnnouncesEnhanced { get; init; } = true;

    /// <summary>
    /// The gateways that the stream, or the wish to play it, has passed, separated by commas, this one last; null leaves the property out. A
    /// gateway that finds itself in it refuses: the relay would feed itself.
    /// </summary>
    public string? RelayPath { get; init; }

    /// <summary>What a server may make us hold or do: a hostile one is as untrusted as a client.</summary>
    public RtmpLimits Limits { get; init; } = RtmpLimits.Default;
}
