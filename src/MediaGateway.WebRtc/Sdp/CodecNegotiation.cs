using System.Globalization;
using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>Chooses one payload type of an offered section and says with which parameters it is accepted.</summary>
internal static class CodecNegotiation
{
    private const string H264Name = "H264";
    private const int H264ClockRate = 90_000;
    private const string OpusName = "opus";
    private const int OpusClockRate = 48_000;
    private const string NonInterleaved = "1";
    private const string SingleNalUnit = "0";
    private const int RankOfNonInterleaved = 100;

    /// <summary>Feedback that the receiver makes use of, beside that on congestion.</summary>
    private static readonly string[] AcceptedFeedback = ["nack", "nack pli", "ccm fir"];

    /// <summary>
    /// The H.264 payload type to accept: packetization mode 1 before mode 0, then the best profile, then the offer's order; null
    /// when there is none. One only: what else is accepted beside it, senders do not use.
    /// </summary>
    /// <param name="media">The section.</param>
    /// <param name="direction">
    /// What is received, players of RTMP have to decode: the best compression first. What is sent, a browser has to decode: the least
    /// demanding profile first, which every decoder takes. The stream's own profile may be higher; decoders follow its SPS.
    /// </param>
    public static RtpCodec? ChooseVideo(MediaDescription media, PeerDirection direction)
    {
        RtpCodec? best = null;
        int bestRank = 0;
        foreach (RtpCodec codec in media.Codecs)
        {
            int rank = codec.Is(H264Name, H264ClockRate) ? RankOf(codec, direction) : 0;
            if (rank > bestRank)
            {
                (best, bestRank) = (codec, rank);
            }
        }

        return best;
    }

    /// <summary>The payload type of a track that is received: H.264 where it can be, else what <see cref="OtherVideo"/> finds.</summary>
    /// <param name="media">The section.</param>
    /// <param name="accepted">The codecs that are taken.</param>
    public static RtpCodec? ChooseReceivedVideo(MediaDescription media, CodecSet accepted) =>
        (accepted.Contains(CodecId.H264) ? ChooseVideo(media, PeerDirection.Receive) : null) ?? OtherVideo.Choose(media, accepted);

    /// <summary>The first Opus payload type; null when there is none.</summary>
    public static RtpCodec? ChooseAudio(MediaDescription media)
    {
        foreach (RtpCodec codec in media.Codecs)
        {
            if (codec.Is(OpusName, OpusClockRate))
            {
                return codec;
            }
        }

        return null;
    }

    /// <summary>The value of <c>a=fmtp</c> with which a payload type of pictures is accepted; empty for none.</summary>
    /// <param name="codec">The payload type as offered.</param>
    /// <param name="startBitrate">kbit/s at which a Chromium sender shall start; 0 leaves it to the browser.</param>
    public static string AnswerVideo(RtpCodec codec, int startBitrate) =>
        codec.Is(H264Name, H264ClockRate) ? AnswerH264(codec, startBitrate) : OtherVideo.Answer(codec, startBitrate);

    /// <summary>The value of <c>a=fmtp</c> with which an H.264 payload type is accepted (RFC 6184 8.2.2).</summary>
    /// <param name="codec">The payload type as offered.</param>
    /// <param name="startBitrate">kbit/s at which a Chromium sender shall start; 0 leaves it to the browser.</param>
    public static string AnswerH264(RtpCodec codec, int startBitrate)
    {
        List<string> parameters = [];
        if (codec.Parameter("level-asymmetry-allowed") == "1")
        {
            parameters.Add("level-asymmetry-allowed=1");
        }

        parameters.Add($"packetization-mode={ModeOf(codec)}");
        if (codec.Parameter("profile-level-id") is { } profile)
        {
            parameters.Add($"profile-level-id={profile}");
        }

        if (startBitrate > 0)
        {
            parameters.Add(string.Create(CultureInfo.InvariantCulture, $"x-google-start-bitrate={startBitrate}"));
        }

        return string.Join(';', parameters);
    }

    /// <summary>
    /// The value of <c>a=fmtp</c> with which Opus is accepted (RFC 7587 7): send in-band FEC, and stereo if the source has it.
    /// </summary>
    /// <param name="maximumAverageBitrate">bit/s asked for; 0 leaves it to the browser.</param>
    public static string AnswerOpus(int maximumAverageBitrate)
    {
        const string Parameters = "minptime=10;useinbandfec=1;stereo=1";
        return maximumAverageBitrate > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{Parameters};maxaveragebitrate={maximumAverageBitrate}")
            : Parameters;
    }

    /// <summary>The offered feedback messages that are accepted.</summary>
    public static IEnumerable<string> AnswerFeedback(RtpCodec codec, CongestionAgreement congestion) =>
        AcceptedFeedback.Where(codec.Offers).Concat(congestion.AnswerTo(codec));

    private static int RankOf(RtpCodec codec, PeerDirection direction)
    {
        if (!H264Profile.TryParse(codec.Parameter("profile-level-id"), out H264Profile profile) || profile.Rank == 0)
        {
            return 0;
        }

        // Pictures are sent in fragments, which mode 0 does not have (RFC 6184 6.2).
        bool isSent = direction == PeerDirection.Send;
        return ModeOf(codec) switch
        {
            NonInterleaved => RankOfNonInterleaved + (isSent ? profile.RankForPlayers : profile.Rank),
            SingleNalUnit when !isSent => profile.Rank,
            _ => 0,
        };
    }

    /// <summary>RFC 6184 8.1: an absent mode is single NAL unit mode.</summary>
    private static string ModeOf(RtpCodec codec) => codec.Parameter("packetization-mode") ?? SingleNalUnit;
}
