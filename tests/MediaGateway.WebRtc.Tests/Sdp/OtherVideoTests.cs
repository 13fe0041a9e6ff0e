using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Sdp;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sdp;

/// <summary>Which codec of pictures is taken from a publisher.</summary>
public sealed class OtherVideoTests
{
    private static readonly CodecSet All = CodecSet.Of(CodecId.H264, CodecId.Vp8, CodecId.Vp9, CodecId.Av1);

    // AV1 and VP9 stand in front, as in no browser: the order is ours.
    private const string Others = """
        a=rtpmap:41 AV1/90000
        a=fmtp:41 level-idx=5;profile=0;tier=0
        a=rtpmap:98 VP9/90000
        a=fmtp:98 profile-id=0
        a=rtpmap:96 VP8/90000
        a=rtcp-fb:96 nack
        a=rtcp-fb:96 nack pli
        a=rtpmap:97 rtx/90000
        a=fmtp:97 apt=96

        """;

    [Fact]
    public void H264IsOffered_ItIsTakenWhateverElseIs() =>
        Assert.Equal("H264", Choose(Offers.Video, All)!.EncodingName);

    [Theory]
    [InlineData(new[] { CodecId.Vp8, CodecId.Vp9, CodecId.Av1 }, "VP8")]
    [InlineData(new[] { CodecId.Vp9, CodecId.Av1 }, "VP9")]
    [InlineData(new[] { CodecId.Av1 }, "AV1")]
    public void H264IsNotOffered_TheCheapestToDecodeIsTaken(CodecId[] accepted, string expected) =>
        Assert.Equal(expected, Choose(WithoutH264(), CodecSet.Of([CodecId.H264, .. accepted]))!.EncodingName);

    [Fact]
    public void ProfilesWithMoreThanEightBits_AreNotTaken()
    {
        string offer = WithoutH264().Replace("profile-id=0", "profile-id=2", StringComparison.Ordinal).Replace("VP8/", "X/", StringComparison.Ordinal);
        Assert.Equal("AV1", Choose(offer, All)!.EncodingName);
        Assert.Null(Choose(offer.Replace("profile=0", "profile=1", StringComparison.Ordinal), All));
    }

    [Fact]
    public void NothingIsTaken_TheRefusalSaysWhatWouldBe()
    {
        string offer = Offers.Video.Replace("H264/", "H265/", StringComparison.Ordinal).Replace("VP8/", "theora/", StringComparison.Ordinal);
        Assert.False(OfferAnswer.TryNegotiate(Offers.Read(offer), PeerDirection.Receive, All, out _, out string? refusal));
        Assert.Equal("This browser offers no video that the gateway can take (it offers H265, theora). It takes H264, VP8, VP9, AV1.", refusal);
        Assert.False(OfferAnswer.TryNegotiate(Offers.Read(offer), PeerDirection.Receive, CodecSet.Of(CodecId.H264), out _, out refusal));
        Assert.StartsWith("This browser offers no H.264 video (it offers H265, theora).", refusal);
    }

    [Fact]
    public void PlayersWithoutH264_AreRefusedEvenSo()
    {
        string offer = WithoutH264().Replace("a=sendonly", "a=recvonly", StringComparison.Ordinal);
        Assert.False(OfferAnswer.TryNegotiate(Offers.Read(offer), PeerDirection.Send, All, out _, out string? refusal));
        Assert.Contains("cannot play H.264", refusal);
    }

    [Theory]
    [InlineData("VP8", 0, "")]
    [InlineData("VP8", 800, "x-google-start-bitrate=800")]
    [InlineData("VP9", 0, "profile-id=0")]
    [InlineData("AV1", 800, "profile=0;x-google-start-bitrate=800")]
    public void Answer_RepeatsTheProfile(string name, int startBitrate, string expected)
    {
        RtpCodec codec = Offers.Read(WithoutH264()).Media[0].Codecs.Single(candidate => candidate.EncodingName == name);
        Assert.Equal(expected, CodecNegotiation.AnswerVideo(codec, startBitrate));
    }

    [Fact]
    public void Vp8IsTaken_ItsRetransmissionsAreAsWell()
    {
        Assert.True(OfferAnswer.TryNegotiate(Offers.Read(WithoutH264()), PeerDirection.Receive, All, out NegotiatedSession? session, out string? refusal), refusal);
        Assert.Equal(96, session!.Video!.Codec.PayloadType);
        Assert.Equal(97, session.Video.Rtx!.PayloadType);
        Assert.Equal(CodecId.Vp8, OtherVideo.CodecOf(session.Video.Codec));
    }

    private static string WithoutH264()
    {
        string[] lines = Offers.Video.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> kept = lines.Where(line => !line.StartsWith("a=rtpmap", StringComparison.Ordinal) && !line.StartsWith("a=fmtp", StringComparison.Ordinal));
        return string.Join('\n', kept.Select(line => line.Replace("SAVPF 96 97", "SAVPF 41 98 96 97", StringComparison.Ordinal))) + "\n" + Others;
    }

    private static RtpCodec? Choose(string offer, CodecSet accepted) => CodecNegotiation.ChooseReceivedVideo(Offers.Read(offer).Media[0], accepted);
}
