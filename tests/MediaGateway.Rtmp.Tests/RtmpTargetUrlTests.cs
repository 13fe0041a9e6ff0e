using Xunit;

namespace MediaGateway.Rtmp.Tests;

public class RtmpTargetUrlTests
{
    [Theory]
    [InlineData("rtmp://a.rtmp.example/live2/abcd-efgh", "a.rtmp.example", 1935, "live2", "abcd-efgh", "rtmp://a.rtmp.example:1935/live2")]
    [InlineData("RTMP://h:1936/live/x", "h", 1936, "live", "x", "rtmp://h:1936/live")]
    [InlineData("rtmps://h/app/x", "h", 443, "app", "x", "rtmps://h:443/app")]
    [InlineData("rtmp://h/app/inst/x", "h", 1935, "app/inst", "x", "rtmp://h:1935/app/inst")]
    [InlineData("rtmp://h/app/x?s=a/b&t=1", "h", 1935, "app", "x?s=a/b&t=1", "rtmp://h:1935/app")]
    [InlineData("rtmp://h/live?c1=v1&c2=v2/x?s1=v1", "h", 1935, "live?c1=v1&c2=v2", "x?s1=v1", "rtmp://h:1935/live?c1=v1&c2=v2")]
    [InlineData("rtmp://h/live?c1=v1/x", "h", 1935, "live?c1=v1", "x", "rtmp://h:1935/live?c1=v1")]
    [InlineData("rtmp://h/live", "h", 1935, "live", "", "rtmp://h:1935/live")]
    [InlineData("rtmp://h/live/", "h", 1935, "live", "", "rtmp://h:1935/live")]
    [InlineData("rtmp://[2001:db8::1]:99/live/x", "2001:db8::1", 99, "live", "x", "rtmp://[2001:db8::1]:99/live")]
    [InlineData("rtmp://h/a/%2F..%20", "h", 1935, "a", "%2F..%20", "rtmp://h:1935/a")]
    public void Address_IsSplitAsEncodersDo(string text, string host, int port, string app, string streamName, string tcUrl)
    {
        Assert.True(RtmpTargetUrl.TryParse(text, out RtmpTargetUrl? url, out string? refusal), refusal);
        Assert.Equal((host, port, app, streamName, tcUrl), (url.Host, url.Port, url.App, url.StreamName, url.TcUrl));
        Assert.Null(url.UserName);
    }

    [Theory]
    [InlineData("rtmp://name:password@h/live/x", "name", "password")]
    [InlineData("rtmp://n%40me:p%3A%2F%20w@h/live/x", "n@me", "p:/ w")]
    [InlineData("rtmp://name:a:b@h/live/x", "name", "a:b")]
    [InlineData("rtmp://name@h/live/x", "name", "")]
    public void UserAndPassword_AreDecodedAndSentNowhereElse(string text, string user, string password)
    {
        Assert.True(RtmpTargetUrl.TryParse(text, out RtmpTargetUrl? url, out _));
        Assert.Equal((user, password, "h", "rtmp://h:1935/live"), (url.UserName, url.Password, url.Host, url.TcUrl));
    }

    [Theory]
    [InlineData(null, "The address is missing.")]
    [InlineData("", "The address is missing.")]
    [InlineData("http://h/live/x", "The address must begin with rtmp:// or rtmps://.")]
    [InlineData("rtmpt://h/live/x", "The address must begin with rtmp:// or rtmps://.")]
    [InlineData("file:///etc/passwd", "The address must begin with rtmp:// or rtmps://.")]
    [InlineData("h/live/x", "The address must begin with rtmp:// or rtmps://.")]
    [InlineData("rtmp://h", "The address names no application.")]
    [InlineData("rtmp:///live/x", "The address names no valid host or port.")]
    [InlineData("rtmp://h:0/live/x", "The address names no valid host or port.")]
    [InlineData("rtmp://h:65536/live/x", "The address names no valid host or port.")]
    [InlineData("rtmp://h:/live/x", "The address names no valid host or port.")]
    [InlineData("rtmp://h:-1/live/x", "The address names no valid host or port.")]
    [InlineData("rtmp://h%00/live/x", "The address names no valid host or port.")]
    [InlineData("rtmp://[::1/live/x", "The address names no valid host or port.")]
    [InlineData("rtmp://h/live/x\r\ny", "The address holds a blank or a control character.")]
    [InlineData("rtmp://h/live/a b", "The address holds a blank or a control character.")]
    public void WhatCannotBeUsed_IsRefusedInWords(string? text, string words)
    {
        Assert.False(RtmpTargetUrl.TryParse(text, out _, out string? refusal));
        Assert.Equal(words, refusal);
    }

    [Fact]
    public void TooLong_IsRefused() =>
        Assert.False(RtmpTargetUrl.TryParse("rtmp://h/live/" + new string('x', RtmpTargetUrl.MaximumLength), out _, out _));

    [Theory]
    [InlineData("rtmp://h/live2/secret", "rtmp://h:1935/live2/****")]
    [InlineData("rtmps://u:secret@h/live?token=secret/secret?secret=1", "rtmps://****@h:443/live?****/****")]
    [InlineData("rtmp://h/live", "rtmp://h:1935/live")]
    public void Masked_HidesEverySecret(string text, string masked)
    {
        Assert.True(RtmpTargetUrl.TryParse(text, out RtmpTargetUrl? url, out _));
        Assert.Equal(masked, url.Masked);
        Assert.Equal(masked, $"{url}");
    }

    [Theory]
    [InlineData("rtmp://u:p@h/live/x", "rtmp://other/app/inst", "rtmp://other:1935/app/inst", "x")]
    [InlineData("rtmp://h:5/live/x", "/app", "rtmp://h:5/app", "x")]
    [InlineData("rtmp://h/live/x?k=1", "rtmps://other:444/app/", "rtmps://other:444/app", "x?k=1")]
    public void Redirect_KeepsTheStreamAndForgetsThePassword(string text, string redirect, string tcUrl, string streamName)
    {
        Assert.True(RtmpTargetUrl.TryParse(text, out RtmpTargetUrl? url, out _));
        RtmpTargetUrl? target = url.RedirectedTo(redirect);
        Assert.Equal((tcUrl, streamName, null), (target?.TcUrl, target?.StreamName, target?.UserName));
    }

    [Theory]
    [InlineData("rtmps://h/live/x", "rtmp://h/live")]
    [InlineData("rtmp://h/live/x", "http://169.254.169.254/latest")]
    [InlineData("rtmp://h/live/x", "file:///etc/passwd")]
    [InlineData("rtmp://h/live/x", "")]
    public void Redirect_ToAnotherSchemeOrOutOfTls_IsRefused(string text, string redirect)
    {
        Assert.True(RtmpTargetUrl.TryParse(text, out RtmpTargetUrl? url, out _));
        Assert.Null(url.RedirectedTo(redirect));
    }
}
