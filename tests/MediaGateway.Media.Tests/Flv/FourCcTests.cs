using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using Xunit;

namespace MediaGateway.Media.Tests.Flv;

public sealed class FourCcTests
{
    [Theory]
    [InlineData("avc1", CodecId.H264)]
    [InlineData("hvc1", CodecId.Hevc)]
    [InlineData("vvc1", CodecId.Vvc)]
    [InlineData("av01", CodecId.Av1)]
    [InlineData("vp08", CodecId.Vp8)]
    [InlineData("vp09", CodecId.Vp9)]
    [InlineData("mp4a", CodecId.Aac)]
    [InlineData("Opus", CodecId.Opus)]
    [InlineData(".mp3", CodecId.Mp3)]
    [InlineData("ac-3", CodecId.Ac3)]
    [InlineData("ec-3", CodecId.Eac3)]
    [InlineData("fLaC", CodecId.Flac)]
    public void EveryCode_NamesItsCodecAndBack(string text, CodecId codec)
    {
        Assert.True(FourCc.TryGetCodec(text, out CodecId read));
        Assert.Equal(codec, read);
        Assert.Equal(text, FourCc.TextOf(codec));
        Assert.True(FourCc.TryGetCodec(FourCc.CodeOf(codec), out read));
        Assert.Equal(codec, read);
        Assert.True(FourCc.AllCodecs.Contains(codec));
    }

    // The numbers that Enhanced RTMP gives as examples.
    [Fact]
    public void Number_IsBigEndian() =>
        Assert.Equal((1332770163u, 1635135537u), (FourCc.CodeOf(CodecId.Opus), FourCc.CodeOf(CodecId.Av1)));

    [Theory]
    [InlineData("AVC1")]
    [InlineData("opus")]
    [InlineData("hvc")]
    [InlineData("hvc12")]
    [InlineData("")]
    [InlineData(null)]
    public void OtherTexts_NameNone(string? text) => Assert.False(FourCc.TryGetCodec(text, out _));

    [Fact]
    public void OldCodecs_HaveNoCode() => Assert.Equal((0u, ""), (FourCc.CodeOf(CodecId.Vp6), FourCc.TextOf(CodecId.Vp6)));
}
