using System.Globalization;
using System.Net;
using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Rtp.Sending;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>What a server says to a <see cref="PublishingOffer"/>.</summary>
/// <param name="Remote">Its credentials.</param>
/// <param name="Fingerprints">Of its certificate.</param>
/// <param name="Candidates">Where it can be reached over UDP, in its order.</param>
/// <param name="Tracks">What it takes.</param>
internal sealed record PublishingAnswer(
    IceCredentials Remote,
    IReadOnlyList<CertificateFingerprint> Fingerprints,
    IReadOnlyList<TransportAddress> Candidates,
    IReadOnlyList<SendTrack> Tracks)
{
    private const int MaximumCandidates = 8;
    private const string CandidateLine = "a=candidate:";

    /// <summary>Reads an answer; false with the reason in words.</summary>
    /// <param name="text">The answer, from anybody.</param>
    /// <param name="sending">What the offer announced.</param>
    /// <param name="answer">What it says; null when it cannot be used.</param>
    /// <param name="refusal">Why not; null when it can.</param>
    public static bool TryRead(string text, SendDescription sending, out PublishingAnswer? answer, out string? refusal)
    {
        answer = null;
        if (!SdpReader.TryRead(text, out SessionDescription? description, out string? fault) || description is null)
        {
            refusal = $"The server's answer is no session description: {fault}";
            return false;
        }

        MediaDescription? first = description.Media.FirstOrDefault(media => !media.IsRejected);
        TransportDescription transport = first?.Transport.IceUsernameFragment is null ? description.Transport : first.Transport;
        IReadOnlyList<CertificateFingerprint> fingerprints = first?.Transport.Fingerprints is { Count: > 0 } own ? own : description.Transport.Fingerprints;
        List<TransportAddress> candidates = CandidatesOf(text);

        // A source may be named once only: what more sections ask for is not sent.
        IReadOnlyList<SendTrack> tracks = [.. description.Media.Select(media => TrackOf(media, sending)).OfType<SendTrack>().DistinctBy(track => track.Kind)];
        refusal = (transport.IceUsernameFragment, transport.IcePassword, fingerprints.Count, candidates.Count) switch
        {
            (null, _, _, _) or (_, null, _, _) => "The server's answer has no ICE credentials.",
            (_, _, 0, _) => "The server's answer has no fingerprint.",
            (_, _, _, 0) => "The server's answer has no candidate over UDP.",
            _ when !tracks.Any(track => track.Kind == TrackKind.Video) => "The server takes no H.264.",
            _ => null,
        };
        if (refusal is not null)
        {
            return false;
        }

        answer = new PublishingAnswer(
            new IceCredentials(transport.IceUsernameFragment!, transport.IcePassword!), fingerprints, candidates, tracks); // not null: looked at above
        return true;
    }

    private static SendTrack? TrackOf(MediaDescription media, SendDescription sending)
    {
        bool isVideo = media.Kind == "video";
        RtpCodec? codec = media.Codecs.FirstOrDefault(codec => isVideo ? codec.Is("H264", 90_000) : codec.Is("opus", OpusFormat.ClockRate));
        if (media.IsRejected || codec is null)
        {
            return null;
        }

        RtpCodec? repair = media.Codecs.FirstOrDefault(other =>
            other.Is("rtx", codec.ClockRate) && other.Parameter("apt") == codec.PayloadType.ToString(CultureInfo.InvariantCulture));
        SendSources sources = isVideo ? sending.Video : sending.Audio;
        return new SendTrack
        {
            Kind = isVideo ? TrackKind.Video : TrackKind.Audio,
            Mid = media.Mid ?? "",
            PayloadType = codec.PayloadType,
            Ssrc = sources.Media,
            RetransmissionPayloadType = repair?.PayloadType ?? -1,
            RetransmissionSsrc = sources.Retransmission,
            MidExtensionId = IdOf(media, SdpHeaderExtension.MidUri),
            TransportSequenceExtensionId = IdOf(media, SdpHeaderExtension.TransportSequenceUri),
            Feedback = PeerNegotiation.FeedbackOf(codec.Feedback),
        };
    }

    private static int IdOf(MediaDescription media, string uri) => media.Extensions.FirstOrDefault(extension => extension.Uri == uri).Id;

    // a=candidate:1 1 udp 2130706431 192.0.2.1 8000 typ host      RFC 8839 5.1
    private static List<TransportAddress> CandidatesOf(string text)
    {
        List<TransportAddress> candidates = [];
        foreach (string line in text.Split('\n').Where(line => line.StartsWith(CandidateLine, StringComparison.Ordinal)))
        {
            string[] parts = line.TrimEnd().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 5
                && candidates.Count < MaximumCandidates
                && parts[2].Equals("udp", StringComparison.OrdinalIgnoreCase)
                && IPAddress.TryParse(parts[4], out IPAddress? address)
                && ushort.TryParse(parts[5], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            {
                candidates.Add(TransportAddress.From(new IPEndPoint(address, port)));
            }
        }

        return candidates;
    }
}
