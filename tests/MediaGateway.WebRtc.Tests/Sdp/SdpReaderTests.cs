using System.Text;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sdp;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sdp;

public class SdpReaderTests
{
    [Fact]
    public void ChromiumOffer_IsReadWhole()
    {
        SessionDescription offer = Offers.Read(Offers.Vector("chromium-156-max-bundle.sdp"));
        Assert.Equal(["0", "1"], Assert.Single(offer.Bundles));
        MediaDescription video = offer.Media[1];
        Assert.Equal("video", video.Kind);
        Assert.Equal("1", video.Mid);
        Assert.Equal(23, video.Codecs.Count);
        RtpCodec codec = video.Codecs.Single(candidate => candidate.PayloadType == 116);
        Assert.True(codec.Is("h264", 90000));
        Assert.Equal("4d001f", codec.Parameter("profile-level-id"));
        Assert.Equal(["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"], codec.Feedback);
        Assert.Equal([2731057912u], video.MediaSsrcs);
        Assert.Contains(new SdpHeaderExtension(4, SdpHeaderExtension.MidUri), video.Extensions);
        Assert.True(video.HasRtcpMux);
        Assert.True(video.HasReducedSizeRtcp);
        Assert.True(video.HasReceiverReferenceTime);
        Assert.Equal(SdpDirection.SendOnly, offer.DirectionOf(video));
        Assert.Equal("Dg7H", video.Transport.IceUsernameFragment);
        Assert.Equal("actpass", video.Transport.Setup);
    }

    [Fact]
    public void ParametersBeforeTheRtpmap_AndFeedbackForAll_BelongToTheirPayloadTypes()
    {
        SessionDescription offer = Offers.Read(Encoding.UTF8.GetString(TestData.Read("sdp", "sdp-transform", "normal.sdp")));
        MediaDescription video = offer.Media[1];
        Assert.Equal("minptime=10; useinbandfec=1", video.Codecs[1].FormatParameters);
        Assert.Equal("1", video.Codecs[1].Parameter("useinbandfec"));
        Assert.Equal("VP8", video.Codecs[1].EncodingName);
        Assert.True(video.Codecs[0].Offers("nack"));
        Assert.True(video.Codecs[1].Offers("nack"));
        Assert.Equal("Z0IAH5WoFAFuQA==,aM48gA==", video.Codecs[0].Parameter("sprop-parameter-sets"));
    }

    [Fact]
    public void LineEnds_MayBeLineFeedsAlone()
    {
        string text = Offers.Vector("chromium-156-sendonly.sdp");
        SessionDescription offer = Offers.Read(text.Replace("\r\n", "\n", StringComparison.Ordinal));
        Assert.Equal(2, offer.Media.Count);
        Assert.Equal("0", offer.Media[0].Mid);
    }

    [Fact]
    public void SessionDirection_HoldsForSectionsWithoutTheirOwn()
    {
        string text = Offers.Video.Replace("a=sendonly\n", "", StringComparison.Ordinal).Replace("t=0 0", "t=0 0\na=recvonly", StringComparison.Ordinal);
        SessionDescription offer = Offers.Read(text);
        Assert.Equal(SdpDirection.ReceiveOnly, offer.DirectionOf(offer.Media[0]));
    }

    public static TheoryData<string, string> BrokenOffers() => new()
    {
        { "", "empty" },
        { "v=1\n", "v=0" },
        { "o=- 1 1 IN IP4 127.0.0.1\n", "v=0" },
        { "v=0\nnonsense\n", "Line 2" },
        { "v=0\n\nt=0 0\n", "Line 2" },
        { "v=0\nm=video\n", "media line" },
        { "v=0\nm=video 99999 RTP/SAVPF 96\n", "media line" },
        { "v=0\nm=video -1 RTP/SAVPF 96\n", "media line" },
        { "v=0\nm=video 9 RTP/SAVPF\n", "media line" },
        { "v=0\nm=video 9 RTP/SAVPF 128\n", "payload types" },
        { "v=0\nm=video 9 RTP/SAVPF x\n", "payload types" },
    };

