using System.Security.Cryptography;
using System.Text;
using MediaGateway.Media.Frames;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sdp;
using MediaGateway.WebRtc.Sessions;
using static MediaGateway.Fuzz.OracleException;

namespace MediaGateway.Fuzz.Targets;

/// <summary>Session descriptions and trickle fragments of browsers and encoders.</summary>
internal static class SdpTargets
{
    private static readonly byte[][] Words =
    [
        .. Texts(
            "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", "a=rtpmap:96 H264/90000\r\n", "a=fmtp:96 packetization-mode=1;profile-level-id=42e01f\r\n",
            "a=group:BUNDLE 0 1\r\n", "a=mid:0\r\n", "a=ssrc-group:FID 1 2\r\n", "a=ssrc:1 cname:x\r\n", "a=rid:h send\r\n", "a=simulcast:send h;m;l\r\n", "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n",
            "a=rtcp-fb:96 nack pli\r\n", "a=ice-ufrag:abcd\r\n", "a=ice-pwd:0123456789012345678901\r\n", "a=fingerprint:sha-256 ", "a=setup:actpass\r\n", "a=sendonly\r\n", "\r\n", "\n", "\r", ":", ";", " ", "4294967296", "-1"),
    ];

    /// <summary>The targets.</summary>
    public static IEnumerable<FuzzTarget> All =>
    [
        new()
        {
            Name = "sdp",
            Parser = "`SdpReader`, `OfferAnswer`",
            Oracle = "a yes comes with a session and a no with words; other line ends change nothing",
            Seeds = Offers,
            Words = Words,
            MaximumBytes = 16 * 1024,
            AllocationConstant = 128 * 1024,
            Parse = bytes => Negotiate(HostTargets.Text(bytes)),
            Verify = VerifyLines,
        },
        new()
        {
            Name = "sdp-answer",
            Parser = "`PeerSession.TryAcceptOffer`: an offer to its answer",
            Oracle = "the answer is a description with as many sections as the offer, and none of the codecs is new",
            Seeds = Offers,
            Words = Words,
            MaximumBytes = 16 * 1024,
            AllocationConstant = 512 * 1024,
            Parse = bytes => Answer(HostTargets.Text(bytes)),
            Verify = VerifyAnswer,
        },
        new()
        {
            Name = "sdp-publishing",
            IsBrief = true,
            Parser = "`PublishingAnswer`, `PublishingPeer.TryAccept`: a server's answer to an offer to publish",
            Oracle = "a yes comes with a way, credentials and one track of pictures, a no with words; a peer that has taken it sends no more than its bound",
            Seeds = Answers,
            Words = Words,
            MaximumBytes = 16 * 1024,
            AllocationConstant = 512 * 1024,
            Parse = bytes => Publish(HostTargets.Text(bytes)),
            Verify = VerifyPublishing,
        },
        new()
        {
            Name = "ice-fragment",
            IsBrief = true,
            Parser = "`IceFragment`",
            Oracle = "lines that mean nothing to it change nothing",
            Seeds = () =>
            [
                .. Texts("a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 UDP 1 192.0.2.1 9 typ host\r\na=end-of-candidates\r\n"),
                .. Offers(),
            ],
            Words = Words,
            MaximumBytes = 8 * 1024,
            Parse = bytes => IceFragment.TryRead(HostTargets.Text(bytes), out _, out _),
            Verify = VerifyFragment,
        },
    ];

    /// <summary>Offers of browsers and encoders, as far as there are any.</summary>
    public static IEnumerable<byte[]> Offers() => [Encoding.UTF8.GetBytes(TestPublisher.Offer()), .. SeedFiles.Below("sdp")];

    private static IEnumerable<byte[]> Texts(params string[] texts) => texts.Select(Encoding.UTF8.GetBytes);

    private static string Negotiate(string text)
    {
        if (!SdpReader.TryRead(text, out SessionDescription? session, out string? error))
        {
            Require(session is null && !string.IsNullOrWhiteSpace(error), "a no comes without words");
            return error;
        }

        bool accepted = OfferAnswer.TryNegotiate(session!, PeerDirection.Receive, out NegotiatedSession? negotiated, out string? refusal);
        Require(accepted == (negotiated is not null) && accepted == (refusal is null), "a yes comes with words, or without a session");
        return refusal ?? $"{session!.Media.Count} {negotiated!.Video?.Codec.PayloadType} {negotiated.Audio?.Codec.PayloadType}";
    }

    private static void VerifyLines(byte[] bytes)
    {
        string text = HostTargets.Text(bytes);
        if (text.Length > SdpLimits.Characters / 2 || text.Replace("\r\n", "\n", StringComparison.Ordinal).Contains('\r', StringComparison.Ordinal))
        {
            return;
        }

        string unix = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        RequireEqual(Negotiate(unix), Negotiate(unix.Replace("\n", "\r\n", StringComparison.Ordinal)), "the outcome with other line ends");
    }

