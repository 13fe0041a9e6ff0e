namespace MediaGateway.WebRtc.Sdp;

/// <summary>What is agreed on beside the codec for a track that we send.</summary>
internal static class SendNegotiation
{
    private static readonly string[] AcceptedFeedback = ["nack", "nack pli", "ccm fir", "goog-remb"];

    private static readonly string[] AcceptedExtensions =
    [
        SdpHeaderExtension.MidUri,
        SdpHeaderExtension.AbsoluteSendTimeUri,
    ];

    /// <summary>
    /// The payload type that carries retransmissions (RFC 4588 8.1); null when none was offered, or the peer asks for none.
    /// </summary>
    public static RtpCodec? RetransmissionOf(NegotiatedTrack track) => track.Codec.Offers("nack") ? track.Rtx : null;

    /// <summary>The payload types of the answer's m-line.</summary>
    public static string Formats(NegotiatedTrack track) => RetransmissionOf(track) is { } repair
        ? $"{track.Codec.PayloadType} {repair.PayloadType}"
        : $"{track.Codec.PayloadType}";

    /// <summary>The offered feedback messages that a sender makes use of.</summary>
    public static IEnumerable<string> Feedback(RtpCodec codec) => AcceptedFeedback.Where(codec.Offers);

    /// <summary>The offered header extensions that packets carry, each once.</summary>
    public static IEnumerable<SdpHeaderExtension> Extensions(NegotiatedTrack track)
    {
        foreach (string uri in AcceptedExtensions)
        {
            int id = track.ExtensionId(uri);
            if (id > 0)
            {
                yield return new SdpHeaderExtension(id, uri);
            }
        }
    }
}