    [Theory]
    [MemberData(nameof(BrokenOffers))]
    public void BrokenOffer_IsRefusedInWords(string text, string words)
    {
        Assert.False(SdpReader.TryRead(text, out SessionDescription? session, out string? error));
        Assert.Null(session);
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_AreKept()
    {
        string attribute = "a=x\n";
        Assert.True(SdpReader.TryRead("v=0\n" + Repeat(attribute, SdpLimits.Lines - 1), out _, out _));
        Assert.False(SdpReader.TryRead("v=0\n" + Repeat(attribute, SdpLimits.Lines), out _, out string? lines));
        Assert.Contains("1000 lines", lines, StringComparison.Ordinal);

        string section = "m=audio 9 RTP/SAVPF 0\n";
        Assert.True(SdpReader.TryRead("v=0\n" + Repeat(section, SdpLimits.MediaDescriptions), out _, out _));
        Assert.False(SdpReader.TryRead("v=0\n" + Repeat(section, SdpLimits.MediaDescriptions + 1), out _, out string? sections));
        Assert.Contains("16 media sections", sections, StringComparison.Ordinal);

        Assert.False(SdpReader.TryRead("v=0\na=" + new string('x', SdpLimits.Characters), out _, out string? characters));
        Assert.Contains("characters", characters, StringComparison.Ordinal);

        string all = string.Join(' ', Enumerable.Range(0, SdpLimits.Formats));
        Assert.True(SdpReader.TryRead($"v=0\nm=video 9 RTP/SAVPF {all}\n", out _, out _));
        Assert.False(SdpReader.TryRead($"v=0\nm=video 9 RTP/SAVPF {all} 0\n", out _, out _));
    }

    [Fact]
    public void WorstOffersWithinTheLimits_DoNotExplode()
    {
        string all = string.Join(' ', Enumerable.Range(0, SdpLimits.Formats));
        string[] lines =
        [
            "a=rtcp-fb:* nack\n", "a=rtcp-fb:1 nack\n", "a=ssrc:{0} x:y\n", "a=ssrc-group:FID {0} {0} {0} {0}\n", "a=mid:{0}\n",
            "a=fmtp:1 a=b;c=d;e=f;g\n", "a=group:BUNDLE {0} {0} {0} {0}\n", "a=fingerprint:sha-256 {0}\n", "a=extmap:{0} u\n",
        ];
        foreach (string line in lines)
        {
            var text = new StringBuilder($"v=0\nm=video 9 RTP/SAVPF {all}\n");
            for (int i = 0; i < SdpLimits.Lines - 2; i++)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{line.Replace("{0}", i.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)}");
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(SdpReader.TryRead(text.ToString(), out SessionDescription? session, out string? error), error);
            OfferAnswer.TryNegotiate(session!, PeerDirection.Receive, out _, out _);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * 1024 * 1024);
            Assert.All(session!.Media, media => Assert.True(media.MediaSsrcs.Count() <= SdpLimits.Ssrcs));
        }
    }

    [Fact]
    public void BrokenOffers_NeverThrow()
    {
        foreach (string name in Offers.PublishingVectors().Select(row => row.Data))
        {
            byte[] good = Encoding.UTF8.GetBytes(Offers.Vector(name));
            IEnumerable<byte[]> all = Mutations.Random(good, count: 1500, seed: 8866).Concat(Mutations.Truncations(good).Where((_, index) => index % 7 == 0));
            foreach (byte[] bytes in all)
            {
                Negotiate(Encoding.UTF8.GetString(bytes));
            }
        }
    }

    [Fact]
    public void CapturesOfAllKinds_NeverThrow()
    {
        foreach (string file in TestData.Files("sdp").Concat(TestData.Files("fuzz")))
        {
            Negotiate(Encoding.UTF8.GetString(File.ReadAllBytes(file)));
        }
    }

    private static void Negotiate(string text)
    {
        if (!SdpReader.TryRead(text, out SessionDescription? session, out string? error))
        {
            Assert.False(string.IsNullOrWhiteSpace(error));
            return;
        }

        bool accepted = OfferAnswer.TryNegotiate(session!, PeerDirection.Receive, out NegotiatedSession? negotiated, out string? refusal);
        Assert.Equal(accepted, refusal is null);
        Assert.Equal(accepted, negotiated is not null);
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
