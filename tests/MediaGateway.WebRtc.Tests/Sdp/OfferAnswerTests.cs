using System.Text;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sdp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sdp;

public class OfferAnswerTests
{
    [Theory]
    [MemberData(nameof(Offers.PublishingVectors), MemberType = typeof(Offers))]
    public void RealPublishers_AreAcceptedWithVideoAndAudio(string name)
    {
        NegotiatedSession session = Offers.Accept(Offers.Vector(name));
        Assert.True(session.Video!.Codec.Is("H264", 90000));
        Assert.True(session.Audio!.Codec.Is("opus", 48000));
        Assert.Equal("1", session.Video.Codec.Parameter("packetization-mode"));
        Assert.Single(session.RemoteFingerprints);
    }

    [Theory]
    [InlineData("chromium-156-sendonly.sdp", "4d001f")]
    [InlineData("gstreamer-1.22.sdp", "42c015")]
    [InlineData("pion-3.1.56.sdp", "640032")]
    public void BestProfileInMode1_IsChosen(string name, string profile)
    {
        Assert.Equal(profile, Offers.Accept(Offers.Vector(name)).Video!.Codec.Parameter("profile-level-id"));
    }

    [Fact]
    public void AnnouncedSsrcs_LeaveOutRetransmission()
    {
        NegotiatedSession session = Offers.Accept(Offers.Vector("chromium-156-max-bundle.sdp"));
        Assert.Equal([2731057912u], session.Video!.Offered.MediaSsrcs);
        Assert.Equal([86718450u], session.Audio!.Offered.MediaSsrcs);
        Assert.Equal(4, session.Video.MidExtensionId);
    }

    public static TheoryData<string, string> CapturedOffers() => new()
    {
        { "aiortc/audio_chrome.sdp", "" },
        { "aiortc/video_chrome.sdp", "This browser offers no H.264 video (it offers VP8, VP9)" },
        { "aiortc/audio_ice_lite.sdp", "ICE-lite" },
        { "jitsi/plainVideoSdpStr.sdp", "This browser offers no H.264 video (it offers VP8)" },
        { "sdp-transform/hacky.sdp", "This browser offers no H.264 video (it offers VP8)" },
        { "sdp-transform/icelite.sdp", "ICE-lite" },
        { "sdp-transform/jsep.sdp", "This browser offers no H.264 video (it offers VP8)" },
        { "sdp-transform/jssip.sdp", "" },
        { "sdp-transform/normal.sdp", "does not bundle" },
        { "sdp-transform/simulcast.sdp", "without encryption" },
    };