    private static string? Answer(string text)
    {
        using var random = RandomNumberGenerator.Create();
        PeerSessionOptions options = PeerPair.Options() with { AcceptedVideo = CodecSet.Of(CodecId.H264, CodecId.Vp8, CodecId.Vp9, CodecId.Av1) };
        bool accepted = PeerSession.TryAcceptOffer(text, options, Services(random), TimeSpan.Zero, out PeerSession? session, out string? refusal);
        Require(accepted == (refusal is null), "a no comes without words");
        string? answer = session?.Answer;
        session?.Dispose();
        Pools.RequireReturned();
        return answer;
    }

    private static void VerifyAnswer(byte[] bytes)
    {
        string text = HostTargets.Text(bytes);
        if (Answer(text) is not { } answer)
        {
            return;
        }

        Require(SdpReader.TryRead(text, out SessionDescription? offered, out _), "an offer is answered that cannot be read");
        Require(SdpReader.TryRead(answer, out SessionDescription? answered, out string? error), $"the answer cannot be read: {error}");
        RequireEqual(offered!.Media.Count, answered!.Media.Count, "sections of the answer");
        for (int index = 0; index < answered.Media.Count; index++)
        {
            foreach (RtpCodec codec in answered.Media[index].Codecs)
            {
                Require(offered.Media[index].Codecs.Any(own => own.PayloadType == codec.PayloadType), $"payload type {codec.PayloadType} was not offered");
            }
        }
    }

    /// <summary>The gateway's own answers to an offer to publish, and offers, most of which have the same lines.</summary>
    private static IEnumerable<byte[]> Answers()
    {
        foreach (bool hasSound in (bool[])[true, false])
        {
            using var random = RandomNumberGenerator.Create();
            using PublishingPeer peer = Peer(random, hasSound);
            yield return Encoding.UTF8.GetBytes(Answer(peer.Offer) ?? throw new InvalidOperationException("The gateway refuses the offer of its own publisher."));
        }

        foreach (byte[] offer in Offers())
        {
            yield return offer;
        }
    }

    private static PublishingPeer Peer(RandomNumberGenerator random, bool hasSound = true) =>
        new(Services(random), static () => new FakeDtlsEndpoint(), hasSound);

    private static PeerServices Services(RandomNumberGenerator random) => new(Pools.Mine, new FakeDtlsFactory(), PlainSrtpCipher.Factory, random);

    private static int Publish(string text)
    {
        using var random = RandomNumberGenerator.Create();
        int checks = 0;
        using (PublishingPeer peer = Peer(random))
        {
            bool accepted = peer.TryAccept(text, 2_000_000, TimeSpan.FromSeconds(1), out string? refusal);
            Require(accepted == string.IsNullOrWhiteSpace(refusal), "a yes comes with words, or a no without");
            peer.Advance(TimeSpan.FromSeconds(2));
            for (; peer.TryTakeDatagram(out OutgoingDatagram datagram); checks++)
            {
                datagram.Buffer.Dispose();
            }
        }

        Pools.RequireReturned();
        return checks;
    }

    private static void VerifyPublishing(byte[] bytes)
    {
        string text = HostTargets.Text(bytes);
        int checks = Publish(text);
        var sending = new SendDescription("name", "stream", new SendSources(1, 2), new SendSources(3, 4));
        if (!PublishingAnswer.TryRead(text, sending, out PublishingAnswer? answer, out string? refusal) || answer is null)
        {
            Require(!string.IsNullOrWhiteSpace(refusal) && checks == 0, "a no without words, or that is followed");
            return;
        }

        Require(refusal is null && answer.Fingerprints.Count > 0 && answer.Candidates.Count is > 0 and <= 8, "a yes without a way");
        RequireEqual(1, answer.Tracks.Count(track => track.Kind == TrackKind.Video), "tracks of pictures");
        Require(answer.Tracks.Count <= 2, $"{answer.Tracks.Count} tracks");
        Require(checks <= 8 * answer.Candidates.Count, $"{checks} checks of {answer.Candidates.Count} ways within a second");
    }

    private static void VerifyFragment(byte[] bytes)
    {
        string text = HostTargets.Text(bytes);
        bool isRead = IceFragment.TryRead(text, out IceFragment? fragment, out string? refusal);
        Require(isRead ? refusal is null : !string.IsNullOrWhiteSpace(refusal), "a no comes without words");
        if (isRead && text.Length < SdpLimits.Characters - 64)
        {
            Require(IceFragment.TryRead($"a=nothing:here\r\n{text}", out IceFragment? again, out _), "one more line, and it is no fragment");
            RequireEqual((fragment!.UsernameFragment, fragment.HasCredentials, fragment.Fingerprints.Count), (again.UsernameFragment, again.HasCredentials, again.Fingerprints.Count), "the fragment");
        }
    }
}
