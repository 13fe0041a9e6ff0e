using System.Security.Cryptography;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Sdp;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sdp;

/// <summary>Offers to test with and the way from an offer to an answer.</summary>
internal static class Offers
{
    public const string Fingerprint =
        "sha-256 30:4A:BF:65:23:D1:99:AB:AE:9F:FD:5D:B1:08:4F:09:7C:9F:F2:CC:50:16:13:81:1B:5D:DD:D0:98:45:81:1E";

    /// <summary>A small whole offer of one video section; tests replace parts of it.</summary>
    public const string Video = $"""
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0
        m=video 9 UDP/TLS/RTP/SAVPF 96 97
        c=IN IP4 0.0.0.0
        a=ice-ufrag:frag
        a=ice-pwd:0123456789012345678901
        a=fingerprint:{Fingerprint}
        a=setup:actpass
        a=mid:0
        a=sendonly
        a=rtcp-mux
        a=rtpmap:96 H264/90000
        a=fmtp:96 packetization-mode=1;profile-level-id=42e01f
        a=rtpmap:97 VP8/90000

        """;

    /// <summary>An audio section to append to <see cref="Video"/>.</summary>
    public const string AudioSection = """
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        a=mid:1
        a=sendonly
        a=rtcp-mux
        a=rtpmap:111 opus/48000/2

        """;

    public static readonly IceCredentials Ours = new("ourfragment1", "ourpasswordourpassword12");

    public static SessionDescription Read(string text)
    {
        Assert.True(SdpReader.TryRead(text, out SessionDescription? session, out string? error), error);
        return session!;
    }

    public static NegotiatedSession Accept(string text)
    {
        Assert.True(OfferAnswer.TryNegotiate(Read(text), PeerDirection.Receive, out NegotiatedSession? session, out string? refusal), refusal);
        return session!;
    }

    public static string Refuse(string text)
    {
        if (!SdpReader.TryRead(text, out SessionDescription? offer, out string? error))
        {
            return error!;
        }

        Assert.False(OfferAnswer.TryNegotiate(offer!, PeerDirection.Receive, out _, out string? refusal));
        Assert.False(string.IsNullOrWhiteSpace(refusal));
        return refusal!;
    }

    public static string Answer(string text, int startBitrate = 0, int audioBitrate = 0, CongestionFeedback congestion = CongestionFeedback.Remb, int maximumBitrate = 0, params IceCandidate[] candidates)
    {
        var parameters = new AnswerParameters(
            4711,
            Ours,
            CertificateFingerprint.Sha256Of(SHA256.HashData("certificate"u8)),
            candidates,
            startBitrate,
            audioBitrate)
        {
            MaximumBitrate = maximumBitrate,
        };
        NegotiatedSession session = Accept(text);
        session = session with { Congestion = CongestionAgreement.Of(session.Video?.Codec, session.Audio?.Codec, congestion) };
        return new AnswerWriter(Read(text), session, parameters).Write();
    }

    /// <summary>The lines of one section of an answer; -1 for the session's.</summary>
    public static string[] Section(string answer, int index)
    {
        Assert.EndsWith("\r\n", answer, StringComparison.Ordinal);
        string[] sections = answer.Split("\r\nm=");
        string section = index < 0 ? sections[0] : "m=" + sections[index + 1];
        return section.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }

    public static TheoryData<string> PublishingVectors() =>
    [
        "chromium-156-sendonly.sdp",
        "chromium-156-max-bundle.sdp",
        "chromium-156-sendrecv-datachannel.sdp",
        "gstreamer-1.22.sdp",
        "pion-3.1.56.sdp",
    ];

    public static string Vector(string name) => Vectors.Text("sdp", name);
}
