namespace MediaGateway.WebRtc.Sessions;

/// <summary>How a peer that publishes learns what the path to us carries.</summary>
public enum CongestionFeedback
{
    /// <summary>
    /// We estimate it from the delay of its packets and tell it the rate (REMB); transport-wide feedback only where the peer does not
    /// offer REMB.
    /// </summary>
    Remb,

    /// <summary>
    /// We tell it when its packets arrived and it estimates by itself (transport-wide feedback); REMB only where it does not offer that.
    /// </summary>
    TransportWide,

    /// <summary>Both: it estimates by itself and our rate is an upper bound.</summary>
    Both,
}
