using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Ice;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>Our side of an answer.</summary>
/// <param name="SessionId">The number in <c>o=</c>, 63 random bits (RFC 8829 5.2.1).</param>
/// <param name="Credentials">Our ICE credentials.</param>
/// <param name="Fingerprint">Our certificate's fingerprint.</param>
/// <param name="Candidates">Where we can be reached, best first.</param>
/// <param name="VideoStartBitrate">kbit/s at which a Chromium sender shall start; 0 leaves it to the browser.</param>
/// <param name="AudioMaximumAverageBitrate">bit/s asked of an Opus sender; 0 leaves it to the browser.</param>
internal sealed record AnswerParameters(
    long SessionId,
    IceCredentials Credentials,
    CertificateFingerprint Fingerprint,
    IReadOnlyList<IceCandidate> Candidates,
    int VideoStartBitrate,
    int AudioMaximumAverageBitrate)
{
    /// <summary>What we send in a session in which the peer plays; null when it publishes.</summary>
    public SendDescription? Sending { get; init; }

    /// <summary>
    /// bit/s that a peer may send in all, told in the answer (<c>b=AS</c>, RFC 8866 5.8) where REMB does not tell it; 0: no bound.
    /// </summary>
    public int MaximumBitrate { get; init; }

    /// <summary>The version in <c>o=</c>: one more with each further answer of the same session (RFC 8829 5.3.2).</summary>
    public int SessionVersion { get; init; } = 1;
}
