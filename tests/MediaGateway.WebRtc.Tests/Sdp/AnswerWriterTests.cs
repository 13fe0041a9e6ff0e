using System.Net;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Sdp;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sdp;

public class AnswerWriterTests
{
    private static readonly IceCandidate[] Candidates =
    [
        new(TransportAddress.From(IPEndPoint.Parse("192.0.2.1:8000")), 0),
        new(TransportAddress.From(IPEndPoint.Parse("[2001:db8::1]:8000")), 1),
    ];

    [Fact]
    public void ChromiumOffer_IsAnsweredWord_ForWord()
    {
        string answer = Offers.Answer(Offers.Vector("chromium-156-max-bundle.sdp"), candidates: Candidates);
        Assert.Equal(
            [
                "v=0",
                "o=- 4711 1 IN IP4 127.0.0.1",
                "s=-",
                "c=IN IP4 192.0.2.1",
                "t=0 0",
                "a=group:BUNDLE 0 1",
                "a=ice-lite",
            ],
            Offers.Section(answer, -1));
        string[] audio = Offers.Section(answer, 0);
        Assert.StartsWith("a=fingerprint:sha-256 ", audio[4], StringComparison.Ordinal);
        Assert.Equal(
            [
                "m=audio 8000 UDP/TLS/RTP/SAVPF 111 63",
                "a=mid:0",
                "a=ice-ufrag:ourfragment1",
                "a=ice-pwd:ourpasswordourpassword12",
                audio[4],
                "a=setup:passive",
                "a=candidate:1 1 udp 2130706431 192.0.2.1 8000 typ host",
                "a=candidate:2 1 udp 2130706175 2001:db8::1 8000 typ host",
                "a=end-of-candidates",
                "a=recvonly",
                "a=rtcp-mux",
                "a=rtcp-rsize",
                "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
                "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
                "a=rtpmap:111 opus/48000/2",
                "a=fmtp:111 minptime=10;useinbandfec=1;stereo=1",
                "a=rtpmap:63 red/48000/2",
                "a=fmtp:63 111/111",
            ],
            audio);
        Assert.Equal(
            [
                "m=video 8000 UDP/TLS/RTP/SAVPF 116 117",
                "a=mid:1",
                "a=ice-ufrag:ourfragment1",
                "a=ice-pwd:ourpasswordourpassword12",
                audio[4],
                "a=setup:passive",
                "a=recvonly",
                "a=rtcp-mux",
                "a=rtcp-rsize",
                "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
                "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
                "a=rtpmap:116 H264/90000",
                "a=fmtp:116 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f",
                "a=rtcp-fb:116 nack",
                "a=rtcp-fb:116 nack pli",
                "a=rtcp-fb:116 ccm fir",
                "a=rtcp-fb:116 goog-remb",
                "a=rtpmap:117 rtx/90000",
                "a=fmtp:117 apt=116",
            ],
            Offers.Section(answer, 1));
    }

    [Theory]
    [InlineData(CongestionFeedback.Remb, true, false)]
    [InlineData(CongestionFeedback.TransportWide, false, true)]
    [InlineData(CongestionFeedback.Both, true, true)]
    public void CongestionFeedback_IsAnsweredForAllTracksAsPreferred(CongestionFeedback preference, bool bitrate, bool arrivals)
    {
        string[] lines = Offers.Answer(Offers.Vector("chromium-156-max-bundle.sdp"), congestion: preference).Split("\r\n");

        Assert.Equal(bitrate ? 1 : 0, lines.Count(line => line.EndsWith(" goog-remb", StringComparison.Ordinal)));
        Assert.Equal(bitrate ? 2 : 0, lines.Count(line => line.EndsWith(SdpHeaderExtension.AbsoluteSendTimeUri, StringComparison.Ordinal)));
        Assert.Equal(arrivals ? 2 : 0, lines.Count(line => line.EndsWith(" transport-cc", StringComparison.Ordinal)));
        Assert.Equal(arrivals ? 2 : 0, lines.Count(line => line.EndsWith(SdpHeaderExtension.TransportSequenceUri, StringComparison.Ordinal)));
    }

    [Fact]
    public void DataChannel_IsRejectedAndLeftOutOfTheBundle()
    {
        string answer = Offers.Answer(Offers.Vector("chromium-156-sendrecv-datachannel.sdp"), candidates: Candidates);
        string[] session = Offers.Section(answer, -1);
        int application = Array.FindIndex([0, 1, 2], index => Offers.Section(answer, index)[0].StartsWith("m=application", StringComparison.Ordinal));
        string[] section = Offers.Section(answer, application);
        Assert.Equal("m=application 0 UDP/DTLS/SCTP webrtc-datachannel", section[0]);
        Assert.Equal([$"a=mid:{application}", "a=inactive"], section[1..]);
        string mids = string.Join(' ', Enumerable.Range(0, 3).Where(index => index != application));
        Assert.Contains($"a=group:BUNDLE {mids}", session);
        Assert.Contains("c=IN IP4 192.0.2.1", session);
    }

