namespace MediaGateway.WebRtc.Sessions;

/// <summary>The life of a <see cref="PeerSession"/>.</summary>
public enum PeerState
{
    /// <summary>The offer is answered; nothing has come from the peer.</summary>
    New,

    /// <summary>A path is valid; the DTLS handshake is under way.</summary>
    Connecting,

    /// <summary>Media flows.</summary>
    Connected,

    /// <summary>Over; every input is ignored. What was queued before may still be taken.</summary>
    Closed,
}
