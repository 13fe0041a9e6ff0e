using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>
/// Decides about an offer (RFC 3264, RFC 8829 5.3, RFC 9143): which sections are accepted, or why none can be: the first audio
/// section and the first video section of the BUNDLE group whose media goes our session's way. The rest is rejected.
/// </summary>
internal sealed class OfferAnswer
{
    private const string Audio = "audio";
    private const string Video = "video";

    private readonly SessionDescription _offer;
    private readonly PeerDirection _direction;
    private readonly CodecSet _accepted;
    private readonly IReadOnlyList<string> _bundle;
    private NegotiatedTrack? _video;
    private NegotiatedTrack? _audio;

    private OfferAnswer(SessionDescription offer, PeerDirection direction, CodecSet accepted)
    {
        _offer = offer;
        _direction = direction;
        _accepted = accepted;
        _bundle = offer.Bundles.Count > 0 ? offer.Bundles[0] : [];
    }

    /// <summary>Negotiates an offer to publish pictures as H.264 only, or to play.</summary>
    /// <inheritdoc cref="TryNegotiate(SessionDescription, PeerDirection, CodecSet, out NegotiatedSession?, out string?)"/>
    public static bool TryNegotiate(
        SessionDescription offer,
        PeerDirection direction,
        out NegotiatedSession? session,
        out string? refusal) => TryNegotiate(offer, direction, CodecSet.Of(CodecId.H264), out session, out refusal);

    /// <summary>Negotiates an offer to publish or to play.</summary>
    /// <param name="offer">The offer.</param>
    /// <param name="direction">Which of the two.</param>
    /// <param name="accepted">The codecs in which pictures are taken; they are sent as H.264 always.</param>
    /// <param name="session">What was agreed; null when the offer is refused.</param>
    /// <param name="refusal">Why not, in words for the person at the other end; null when it is accepted.</param>
    public static bool TryNegotiate(
        SessionDescription offer,
        PeerDirection direction,
        CodecSet accepted,
        out NegotiatedSession? session,
        out string? refusal)
    {
        var negotiation = new OfferAnswer(offer, direction, accepted);
        session = null;
        refusal = negotiation.RefuseSession() ?? negotiation.ChooseSections() ?? negotiation.RefuseTransport(out session);
        return session is not null;
    }

    private string? RefuseSession()
    {
        if (_offer.IsIceLite)
        {
            return "The offer is from an ICE-lite agent. The gateway is one as well, so nobody would begin the connection.";
        }

        return _offer.Media.Count == 0 ? "The offer has no audio and no video." : null;
    }

    private string? ChooseSections()
    {
        string? reason = null;
        for (int index = 0; index < _offer.Media.Count; index++)
        {
            MediaDescription media = _offer.Media[index];
            bool isVideo = media.Kind == Video;
            if (media.IsRejected || (!isVideo && media.Kind != Audio) || (isVideo ? _video : _audio) is not null)
            {
                continue;
            }

            if (!GoesOurWay(_offer.DirectionOf(media)))
            {
                reason ??= _direction == PeerDirection.Receive
                    ? "The offer sends neither audio nor video: every section is receive-only or inactive."
                    : "The offer receives neither audio nor video: every section is send-only or inactive.";
                continue;
            }

            if (RefuseSection(media, isVideo, out RtpCodec? codec) is { } refusal)
            {
                return refusal;
            }

            NegotiatedTrack track = Accept(index, media, codec!); // not null: the section was not refused
            if (isVideo)
            {
                _video = track;
            }
            else
            {
                _audio = track;
            }
        }

        return _video is null && _audio is null ? reason ?? "The offer has no audio and no video." : RefuseBundle();
    }

    /// <summary>
    /// A section with all that repairs it. Several encodings need the header extensions that tell them apart (RFC 8853 5.2).
    /// </summary>
    private static NegotiatedTrack Accept(int index, MediaDescription media, RtpCodec codec)
    {
        var track = new NegotiatedTrack(index, media, codec)
        {
            Rtx = RepairNegotiation.RtxOf(media, codec),
            Red = RepairNegotiation.RedOf(media, codec),
        };
        bool hasLayers = track.MidExtensionId > 0 && track.ExtensionId(SdpHeaderExtension.RidUri) > 0;
        return track with { Layers = hasLayers ? [.. media.Simulcast.LayersOf(codec.PayloadType)] : [] };
    }

    private bool GoesOurWay(SdpDirection direction) => direction == SdpDirection.SendReceive
        || direction == (_direction == PeerDirection.Receive ? SdpDirection.SendOnly : SdpDirection.ReceiveOnly);

