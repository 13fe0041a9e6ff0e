namespace MediaGateway.WebRtc.Sessions;

/// <summary>What a datagram on a WebRTC port is, by its first bytes.</summary>
public enum DatagramKind
{
    /// <summary>Nothing that WebRTC sends.</summary>
    Unknown,

    /// <summary>STUN.</summary>
    Stun,

    /// <summary>A DTLS record.</summary>
    Dtls,

    /// <summary>RTP or SRTP.</summary>
    Rtp,

    /// <summary>RTCP or SRTCP.</summary>
    Rtcp,
}
