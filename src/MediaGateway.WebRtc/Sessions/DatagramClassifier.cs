namespace MediaGateway.WebRtc.Sessions;

/// <summary>Tells the protocols that share a port apart (RFC 7983 7, RFC 5761 4). Stateless; any thread.</summary>
public static class DatagramClassifier
{
    //                  +----------------+      RFC 7983 7
    //                  |        [0..3] -+--> forward to STUN
    //                  |                |
    //      packet -->  |      [20..63] -+--> forward to DTLS
    //                  |                |
    //                  |    [128..191] -+--> forward to RTP/RTCP
    //                  +----------------+

    /// <summary>The kind of a datagram by its first byte, and, for RTP and RTCP, its second.</summary>
    public static DatagramKind Classify(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < 2)
        {
            return DatagramKind.Unknown;
        }

        return datagram[0] switch
        {
            <= 3 => DatagramKind.Stun,
            >= 20 and <= 63 => DatagramKind.Dtls,
            // RFC 5761 4: with the marker bit an RTP payload type could look like RTCP; 64 to 95 are not used for that reason.
            >= 128 and <= 191 => datagram[1] is >= 192 and <= 223 ? DatagramKind.Rtcp : DatagramKind.Rtp,
            _ => DatagramKind.Unknown,
        };
    }
}