    [Theory]
    [MemberData(nameof(CapturedOffers))]
    public void CapturedOffer_IsAcceptedOrRefusedInWords(string name, string refusal)
    {
        string text = Encoding.UTF8.GetString(TestData.Read(["sdp", .. name.Split('/')]));
        if (refusal.Length == 0)
        {
            Offers.Accept(text);
        }
        else
        {
            Assert.Contains(refusal, Offers.Refuse(text), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ReceiveOnlyOffer_IsRefused()
    {
        Assert.Contains("sends neither", Offers.Refuse(Offers.Vector("chromium-156-recvonly.sdp")), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Spoiled() => new()
    {
        { "a=rtcp-mux\n", "", "rtcp-mux" },
        { "a=ice-ufrag:frag\n", "", "ICE credentials" },
        { "0123456789012345678901", "short", "ICE credentials" },
        { $"a=fingerprint:{Offers.Fingerprint}\n", "", "fingerprint" },
        { Offers.Fingerprint, "sha-1 42:89:c5:c6:55:9d:6e:c8:e8:83:55:2a:39:f9:b6:eb:e9:a3:a9:e7", "safe hash" },
        { Offers.Fingerprint, "sha-256 42:89", "safe hash" },
        { Offers.Fingerprint, "sha-256 XX:89", "safe hash" },
        { "actpass", "passive", "DTLS" },
        { "actpass", "holdconn", "DTLS" },
        { "UDP/TLS/RTP/SAVPF", "RTP/AVPF", "without encryption" },
        { "UDP/TLS/RTP/SAVPF", "RTP/AVP", "without encryption" },
        { "H264/90000", "VP9/90000", "no H.264 video (it offers VP9, VP8)" },
        { "42e01f", "f4001f", "no H.264 video" },
        { "42e01f", "zzzzzz", "no H.264 video" },
        { "packetization-mode=1", "packetization-mode=2", "no H.264 video" },
        { "a=sendonly", "a=recvonly", "receive-only" },
        { "a=sendonly", "a=inactive", "receive-only" },
        { "m=video 9", "m=video 0", "no audio and no video" },
        { "m=video 9 ", "m=text 9 ", "no audio and no video" },
        { "t=0 0", "t=0 0\na=ice-lite", "ICE-lite" },
        { "a=mid:0", "a=mid:<script>", "mid" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void UnusableOffer_IsRefusedInWords(string part, string replacement, string words)
    {
        Assert.Contains(part, Offers.Video, StringComparison.Ordinal);
        string refusal = Offers.Refuse(Offers.Video.Replace(part, replacement, StringComparison.Ordinal));
        Assert.Contains(words, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void SectionWithPortZero_IsLiveWhenItIsBundleOnly()
    {
        string text = Offers.Video + Offers.AudioSection
            .Replace("m=audio 9", "m=audio 0", StringComparison.Ordinal)
            .Replace("a=mid:1", "a=mid:1\na=bundle-only", StringComparison.Ordinal);
        Assert.NotNull(Offers.Accept(Bundle(text, "0 1")).Audio);
        Assert.Null(Offers.Accept(Bundle(text.Replace("a=bundle-only\n", "", StringComparison.Ordinal), "0 1")).Audio);
    }

    [Fact]
    public void AudioOutsideTheBundle_RefusesTheOffer()
    {
        Assert.Contains("bundle", Offers.Refuse(Bundle(Offers.Video + Offers.AudioSection, "0")), StringComparison.Ordinal);
    }

    [Fact]
    public void TransportAttributes_MayStandAtSessionLevel()
    {
        string transport = $"a=ice-ufrag:frag\na=ice-pwd:0123456789012345678901\na=fingerprint:{Offers.Fingerprint}\na=setup:actpass\n";
        string text = Offers.Video.Replace(transport, "", StringComparison.Ordinal).Replace("t=0 0\n", "t=0 0\n" + transport, StringComparison.Ordinal);
        Assert.DoesNotContain("a=ice-ufrag", text[text.IndexOf("m=", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Equal("frag", Offers.Accept(text).RemoteUsernameFragment);
    }

    [Fact]
    public void TransportOfTheTaggedSection_Counts()
    {
        // RFC 8829 7.2: the bundle-only section has credentials of its own that are not in use.
        string second = Offers.AudioSection.Replace("a=mid:1", "a=mid:1\na=ice-ufrag:other\na=ice-pwd:otherotherotherotherother", StringComparison.Ordinal);
        Assert.Equal("frag", Offers.Accept(Bundle(Offers.Video + second, "0 1")).RemoteUsernameFragment);
    }

    [Fact]
    public void AllFingerprintsOfTheSection_AreKept()
    {
        string text = Offers.Video.Replace(
            "a=setup",
            "a=fingerprint:sha-1 42:89:c5:c6:55:9d:6e:c8:e8:83:55:2a:39:f9:b6:eb:e9:a3:a9:e7\na=setup",
            StringComparison.Ordinal);
        Assert.Equal(2, Offers.Accept(text).RemoteFingerprints.Count);
    }

    [Fact]
    public void SecondVideoSection_IsNotTaken()
    {
        int start = Offers.Video.IndexOf("m=video", StringComparison.Ordinal);
        string second = Offers.Video[start..].Replace("a=mid:0", "a=mid:1", StringComparison.Ordinal);
        NegotiatedSession session = Offers.Accept(Bundle(Offers.Video + second, "0 1"));
        Assert.Equal(0, session.Video!.MediaIndex);
    }

    [Fact]
    public void H264WithoutParameters_IsBaselineInMode0()
    {
        string text = Offers.Video.Replace("a=fmtp:96 packetization-mode=1;profile-level-id=42e01f\n", "", StringComparison.Ordinal);
        Assert.Equal(96, Offers.Accept(text).Video!.Codec.PayloadType);
        Assert.Contains("a=fmtp:96 packetization-mode=0", Offers.Section(Offers.Answer(text), 0));
    }

    [Fact]
    public void Mode1OfALowerProfile_IsPreferredToMode0()
    {
        string text = Offers.Video
            .Replace("a=rtpmap:97 VP8/90000", "a=rtpmap:97 H264/90000", StringComparison.Ordinal)
            .Replace("packetization-mode=1;profile-level-id=42e01f", "packetization-mode=0;profile-level-id=640032", StringComparison.Ordinal);
        text += "a=fmtp:97 profile-level-id=42001f;packetization-mode=1\n";
        Assert.Equal(97, Offers.Accept(text).Video!.Codec.PayloadType);
    }

    private static string Bundle(string text, string mids) => text.Replace("a=group:BUNDLE 0", $"a=group:BUNDLE {mids}", StringComparison.Ordinal);
}
