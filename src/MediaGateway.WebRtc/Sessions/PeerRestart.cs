using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Sdp;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>A restart of ICE that was accepted: new credentials of both sides, and what the peer is told. Immutable.</summary>
public sealed class PeerRestart
{
    private const string OtherCertificate =
        "The description has another certificate fingerprint than the session began with. An ICE restart keeps the certificate; publish or play anew instead.";

    private const string OtherMedia =
        "The description offers other media than the session began with. An ICE restart changes nothing but the way; publish or play anew instead.";

    private const string NoCredentials = "The fragment has no usable ICE credentials (a=ice-ufrag and a=ice-pwd).";

    private PeerRestart(PeerNegotiation negotiation, string answer) => (Negotiation, Answer) = (negotiation, answer);

    /// <summary>What the peer is told: an SDP answer to an offer, a fragment to a fragment.</summary>
    public string Answer { get; }

    /// <summary>Our new username fragment: by it the owner finds the session of a Binding request, besides the ones before.</summary>
    public string LocalUsernameFragment => Negotiation.Local.UsernameFragment;

    /// <summary>The session as it stands after the restart.</summary>
    internal PeerNegotiation Negotiation { get; }

    /// <summary>Checks a description against the session as it stands, and answers it; false with the reason in words.</summary>
    internal static bool TryPrepare(
        string description,
        PeerNegotiation current,
        PeerSessionOptions options,
        PeerServices services,
        out PeerRestart? restart,
        out string? refusal) => description.StartsWith("v=", StringComparison.Ordinal)
            ? TryPrepareOffer(description, current, options, services, out restart, out refusal)
            : TryPrepareFragment(description, current, options, services, out restart, out refusal);

    private static bool TryPrepareOffer(
        string offer,
        PeerNegotiation current,
        PeerSessionOptions options,
        PeerServices services,
        out PeerRestart? restart,
        out string? refusal)
    {
        restart = null;
        if (!PeerNegotiation.TryNegotiate(offer, options, services, current, out PeerNegotiation? negotiation, out refusal))
        {
            return false;
        }

        NegotiatedSession next = negotiation!.Session; // not null: the call said true
        refusal = !AreSame(current.Session.RemoteFingerprints, next.RemoteFingerprints) ? OtherCertificate
            : !AreSame(current.Session.Video, next.Video) || !AreSame(current.Session.Audio, next.Audio) ? OtherMedia
            : null;
        restart = refusal is null ? new PeerRestart(negotiation, negotiation.Answer) : null;
        return refusal is null;
    }

    private static bool TryPrepareFragment(
        string text,
        PeerNegotiation current,
        PeerSessionOptions options,
        PeerServices services,
        out PeerRestart? restart,
        out string? refusal)
    {
        restart = null;
        if (!IceFragment.TryRead(text, out IceFragment? fragment, out refusal))
        {
            return false;
        }

        if (!fragment.HasCredentials)
        {
            refusal = NoCredentials;
            return false;
        }

        if (fragment.UsernameFragment == current.Session.RemoteUsernameFragment)
        {
            return true;
        }

        if (fragment.Fingerprints.Count > 0 && !AreSame(current.Session.RemoteFingerprints, fragment.Fingerprints))
        {
            refusal = OtherCertificate;
            return false;
        }

        PeerNegotiation negotiation = current with
        {
            Local = IceCredentials.Generate(services.Random),
            Session = current.Session with { RemoteUsernameFragment = fragment.UsernameFragment! },
        };
        IReadOnlyList<IceCandidate> candidates = IceCandidate.ListOf(options.AdvertisedAddresses, options.TcpAddresses);
        restart = new PeerRestart(negotiation, IceFragment.Write(negotiation.Session, negotiation.Local, candidates));
        return true;
    }

    /// <summary>The peer's certificate is the same when everything that identifies it still does.</summary>
    private static bool AreSame(IReadOnlyList<CertificateFingerprint> one, IReadOnlyList<CertificateFingerprint> other) =>
        one.Count == other.Count && one.All(other.Contains);

    private static bool AreSame(NegotiatedTrack? one, NegotiatedTrack? other) => one is null || other is null
        ? one is null && other is null
        : one.MediaIndex == other.MediaIndex
            && one.Offered.Mid == other.Offered.Mid
            && one.Codec.PayloadType == other.Codec.PayloadType
            && one.MidExtensionId == other.MidExtensionId;
}