    private string? RefuseSection(MediaDescription media, bool isVideo, out RtpCodec? codec)
    {
        codec = !isVideo ? CodecNegotiation.ChooseAudio(media)
            : _direction == PeerDirection.Send ? CodecNegotiation.ChooseVideo(media, _direction)
            : CodecNegotiation.ChooseReceivedVideo(media, _accepted);
        if (!IsSecureProfile(media.Protocol))
        {
            return "The offer asks for RTP without encryption by DTLS. Only DTLS-SRTP is accepted (UDP/TLS/RTP/SAVPF).";
        }

        if (codec is null && _direction == PeerDirection.Send)
        {
            return isVideo
                ? $"This browser cannot play H.264 video{Offered(media)}. Streams are sent to browsers as H.264."
                : $"This browser cannot play Opus audio{Offered(media)}. Streams are sent to browsers with Opus.";
        }

        if (codec is null)
        {
            return isVideo
                ? OtherVideo.Refuse(_accepted, Offered(media))
                : $"This browser offers no Opus audio{Offered(media)}. Opus is the only audio codec taken over WebRTC.";
        }

        return media.Mid is not null && !IsToken(media.Mid) ? "The offer has a media section with an unusable mid." : null;
    }

    private string? RefuseBundle()
    {
        if (_video is null || _audio is null)
        {
            return null;
        }

        return IsBundled(_video) && IsBundled(_audio) && _video.Offered.Mid != _audio.Offered.Mid
            ? null
            : "The offer does not bundle audio and video on one transport (a=group:BUNDLE).";
    }

    private string? RefuseTransport(out NegotiatedSession? session)
    {
        session = null;
        List<TransportDescription> transports = Transports();
        if ((_video is not null && !HasRtcpMux(_video)) || (_audio is not null && !HasRtcpMux(_audio)))
        {
            return "The offer does not multiplex RTP and RTCP on one port (a=rtcp-mux).";
        }

        string? fragment = transports.Find(transport => transport.IceUsernameFragment is not null)?.IceUsernameFragment;
        string? password = transports.Find(transport => transport.IcePassword is not null)?.IcePassword;
        if (fragment is null || password is null || !IceCredentials.AreValid(fragment, password))
        {
            return "The offer has no usable ICE credentials (a=ice-ufrag, a=ice-pwd).";
        }

        string setup = transports.Find(transport => transport.Setup is not null)?.Setup ?? "actpass";
        if (setup is not ("actpass" or "active"))
        {
            return "The offer wants the gateway to begin the DTLS handshake (a=setup). Only the roles actpass and active are accepted.";
        }

        IReadOnlyList<CertificateFingerprint> fingerprints =
            transports.Find(transport => transport.Fingerprints.Count > 0)?.Fingerprints ?? [];
        if (!fingerprints.Any(fingerprint => fingerprint.IsUsable))
        {
            return fingerprints.Count == 0
                ? "The offer has no certificate fingerprint (a=fingerprint)."
                : "The offer has no certificate fingerprint of a safe hash: sha-256, sha-384 or sha-512 is needed.";
        }

        session = new NegotiatedSession(fragment, fingerprints, _video, _audio);
        return null;
    }

    /// <summary>
    /// Where transport attributes stand, first choice first: the offerer-tagged section of the group, the session, the accepted
    /// sections (RFC 9143 7.1.3).
    /// </summary>
    private List<TransportDescription> Transports()
    {
        List<TransportDescription> transports = [];
        if (Tagged is { } tagged)
        {
            transports.Add(tagged.Transport);
        }
        else
        {
            AddAccepted(transports);
        }

        transports.Add(_offer.Transport);
        AddAccepted(transports);
        return transports;
    }

    private MediaDescription? Tagged => _bundle.Count == 0 ? null : _offer.Media.FirstOrDefault(media => media.Mid == _bundle[0]);

    private void AddAccepted(List<TransportDescription> transports)
    {
        foreach (NegotiatedTrack? track in (ReadOnlySpan<NegotiatedTrack?>)[_audio, _video])
        {
            if (track is not null)
            {
                transports.Add(track.Offered.Transport);
            }
        }
    }

    private bool IsBundled(NegotiatedTrack track) => track.Offered.Mid is { } mid && _bundle.Contains(mid);

    private bool HasRtcpMux(NegotiatedTrack track) => track.Offered.HasRtcpMux || (IsBundled(track) && Tagged?.HasRtcpMux is true);

    private static bool IsSecureProfile(string protocol) => protocol is "UDP/TLS/RTP/SAVPF" or "TCP/DTLS/RTP/SAVPF"
        or "RTP/SAVPF" or "UDP/TLS/RTP/SAVP" or "RTP/SAVP";

    /// <summary>RFC 8866 9: token-char, as far as mids are concerned.</summary>
    private static bool IsToken(string text) => text.Length is > 0 and <= 64
        && text.All(character => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`{|}~".Contains(character));

    /// <summary>The names of what is offered instead, for a message to a person: harmless characters only and not many.</summary>
    private static string Offered(MediaDescription media)
    {
        string[] names = [.. media.Codecs
            .Select(codec => codec.EncodingName)
            .Where(name => name.Length is > 0 and <= 16 && name.All(char.IsAsciiLetterOrDigit))
            .Where(name => name is not ("rtx" or "red" or "ulpfec"))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Take(6)];
        return names.Length == 0 ? "" : $" (it offers {string.Join(", ", names)})";
    }
}