    [Fact]
    public void GStreamerOffer_KeepsItsSpellingAndItsMids()
    {
        string answer = Offers.Answer(Offers.Vector("gstreamer-1.22.sdp"), candidates: Candidates);
        Assert.Contains("a=group:BUNDLE video0 audio1", Offers.Section(answer, -1));
        Assert.Contains("a=rtpmap:97 OPUS/48000/2", Offers.Section(answer, 1));
        string[] video = Offers.Section(answer, 0);
        Assert.Contains("a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42c015", video);
        Assert.Contains("a=rtcp-fb:96 nack pli", video);
        Assert.DoesNotContain("a=rtcp-fb:96 nack", video);
        Assert.DoesNotContain(video, line => line.StartsWith("a=extmap", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Offers.PublishingVectors), MemberType = typeof(Offers))]
    public void EveryAnswer_IsAnOfferThatReads(string name)
    {
        SessionDescription answer = Offers.Read(Offers.Answer(Offers.Vector(name), candidates: Candidates));
        SessionDescription offer = Offers.Read(Offers.Vector(name));
        Assert.Equal(offer.Media.Select(media => (media.Kind, media.Mid)), answer.Media.Select(media => (media.Kind, media.Mid)));
        Assert.True(answer.IsIceLite);
        foreach (MediaDescription media in answer.Media.Where(media => media.Port != 0))
        {
            RtpCodec accepted = media.Codecs[0];
            Assert.All(media.Codecs.Skip(1), codec => Assert.True(
                codec == RepairNegotiation.RtxOf(media, accepted) || codec == RepairNegotiation.RedOf(media, accepted)));
            RtpCodec offered = offer.Media.Single(other => other.Mid == media.Mid).Codecs.Single(codec => codec.PayloadType == accepted.PayloadType);
            Assert.Equal(offered.EncodingName, accepted.EncodingName);
            Assert.All(accepted.Feedback, feedback => Assert.True(offered.Offers(feedback)));
            Assert.False(accepted.Offers("goog-remb") && accepted.Offers("transport-cc"));
            Assert.Equal(SdpDirection.ReceiveOnly, answer.DirectionOf(media));
            Assert.Equal("passive", media.Transport.Setup);
        }
    }

    [Fact]
    public void Simulcast_IsAcceptedWithAllLayersOfTheChosenCodec()
    {
        string offer = Offers.Video.Replace("a=rtcp-mux", """
            a=rtcp-mux
            a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
            a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
            a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id
            a=rid:q send
            a=rid:h send pt=96;max-width=640
            a=rid:v send pt=97
            a=rid:f send
            a=simulcast:send q;h,v;v;~f
            """, StringComparison.Ordinal);

        string[] video = Offers.Section(Offers.Answer(offer), 0);

        Assert.Equal(
            [
                "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
                "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
                "a=rid:q recv",
                "a=rid:h recv",
                "a=rid:f recv",
                "a=simulcast:recv q;h;f",
            ],
            video[^6..]);
        Assert.Contains("a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid", video);
    }

    [Fact]
    public void SimulcastWithoutTheExtensionsThatTellLayersApart_IsLeftOut()
    {
        string offer = Offers.Video.Replace("a=rtcp-mux", """
            a=rtcp-mux
            a=rid:q send
            a=rid:f send
            a=simulcast:send q;f
            """, StringComparison.Ordinal);

        Assert.DoesNotContain(Offers.Section(Offers.Answer(offer), 0), line => line.Contains("rid", StringComparison.Ordinal));
    }

    [Fact]
    public void MoreLayersThanTheLimit_AreLeftOut()
    {
        string[] rids = [.. Enumerable.Range(0, 12).Select(number => $"r{number}")];
        string offer = Offers.Video.Replace("a=rtcp-mux", $"""
            a=rtcp-mux
            a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
            a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
            {string.Join('\n', rids.Select(rid => $"a=rid:{rid} send"))}
            a=simulcast:send {string.Join(';', rids)}
            """, StringComparison.Ordinal);

        string[] video = Offers.Section(Offers.Answer(offer), 0);

        Assert.Contains($"a=simulcast:recv {string.Join(';', rids.Take(SimulcastDescription.MaximumLayers))}", video);
    }

    [Fact]
    public void StartBitrate_IsAskedOfChromium()
    {
        string[] video = Offers.Section(Offers.Answer(Offers.Video, startBitrate: 2000), 0);
        Assert.Contains("a=fmtp:96 packetization-mode=1;profile-level-id=42e01f;x-google-start-bitrate=2000", video);
    }

    [Theory]
    [InlineData(CongestionFeedback.TransportWide, true)]
    [InlineData(CongestionFeedback.Remb, false)]
    [InlineData(CongestionFeedback.Both, false)]
    public void UpperBound_IsToldInTheAnswerWhereRembDoesNotTellIt(CongestionFeedback congestion, bool isTold)
    {
        string answer = Offers.Answer(Offers.Vector("chromium-156-sendonly.sdp"), congestion: congestion, maximumBitrate: 1_500_000);
        string[] video = Offers.Section(answer, Array.FindIndex(answer.Split("\r\nm="), section => section.StartsWith("video", StringComparison.Ordinal)) - 1);

        Assert.Equal(isTold, video[1] == "b=AS:1500");
        Assert.Equal(isTold ? 1 : 0, answer.Split("\r\nb=").Length - 1);
    }

    [Fact]
    public void AudioBitrate_IsAskedOfOpus()
    {
        string[] audio = Offers.Section(Offers.Answer(Offers.Vector("pion-3.1.56.sdp"), audioBitrate: 96000), 1);
        Assert.Contains("a=fmtp:111 minptime=10;useinbandfec=1;stereo=1;maxaveragebitrate=96000", audio);
    }

    [Fact]
    public void NoCandidates_AreAnsweredWithTheDiscardPort()
    {
        string answer = Offers.Answer(Offers.Video);
        Assert.Contains("c=IN IP4 0.0.0.0", Offers.Section(answer, -1));
        Assert.StartsWith("m=video 9 ", Offers.Section(answer, 0)[0], StringComparison.Ordinal);
    }
}
