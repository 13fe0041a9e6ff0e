namespace MediaGateway.WebRtc.Sdp;

/// <summary>One <c>a=extmap</c> line (RFC 8285 5).</summary>
/// <param name="Id">The identifier that packets carry.</param>
/// <param name="Uri">What the extension is.</param>
internal readonly record struct SdpHeaderExtension(int Id, string Uri)
{
    /// <summary>The media identification of BUNDLE (RFC 9143 15).</summary>
    public const string MidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";

    /// <summary>When the packet was sent, 24 bits (RTP header extension "abs-send-time").</summary>
    public const string AbsoluteSendTimeUri = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";

    /// <summary>A number across all streams of the transport (draft-holmer-rmcat-transport-wide-cc-extensions-01 2).</summary>
    public const string TransportSequenceUri = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

    /// <summary>The restriction identifier: which simulcast encoding a packet is of (RFC 8852 3.1).</summary>
    public const string RidUri = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";

    /// <summary>The same of the packet that a retransmission repeats (RFC 8852 3.2).</summary>
    public const string RepairedRidUri = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";

    /// <summary>The highest identifier of the one-byte form (RFC 8285 4.2).</summary>
    public const int HighestOneByteId = 14;
}
