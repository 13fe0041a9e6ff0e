using System.Buffers.Binary;
using System.Security.Cryptography;
using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Rtp;
using MediaGateway.WebRtc.Rtp.Sending;
using MediaGateway.WebRtc.Sdp;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>Turns an offer into all that a session begins with: credentials, answer, tracks.</summary>
/// <param name="Session">What was agreed.</param>
/// <param name="Local">Our ICE credentials.</param>
/// <param name="Answer">The answer.</param>
internal sealed record PeerNegotiation(NegotiatedSession Session, IceCredentials Local, string Answer)
{
    /// <summary>What we send; null in a session in which the peer publishes.</summary>
    public SendDescription? Sending { get; private init; }

    private const int CanonicalNameLength = 12; // RFC 7022 4.2: 96 random bits.

    /// <summary>The number of the session in its answers.</summary>
    public long SessionId { get; init; }

    /// <summary>Counts the answers of the session, from 1.</summary>
    public int SessionVersion { get; init; }

    /// <summary>Negotiates a session; false with the reason in words.</summary>
    public static bool TryNegotiate(
        string offer,
        PeerSessionOptions options,
        PeerServices services,
        out PeerNegotiation? negotiation,
        out string? refusal) => TryNegotiate(offer, options, services, null, out negotiation, out refusal);

    /// <summary>Negotiates a session, or negotiates it again with fresh ICE credentials; false with the reason in words.</summary>
    /// <param name="offer">The offer.</param>
    /// <param name="options">How to answer.</param>
    /// <param name="services">What sessions share.</param>
    /// <param name="current">The session so far, whose identity the answer keeps; null for a new one.</param>
    /// <param name="negotiation">What was agreed; null when the offer is refused.</param>
    /// <param name="refusal">Why not, in words; null when it is accepted.</param>
    public static bool TryNegotiate(
        string offer,
        PeerSessionOptions options,
        PeerServices services,
        PeerNegotiation? current,
        out PeerNegotiation? negotiation,
        out string? refusal)
    {
        negotiation = null;
        if (!SdpReader.TryRead(offer, out SessionDescription? description, out refusal)
            || !OfferAnswer.TryNegotiate(
                description!, options.Direction, options.AcceptedVideo, out NegotiatedSession? session, out refusal))
        {
            return false;
        }

        session = session! with // not null: the calls said true
        {
            Congestion = options.Direction == PeerDirection.Send
                ? SendNegotiation.Congestion(session.Video, session.Audio)
                : CongestionAgreement.Of(session.Video?.Codec, session.Audio?.Codec, options.CongestionFeedback),
        };
        var local = IceCredentials.Generate(services.Random);
        SendDescription? sending = current?.Sending ?? (options.Direction == PeerDirection.Send ? DescribeSending(services.Random) : null);
        var parameters = new AnswerParameters(
            current?.SessionId ?? (long)(RandomUInt64(services.Random) >> 1),
            local,
            services.Dtls.LocalFingerprint,
            IceCandidate.ListOf(options.AdvertisedAddresses, options.TcpAddresses),
            options.VideoStartBitrate,
            options.AudioMaximumAverageBitrate)
        {
            Sending = sending,
            MaximumBitrate = options.MaximumBitrate,
            SessionVersion = (current?.SessionVersion ?? 0) + 1,
        };
        string answer = new AnswerWriter(description!, session, parameters).Write(); // not null: the calls said true
        negotiation = new PeerNegotiation(session, local, answer)
        {
            Sending = sending,
            SessionId = parameters.SessionId,
            SessionVersion = parameters.SessionVersion,
        };
        return true;
    }

    /// <summary>The tracks for the receiver.</summary>
    public IReadOnlyList<ReceiveTrack> Tracks()
    {
        List<ReceiveTrack> tracks = [];
        if (Session.Video is not null)
        {
            tracks.Add(TrackOf(Session.Video, TrackKind.Video, OtherVideo.CodecOf(Session.Video.Codec)));
        }

        if (Session.Audio is not null)
        {
            tracks.Add(TrackOf(Session.Audio, TrackKind.Audio, CodecId.Opus));
        }

        return tracks;
    }

    /// <summary>The options for the receiver.</summary>
    public MediaReceiverOptions ReceiverOptions(PeerSessionOptions options, RandomNumberGenerator random) => new()
    {
        LocalSsrc = (uint)(RandomUInt64(random) >> 32),
        CanonicalName = RandomName(random),
        MaximumBitrate = options.MaximumBitrate,
        AbsoluteSendTimeId = Session.Congestion.MaximumBitrate ? ExtensionId(SdpHeaderExtension.AbsoluteSendTimeUri) : 0,
        TransportSequenceId = Session.Congestion.TransportWide ? ExtensionId(SdpHeaderExtension.TransportSequenceUri) : 0,
        ReducedSizeRtcp = (Session.Video ?? Session.Audio)?.Offered.HasReducedSizeRtcp is true,
    };

    /// <summary>The tracks for the sender.</summary>
    public IReadOnlyList<SendTrack> SendTracks()
    {
        List<SendTrack> tracks = [];
        if (Session.Video is not null && Sending is not null)
        {
            tracks.Add(SendTrackOf(Session.Video, TrackKind.Video, Sending.Video));
        }

        if (Session.Audio is not null && Sending is not null)
        {
            tracks.Add(SendTrackOf(Session.Audio, TrackKind.Audio, Sending.Audio));
        }

        return tracks;
    }

