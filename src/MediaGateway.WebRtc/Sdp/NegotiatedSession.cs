using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>What an offer was accepted as.</summary>
/// <param name="RemoteUsernameFragment">The peer's ICE username fragment.</param>
/// <param name="RemoteFingerprints">Any of them identifies the peer's certificate.</param>
/// <param name="Video">The accepted H.264 section; null when none was offered.</param>
/// <param name="Audio">The accepted Opus section; null when none was offered.</param>
internal sealed record NegotiatedSession(
    string RemoteUsernameFragment,
    IReadOnlyList<CertificateFingerprint> RemoteFingerprints,
    NegotiatedTrack? Video,
    NegotiatedTrack? Audio)
{
    /// <summary>The feedback on congestion: for sessions in which the peer publishes.</summary>
    public CongestionAgreement Congestion { get; init; } = CongestionAgreement.Of(Video?.Codec, Audio?.Codec, CongestionFeedback.Remb);
}
