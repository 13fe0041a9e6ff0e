namespace MediaGateway.WebRtc.Rtcp;

/// <summary>RTCP packet types (RFC 3550 12.1, RFC 4585 6.1).</summary>
internal enum RtcpPacketType
{
    /// <summary>SR.</summary>
    SenderReport = 200,

    /// <summary>RR.</summary>
    ReceiverReport = 201,

    /// <summary>SDES.</summary>
    SourceDescription = 202,

    /// <summary>BYE.</summary>
    Goodbye = 203,

    /// <summary>RTPFB.</summary>
    TransportFeedback = 205,

    /// <summary>PSFB.</summary>
    PayloadFeedback = 206,
}
