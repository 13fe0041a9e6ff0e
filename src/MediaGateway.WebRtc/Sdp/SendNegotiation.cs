using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>What is agreed on beside the codec for a track that we send.</summary>
internal static class SendNegotiation
{
    private static readonly string[] RepairFeedback = ["nack", "nack pli", "ccm fir"];

    /// <summary>
    /// The payload type that carries retransmissions (RFC 4588 8.1); null when none was offered, or the peer asks for none.
    /// </summary>
    public static RtpCodec? RetransmissionOf(NegotiatedTrack track) => track.Codec.Offers("nack") ? track.Rtx : null;

    /// <summary>The payload types of the answer's m-line.</summary>
    public static string Formats(NegotiatedTrack track) => RetransmissionOf(track) is { } repair
        ? $"{track.Codec.PayloadType} {repair.PayloadType}"
        : $"{track.Codec.PayloadType}";

    /// <summary>
    /// What tells a sender of the path: the arrival of all packets, where the peer can number them, else its own estimate. Only a sender that
    /// is told of arrivals can probe: what a peer estimates by itself cannot grow while it is sent keyframes only.
    /// </summary>
    public static CongestionAgreement Congestion(NegotiatedTrack? video, NegotiatedTrack? audio)
    {
        bool canNumber = (video ?? audio)?.ExtensionId(SdpHeaderExtension.TransportSequenceUri) > 0;
        return CongestionAgreement.Of(video?.Codec, audio?.Codec, canNumber ? CongestionFeedback.TransportWide : CongestionFeedback.Remb);
    }

    /// <summary>The offered feedback messages that a sender makes use of.</summary>
    public static IEnumerable<string> Feedback(RtpCodec codec, CongestionAgreement congestion) =>
        RepairFeedback.Where(codec.Offers).Concat(congestion.AnswerTo(codec));

    /// <summary>The offered header extensions that packets carry, each once.</summary>
    public static IEnumerable<SdpHeaderExtension> Extensions(NegotiatedTrack track, CongestionAgreement congestion)
    {
        string[] uris =
        [
            SdpHeaderExtension.MidUri,
            .. congestion.MaximumBitrate ? [SdpHeaderExtension.AbsoluteSendTimeUri] : Array.Empty<string>(),
            .. congestion.TransportWide ? [SdpHeaderExtension.TransportSequenceUri] : Array.Empty<string>(),
        ];
        foreach (string uri in uris)
        {
            int id = track.ExtensionId(uri);
            if (id > 0)
            {
                yield return new SdpHeaderExtension(id, uri);
            }
        }
    }
}
