using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>
/// The feedback on congestion that a session has, for all its tracks: a sender that is given transport-wide feedback for its sound only
/// would judge the path by the sound.
/// </summary>
/// <param name="MaximumBitrate">REMB, <c>goog-remb</c>.</param>
/// <param name="TransportWide">Arrival of all packets, <c>transport-cc</c>.</param>
internal readonly record struct CongestionAgreement(bool MaximumBitrate, bool TransportWide)
{
    /// <summary>The value of <c>a=rtcp-fb</c> for REMB.</summary>
    public const string MaximumBitrateFeedback = "goog-remb";

    /// <summary>The value of <c>a=rtcp-fb</c> for transport-wide feedback.</summary>
    public const string TransportWideFeedback = "transport-cc";

    /// <summary>Decides by the pictures, which need the bits, else by the sound.</summary>
    /// <param name="video">The accepted payload type for pictures; null for none.</param>
    /// <param name="audio">The accepted payload type for sound; null for none.</param>
    /// <param name="preference">What to take where both are offered.</param>
    public static CongestionAgreement Of(RtpCodec? video, RtpCodec? audio, CongestionFeedback preference)
    {
        if ((video ?? audio) is not { } codec)
        {
            return default;
        }

        bool offersBitrate = codec.Offers(MaximumBitrateFeedback);
        bool offersArrivals = codec.Offers(TransportWideFeedback);
        return new CongestionAgreement(
            offersBitrate && (preference != CongestionFeedback.TransportWide || !offersArrivals),
            offersArrivals && (preference != CongestionFeedback.Remb || !offersBitrate));
    }

    /// <summary>The values that an accepted payload type gets.</summary>
    public IEnumerable<string> AnswerTo(RtpCodec codec)
    {
        if (MaximumBitrate && codec.Offers(MaximumBitrateFeedback))
        {
            yield return MaximumBitrateFeedback;
        }

        if (TransportWide && codec.Offers(TransportWideFeedback))
        {
            yield return TransportWideFeedback;
        }
    }
}
