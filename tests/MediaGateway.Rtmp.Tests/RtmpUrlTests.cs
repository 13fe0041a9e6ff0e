using Xunit;

namespace MediaGateway.Rtmp.Tests;

public sealed class RtmpUrlTests
{
    // How ffmpeg and librtmp were seen to split addresses.
    [Theory]
    [InlineData("live", "9121", "live", "9121")]
    [InlineData("live/", "9121", "live", "9121")]
    [InlineData("live?c1=v1&c2=v2", "streamName?s1=v1&s2=v2", "live", "streamName")]
    [InlineData("live/inst", "stream", "live", "inst/stream")]
    [InlineData("live/a", "b/c", "live", "a/b/c")]
    [InlineData("live/a/b", "c", "live", "a/b/c")]
    [InlineData("live/_definst_", "x", "live", "x")]
    [InlineData("live/_definst_/", "x", "live", "x")]
    [InlineData("live", "_definst_/x", "live", "x")]
    [InlineData("live/_definst_", "mp4:dir/clip.mp4", "live", "dir/clip.mp4")]
    [InlineData("vod/mp4:dir", "mp4:clip", "vod", "mp4:dir/clip")]
    [InlineData("vod", "mp4:clip.mp4", "vod", "clip.mp4")]
    [InlineData("vod", "mp3:song", "vod", "song")]
    [InlineData("live/x", "", "live", "x")]
    [InlineData("", "live/x", "live", "x")]
    [InlineData("live", "", "live", "")]
    [InlineData("", "", "", "")]
    [InlineData("/", "/", "", "")]
    [InlineData("//live//", "//x//", "live", "x")]
    [InlineData("live", "../../etc", "live", "../../etc")]
    [InlineData("live", "%2e%2e", "live", "%2e%2e")]
    public void BothHalves_GiveApplicationAndStream(string app, string name, string application, string streamName)
    {
        Assert.True(RtmpUrlPart.TryParse(app, out RtmpUrlPart? appPart));
        Assert.True(RtmpUrlPart.TryParse(name, out RtmpUrlPart? namePart));
        var url = new RtmpUrl(appPart, namePart);
        Assert.Equal((application, streamName), (url.Application, url.StreamName));
    }

    [Theory]
    [InlineData("live", "")]
    [InlineData("live?", "")]
    [InlineData("live?a=1", "a=1")]
    [InlineData("live?a=1&b=2&a=3", "a=1;b=2;a=3")]
    [InlineData("live?&a&&b=", "a=;b=")]
    [InlineData("live?a=b=c", "a=b=c")]
    [InlineData("live?u=http%3A%2F%2Fh%2Fp", "u=http://h/p")]
    [InlineData("live?a=1?b=2", "a=1?b=2")]
    [InlineData("live?a=1+2", "a=1+2")]
    [InlineData("live?n%C3%A4me=%E2%82%AC", "näme=€")]
    [InlineData("live?a=%252e", "a=%2e")]
    [InlineData("live?suppress_sound=true", "suppress_sound=true")]
    public void Parameters_AreSplitAndDecodedOnce(string text, string expected)
    {
        Assert.True(RtmpUrlPart.TryParse(text, out RtmpUrlPart? part));
        Assert.Equal("live", part.Path);
        Assert.Equal(expected, string.Join(';', part.Parameters.Select(parameter => $"{parameter.Key}={parameter.Value}")));
    }

    [Theory]
    [InlineData("live?a=%")]
    [InlineData("live?a=%4")]
    [InlineData("live?a=%4g")]
    [InlineData("live?a=% 4")]
    [InlineData("live?a=%+4")]
    [InlineData("live?%zz=1")]
    [InlineData("live?a=%ff")]
    [InlineData("live?a=%c0%af")]
    [InlineData("live?a=%ed%a0%80")]
    [InlineData("live?a=%00")]
    [InlineData("live?a=%0d%0a")]
    [InlineData("live?a=%7f")]
    [InlineData("live?a=\n")]
    public void BadParameter_IsRefused(string text) => Assert.False(RtmpUrlPart.TryParse(text, out _));

    [Theory]
    [InlineData(2048, true)]
    [InlineData(2049, false)]
    public void Length_IsLimited(int length, bool isAccepted) =>
        Assert.Equal(isAccepted, RtmpUrlPart.TryParse(new string('a', length), out _));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Parameters_AreLimited(int count, bool isAccepted)
    {
        string text = "live?" + string.Join('&', Enumerable.Range(0, count).Select(number => $"p{number}=1"));
        Assert.Equal(isAccepted, RtmpUrlPart.TryParse(text, out _));
    }

    [Fact]
    public void Parameter_IsTheFirstOfItsName()
    {
        Assert.True(RtmpUrlPart.TryParse("live?a=1&a=2", out RtmpUrlPart? part));
        Assert.Equal("1", part.Parameter("a"));
        Assert.Null(part.Parameter("A"));
    }
}
