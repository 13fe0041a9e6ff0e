namespace MediaGateway.WebRtc.Rtp;

/// <summary>The feedback messages that offer and answer agreed on for a track (<c>a=rtcp-fb</c>, RFC 4585 4.2).</summary>
[Flags]
public enum RtcpFeedback
{
    /// <summary>None but reports.</summary>
    None = 0,

    /// <summary>Generic NACK: <c>nack</c>.</summary>
    Nack = 1,

    /// <summary>Picture loss indication: <c>nack pli</c>.</summary>
    PictureLossIndication = 2,

    /// <summary>Full intra request: <c>ccm fir</c> (RFC 5104).</summary>
    FullIntraRequest = 4,

    /// <summary>Receiver estimated maximum bitrate: <c>goog-remb</c>.</summary>
    MaximumBitrate = 8,

    /// <summary>Arrival of all packets: <c>transport-cc</c>.</summary>
    TransportWide = 16,
}
