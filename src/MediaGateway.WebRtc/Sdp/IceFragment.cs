using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Ice;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>
/// The part of a trickle fragment (<c>application/trickle-ice-sdpfrag</c>, RFC 8840 9) that matters to a lite agent: the peer's
/// credentials. Its candidates are of no use to us, since the peer's checks come to us anyway.
/// </summary>
/// <param name="UsernameFragment">The peer's username fragment.</param>
/// <param name="Fingerprints">Its certificate's fingerprints, if they are repeated.</param>
internal sealed record IceFragment(string UsernameFragment, IReadOnlyList<CertificateFingerprint> Fingerprints)
{
    private const string FragmentPrefix = "a=ice-ufrag:";
    private const string PasswordPrefix = "a=ice-pwd:";
    private const string FingerprintPrefix = "a=fingerprint:";

    /// <summary>Reads a fragment from anybody; false with the reason in words.</summary>
    public static bool TryRead(string text, out IceFragment? fragment, out string? refusal)
    {
        fragment = null;
        refusal = null;
        string? usernameFragment = null;
        string? password = null;
        List<CertificateFingerprint> fingerprints = [];
        if (text.Length > SdpLimits.Characters)
        {
            refusal = $"The fragment has more than {SdpLimits.Characters} characters.";
            return false;
        }

        foreach (string line in text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith(FragmentPrefix, StringComparison.Ordinal))
            {
                usernameFragment ??= line[FragmentPrefix.Length..];
            }
            else if (line.StartsWith(PasswordPrefix, StringComparison.Ordinal))
            {
                password ??= line[PasswordPrefix.Length..];
            }
            else if (line.StartsWith(FingerprintPrefix, StringComparison.Ordinal)
                && line[FingerprintPrefix.Length..].Split(' ') is [var algorithm, var value])
            {
                fingerprints.Add(new CertificateFingerprint(algorithm.ToLowerInvariant(), value.ToUpperInvariant()));
            }
        }

        if (usernameFragment is null || password is null || !IceCredentials.AreValid(usernameFragment, password))
        {
            refusal = "The fragment has no usable ICE credentials (a=ice-ufrag and a=ice-pwd).";
            return false;
        }

        fragment = new IceFragment(usernameFragment, [.. fingerprints.Distinct()]);
        return true;
    }

    /// <summary>Writes ours, in the form of RFC 9725 4.4.2 (which follows RFC 8840): credentials and candidates with the first section.</summary>
    public static string Write(NegotiatedSession session, IceCredentials local, IReadOnlyList<IceCandidate> candidates)
    {
        var writer = new SdpWriter();
        writer.Flag("ice-lite");
        NegotiatedTrack[] tracks = [.. new[] { session.Audio, session.Video }.OfType<NegotiatedTrack>().OrderBy(track => track.MediaIndex)];
        if (tracks.Length > 1)
        {
            writer.Attribute("group", $"BUNDLE {string.Join(' ', tracks.Select(track => track.Offered.Mid))}");
        }

        NegotiatedTrack first = tracks[0]; // A session without any is refused.
        writer.Line('m', $"{first.Offered.Kind} 9 {first.Offered.Protocol} {first.Codec.PayloadType}");
        if (first.Offered.Mid is { } mid)
        {
            writer.Attribute("mid", $"{mid}");
        }

        writer.Attribute("ice-ufrag", $"{local.UsernameFragment}");
        writer.Attribute("ice-pwd", $"{local.Password}");
        foreach (IceCandidate candidate in candidates)
        {
            writer.Attribute("candidate", $"{candidate.ToAttributeValue()}");
        }

        writer.Flag("end-of-candidates");
        return writer.ToString();
    }
}
