using MediaGateway.Testing;
using MediaGateway.WebRtc.Sdp;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sdp;

public sealed class SentAnswerTests
{
    [Fact]
    public void OfferToPlay_IsAnsweredWithWhatIsSent()
    {
        using var pair = new ViewerPair();
        string[] video = Offers.Section(pair.Session.Answer, 0);
        uint media = pair.Viewer.Ssrcs[0];
        uint repair = pair.Viewer.Ssrcs[1];
        Assert.Equal("m=video 8000 UDP/TLS/RTP/SAVPF 102 103", video[0]);
        string[] expected =
        [
            "a=mid:0", "a=setup:passive", "a=sendonly", "a=rtcp-mux", "a=rtcp-rsize",
            "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
            "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
            "a=rtpmap:102 H264/90000",
            "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
            "a=rtcp-fb:102 nack", "a=rtcp-fb:102 nack pli", "a=rtcp-fb:102 ccm fir", "a=rtcp-fb:102 goog-remb",
            "a=rtpmap:103 rtx/90000", "a=fmtp:103 apt=102", $"a=ssrc-group:FID {media} {repair}",
        ];
        Assert.Equal(expected, video.Where(expected.Contains));
        string[] msids = [.. pair.Session.Answer.Split("\r\n").Where(line => line.StartsWith("a=msid:", StringComparison.Ordinal))];
        Assert.Equal(2, msids.Length);
        Assert.Equal(msids[0].Split(' ')[0], msids[1].Split(' ')[0]);
        Assert.Single(pair.Session.Answer.Split("\r\n").Where(line => line.StartsWith("a=ssrc:", StringComparison.Ordinal))
            .Select(line => line.Split("cname:")[1]).Distinct());
    }

    [Fact]
    public void ArrivalsAreOffered_TheyAreAskedForInPlaceOfTheViewersEstimate()
    {
        using var pair = new ViewerPair(offer: TestViewer.Offer(offersArrivals: true));
        string[] video = Offers.Section(pair.Session.Answer, 0);
        Assert.Contains("a=rtcp-fb:102 transport-cc", video);
        Assert.Contains($"a=extmap:3 {SdpHeaderExtension.TransportSequenceUri}", video);
        Assert.DoesNotContain("goog-remb", pair.Session.Answer, StringComparison.Ordinal);
        Assert.DoesNotContain("abs-send-time", pair.Session.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void ArrivalsAreOfferedButPacketsCannotBeNumbered_TheViewersEstimateIsAskedFor()
    {
        string offer = TestViewer.Offer(offersArrivals: true).Replace(SdpHeaderExtension.TransportSequenceUri, "urn:example:other", StringComparison.Ordinal);
        using var pair = new ViewerPair(offer: offer);
        Assert.Contains("goog-remb", pair.Session.Answer, StringComparison.Ordinal);
        Assert.DoesNotContain("transport-cc", pair.Session.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void OfferWithoutRtx_IsAnsweredWithoutIt()
    {
        using var pair = new ViewerPair(hasRepair: false);
        Assert.DoesNotContain("rtx", pair.Session.Answer, StringComparison.Ordinal);
        Assert.DoesNotContain("FID", pair.Session.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("42e01f 64001f 4d001f", "42e01f")]
    [InlineData("64001f 42001f 42e01f", "42e01f")]
    [InlineData("64001f 4d001f", "4d001f")]
    [InlineData("640c1f", "640c1f")]
    public void Profile_IsTheOneThatEveryBrowserDecodes(string offered, string chosen)
    {
        string[] profiles = offered.Split(' ');
        var media = new MediaDescription { Kind = "video", Port = 9, Protocol = "UDP/TLS/RTP/SAVPF", Formats = "" };
        for (int i = 0; i < profiles.Length; i++)
        {
            media.AddCodec(Codec(96 + (2 * i), profiles[i], mode: 0));
            media.AddCodec(Codec(97 + (2 * i), profiles[i], mode: 1));
        }

        RtpCodec? codec = CodecNegotiation.ChooseVideo(media, PeerDirection.Send);
        Assert.Equal((chosen, "1"), (codec?.Parameter("profile-level-id"), codec?.Parameter("packetization-mode")));
    }

    [Fact]
    public void SinglePacketModeOnly_CannotBeSent()
    {
        var media = new MediaDescription { Kind = "video", Port = 9, Protocol = "UDP/TLS/RTP/SAVPF", Formats = "" };
        media.AddCodec(Codec(96, "42e01f", mode: 0));
        Assert.Null(CodecNegotiation.ChooseVideo(media, PeerDirection.Send));
        Assert.NotNull(CodecNegotiation.ChooseVideo(media, PeerDirection.Receive));
    }

    [Theory]
    [InlineData("a=recvonly", "a=sendonly", "The offer receives neither audio nor video")]
    [InlineData("H264/90000", "VP8/90000", "This browser cannot play H.264 video (it offers VP8)")]
    [InlineData("opus/48000/2", "PCMU/8000", "This browser cannot play Opus audio (it offers PCMU)")]
    public void OfferThatCannotPlay_IsRefusedInWords(string old, string changed, string reason)
    {
        string offer = TestViewer.Offer(hasRepair: false).Replace(old, changed, StringComparison.Ordinal);
        Assert.True(SdpReader.TryRead(offer, out SessionDescription? description, out _));
        Assert.False(OfferAnswer.TryNegotiate(description!, PeerDirection.Send, out _, out string? refusal));
        Assert.StartsWith(reason, refusal, StringComparison.Ordinal);
    }

    private static RtpCodec Codec(int payloadType, string profile, int mode) => new()
    {
        PayloadType = payloadType,
        EncodingName = "H264",
        ClockRate = 90_000,
        FormatParameters = $"packetization-mode={mode};profile-level-id={profile}",
    };
}
