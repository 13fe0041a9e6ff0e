namespace MediaGateway.Rtmp.Sessions;

/// <summary>How far a client's connection has come.</summary>
public enum RtmpClientState
{
    /// <summary>Waiting for the server's half of the handshake.</summary>
    Handshaking,

    /// <summary>The connect command waits for its answer.</summary>
    Connecting,

    /// <summary>The createStream command waits for its answer.</summary>
    CreatingStream,

    /// <summary>The publish command waits for its answer.</summary>
    StartingPublish,

    /// <summary>The play command waits for its answer.</summary>
    StartingPlay,

    /// <summary>Media may be sent.</summary>
    Publishing,

    /// <summary>Media comes.</summary>
    Playing,

    /// <summary>The last words are queued: send them, then close the connection. Input is ignored.</summary>
    Closing,

    /// <summary>Over. Every input is ignored.</summary>
    Closed,
}
