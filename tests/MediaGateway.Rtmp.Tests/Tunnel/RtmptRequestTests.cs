using MediaGateway.Rtmp.Tunnel;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Tunnel;

public sealed class RtmptRequestTests
{
    [Theory]
    [InlineData("/fcs/ident2", RtmptRequestKind.OtherAddress, "", 0)]
    [InlineData("/fcs/ident", RtmptRequestKind.OtherAddress, "", 0)]
    [InlineData("/open/1", RtmptRequestKind.Open, "", 0)]
    [InlineData("/open", RtmptRequestKind.Open, "", 0)]
    [InlineData("/send/ab12/0", RtmptRequestKind.Send, "ab12", 0)]
    [InlineData("/idle/ab12/17", RtmptRequestKind.Idle, "ab12", 17)]
    [InlineData("/close/ab12/2147483647", RtmptRequestKind.Close, "ab12", int.MaxValue)]
    public void Path_IsTakenApart(string path, RtmptRequestKind kind, string id, int sequence)
    {
        Assert.True(RtmptRequest.TryParse(path, out RtmptRequest request));
        Assert.Equal(new RtmptRequest(kind, id, sequence), request);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/open/2")]
    [InlineData("/open/1/")]
    [InlineData("/fcs/ident3")]
    [InlineData("/send")]
    [InlineData("/send/")]
    [InlineData("/send/ab")]
    [InlineData("/send//1")]
    [InlineData("/send/ab/")]
    [InlineData("/send/ab/x")]
    [InlineData("/send/ab/-1")]
    [InlineData("/send/ab/+1")]
    [InlineData("/send/ab/ 1")]
    [InlineData("/send/ab/2147483648")]
    [InlineData("/send/ab/1/2")]
    [InlineData("/SEND/ab/1")]
    [InlineData("/sendab/1")]
    [InlineData("/assets/index.js")]
    public void OtherPath_IsNone(string path) => Assert.False(RtmptRequest.TryParse(path, out _));

    [Fact]
    public void IdThatIsFarTooLong_IsNone() => Assert.False(RtmptRequest.TryParse($"/send/{new string('a', 65)}/1", out _));
}
