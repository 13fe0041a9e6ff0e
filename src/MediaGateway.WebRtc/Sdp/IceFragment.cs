using System.Diagnostics.CodeAnalysis;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Ice;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>
/// The part of a trickle fragment (<c>application/trickle-ice-sdpfrag</c>, RFC 8840 9) that matters to a lite agent: the peer's
/// credentials. Its candidates are of no use to us, since the peer's checks come to us anyway.
/// </summary>
/// <param name="UsernameFragment">The peer's username fragment; null when it says none.</param>
/// <param name="HasCredentials">Whether ICE can be restarted with it: fragment and password are as RFC 8839 5.4 wants them. The password itself is not kept.</param>
/// <param name="Fingerprints">Its certificate's fingerprints, if they are repeated.</param>
public sealed record IceFragment(string? UsernameFragment, bool HasCredentials, IReadOnlyList<CertificateFingerprint> Fingerprints)
{
    private const string FragmentPrefix = "a=ice-ufrag:";
    private const string PasswordPrefix = "a=ice-pwd:";
    private const string FingerprintPrefix = "a=fingerprint:";

    /// <summary>Reads a fragment, or a whole session description, from anybody: the credentials of its first media section.</summary>
    /// <param name="text">What came.</param>
    /// <param name="fragment">What it says.</param>
    /// <param name="refusal">Why it is no fragment, in words: it is too long or a line is not of the form type=value.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out IceFragment? fragment, [NotNullWhen(false)] out string? refusal)
    {
        ArgumentNullException.ThrowIfNull(text);
        fragment = null;
        refusal = null;
        string? usernameFragment = null;
        string? password = null;
        List<CertificateFingerprint> fingerprints = [];
        int lines = 0;
        bool isRead = text.Length <= SdpLimits.Characters;
        foreach (ReadOnlySpan<char> raw in isRead ? text.AsSpan().EnumerateLines() : default)
        {
            ReadOnlySpan<char> line = raw.Trim();
            if (line.IsEmpty)
            {
                continue;
            }

            isRead = ++lines <= SdpLimits.Lines && line.Length > 1 && line[1] == '=' && char.IsAsciiLetterLower(line[0]);
            if (!isRead)
            {
                break;
            }

            if (line.StartsWith(FragmentPrefix))
            {
                usernameFragment ??= line[FragmentPrefix.Length..].ToString();
            }
            else if (line.StartsWith(PasswordPrefix))
            {
                password ??= line[PasswordPrefix.Length..].ToString();
            }
            else if (line.StartsWith(FingerprintPrefix) && line[FingerprintPrefix.Length..].ToString().Split(' ') is [var algorithm, var value])
            {
                fingerprints.Add(new CertificateFingerprint(algorithm.ToLowerInvariant(), value.ToUpperInvariant()));
            }
        }

        if (!isRead || lines == 0)
        {
            refusal = text.Length > SdpLimits.Characters
                ? $"The fragment has more than {SdpLimits.Characters} characters."
                : "The body is not a trickle fragment (RFC 8840).";
            return false;
        }

        bool hasCredentials = usernameFragment is not null && password is not null && IceCredentials.AreValid(usernameFragment, password);
        fragment = new IceFragment(usernameFragment, hasCredentials, [.. fingerprints.Distinct()]);
        return true;
    }

    /// <summary>Writes ours, in the form of RFC 9725 4.4.2 (which follows RFC 8840): credentials and candidates with the first section.</summary>
    internal static string Write(NegotiatedSession session, IceCredentials local, IReadOnlyList<IceCandidate> candidates)
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