    /// <summary>The options for the sender.</summary>
    public MediaSenderOptions SenderOptions(RandomNumberGenerator random) => new()
    {
        CanonicalName = Sending?.CanonicalName ?? "",
        Seed = RandomUInt64(random),
    };

    /// <summary>Names and sources for media that we send, all by chance.</summary>
    public static SendDescription DescribeSending(RandomNumberGenerator random)
    {
        // Four sources in one random block that differ in their lowest bits: none is like another, and none is zero.
        uint block = ((uint)(RandomUInt64(random) >> 32) & ~7u) | 4;
        return new SendDescription(
            RandomName(random),
            $"{RandomUInt64(random):x16}",
            new SendSources(block, block + 1),
            new SendSources(block + 2, block + 3));
    }

    private SendTrack SendTrackOf(NegotiatedTrack track, TrackKind kind, SendSources sources) => new()
    {
        Kind = kind,
        Mid = track.Offered.Mid ?? "",
        PayloadType = track.Codec.PayloadType,
        Ssrc = sources.Media,
        RetransmissionPayloadType = SendNegotiation.RetransmissionOf(track)?.PayloadType ?? -1,
        RetransmissionSsrc = sources.Retransmission,
        MidExtensionId = track.MidExtensionId,
        AbsoluteSendTimeExtensionId = Session.Congestion.MaximumBitrate ? track.ExtensionId(SdpHeaderExtension.AbsoluteSendTimeUri) : 0,
        TransportSequenceExtensionId = Session.Congestion.TransportWide ? track.ExtensionId(SdpHeaderExtension.TransportSequenceUri) : 0,
        Feedback = FeedbackOf(SendNegotiation.Feedback(track.Codec, Session.Congestion)),
    };

    /// <summary>RFC 9143 9.1: in a bundle an identifier means the same extension in every section.</summary>
    private int ExtensionId(string uri)
    {
        int id = Session.Video?.ExtensionId(uri) ?? 0;
        return id > 0 ? id : Session.Audio?.ExtensionId(uri) ?? 0;
    }

    private ReceiveTrack TrackOf(NegotiatedTrack track, TrackKind kind, CodecId codec) => new()
    {
        Kind = kind,
        Mid = track.Offered.Mid ?? "",
        PayloadTypes =
        [
            new ReceivePayloadType(track.Codec.PayloadType, codec)
            {
                ParameterSets = ParameterSetsOf(track.Codec),
                Channels = track.Codec.Channels,
            },
        ],
        MidExtensionId = track.MidExtensionId,
        Feedback = FeedbackOf(CodecNegotiation.AnswerFeedback(track.Codec, Session.Congestion)),
        AnnouncedSsrcs = [.. track.Offered.MediaSsrcs],
        RepairPayloadTypes = track.Rtx is { } rtx ? [new RepairPayloadType(rtx.PayloadType, track.Codec.PayloadType)] : [],
        RepairSources = [.. track.Offered.Retransmissions.Select(pair => new RepairSource(pair.Media, pair.Repair))],
        RedundancyPayloadType = track.Red?.PayloadType,
        RidExtensionId = track.Layers.Count > 0 ? track.ExtensionId(SdpHeaderExtension.RidUri) : 0,
        RepairedRidExtensionId = track.Layers.Count > 0 ? track.ExtensionId(SdpHeaderExtension.RepairedRidUri) : 0,
        Layers = track.Layers,
        LayerSsrcs = track.Offered.Simulcast.Ssrcs,
    };

    /// <summary>The values of <c>a=rtcp-fb</c> that are known here.</summary>
    public static RtcpFeedback FeedbackOf(IEnumerable<string> values)
    {
        RtcpFeedback feedback = RtcpFeedback.None;
        foreach (string value in values)
        {
            feedback |= value switch
            {
                "nack" => RtcpFeedback.Nack,
                "nack pli" => RtcpFeedback.PictureLossIndication,
                "ccm fir" => RtcpFeedback.FullIntraRequest,
                CongestionAgreement.MaximumBitrateFeedback => RtcpFeedback.MaximumBitrate,
                CongestionAgreement.TransportWideFeedback => RtcpFeedback.TransportWide,
                _ => RtcpFeedback.None,
            };
        }

        return feedback;
    }

    // sprop-parameter-sets=<base64>,<base64>,...      RFC 6184 8.1
    private static List<ReadOnlyMemory<byte>> ParameterSetsOf(RtpCodec codec)
    {
        List<ReadOnlyMemory<byte>> sets = [];
        foreach (string text in (codec.Parameter("sprop-parameter-sets") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            byte[] bytes = new byte[text.Length];
            if (Convert.TryFromBase64String(text, bytes, out int length) && length > 0)
            {
                sets.Add(bytes.AsMemory(0, length));
            }
        }

        return sets;
    }

    private static ulong RandomUInt64(RandomNumberGenerator random)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        random.GetBytes(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    private static string RandomName(RandomNumberGenerator random)
    {
        byte[] bytes = new byte[CanonicalNameLength];
        random.GetBytes(bytes);
        return Convert.ToBase64String(bytes);
    }
}
