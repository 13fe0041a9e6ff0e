using MediaGateway.Diagnostics;
using MediaGateway.Sessions;

namespace MediaGateway.Servers.Rtmp;

/// <summary>Why media sessions end, in the words of WCS, which backends and pages know.</summary>
internal static class SessionWords
{
    /// <summary>Nobody publishes the stream.</summary>
    public const string StreamNotFound = "Stream not found";

    /// <summary>The client has ended it.</summary>
    public const string StoppedByUser = "Stopped by user";

    /// <summary>The stream has ended.</summary>
    public const string StoppedByPublisher = "Stopped by publisher stop";

    /// <summary>The play command had a duration, and it is over.</summary>
    public const string PlayedAsLongAsAsked = "Played for the duration asked for";

    /// <summary>The connection is gone.</summary>
    public const string StoppedByDisconnect = "Stopped by session disconnect";

    /// <summary>The player took too little for too long, or its connection broke.</summary>
    public const string WriterError = "Failed by RTMP writer error";

    /// <summary>The publisher sent no media for too long.</summary>
    public const string NoActivity = "Failed by RTP activity";

    /// <summary>The client did not keep to the protocol, or we have failed.</summary>
    public const string Error = "Failed by error";

    /// <summary>The player cannot decode the stream.</summary>
    public const string NoCommonCodecs = "No common codecs";

    /// <summary>What is said of the playing when the connection has ended.</summary>
    public static (MediaSessionStatus Status, string Words) OfAbandoned(SessionEndReason reason) => reason switch
    {
        SessionEndReason.SlowConsumer or SessionEndReason.TransportError => (MediaSessionStatus.Failed, WriterError),
        SessionEndReason.ProtocolError or SessionEndReason.InternalError => (MediaSessionStatus.Failed, Error),
        _ => (MediaSessionStatus.Stopped, StoppedByDisconnect),
    };
}
