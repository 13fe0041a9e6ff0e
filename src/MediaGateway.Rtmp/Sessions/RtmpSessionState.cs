namespace MediaGateway.Rtmp.Sessions;

/// <summary>How far a connection has come.</summary>
public enum RtmpSessionState
{
    /// <summary>Nothing but the handshake is accepted.</summary>
    Handshaking,

    /// <summary>Waiting for the connect command.</summary>
    AwaitingConnect,

    /// <summary>The connect command was handed out; waiting for the owner's answer.</summary>
    Connecting,

    /// <summary>Connected: streams can be created and played.</summary>
    Connected,

    /// <summary>The last words are queued: send the replies, then close the connection. Input is ignored.</summary>
    Closing,

    /// <summary>Over. Every input is ignored.</summary>
    Closed,
}
