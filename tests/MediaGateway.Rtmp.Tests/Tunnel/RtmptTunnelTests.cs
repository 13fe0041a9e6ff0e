using MediaGateway.Rtmp.Tunnel;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Tunnel;

public sealed class RtmptTunnelTests
{
    private readonly RtmptTunnel _tunnel = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Requests_CountUpFromZeroOrOne(int first)
    {
        for (int sequence = first; sequence < first + 1000; sequence++)
        {
            Assert.Equal(sequence, Math.Max(_tunnel.NextSequence, first));
            Assert.True(_tunnel.TryTake(sequence));
        }
    }

    [Fact]
    public void RepeatedRequest_IsRefusedAndChangesNothing()
    {
        Assert.True(_tunnel.TryTake(0));
        Assert.True(_tunnel.TryTake(1));
        Assert.False(_tunnel.TryTake(1));
        Assert.False(_tunnel.TryTake(0));
        Assert.True(_tunnel.TryTake(2));
    }

    [Fact]
    public void RequestThatOvertook_IsRefusedAndMayComeAgainInItsTurn()
    {
        Assert.True(_tunnel.TryTake(0));
        Assert.False(_tunnel.TryTake(2));
        Assert.True(_tunnel.TryTake(1));
        Assert.True(_tunnel.TryTake(2));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public void FirstRequest_MustBeZeroOrOne(int sequence) => Assert.False(_tunnel.TryTake(sequence));

    [Fact]
    public void EmptyAnswers_AskForLessAndLess()
    {
        byte[] intervals = [.. Enumerable.Range(0, 80).Select(_ => _tunnel.NextInterval(hasBytes: false))];

        byte[] expected = [.. new byte[] { 0x01, 0x03, 0x05, 0x09, 0x11, 0x21, 0x21, 0x21 }.SelectMany(step => Enumerable.Repeat(step, 10))];
        Assert.Equal(expected, intervals);
    }

    [Fact]
    public void AnswerWithBytes_BeginsAnew()
    {
        for (int answer = 0; answer < 35; answer++)
        {
            _tunnel.NextInterval(hasBytes: false);
        }

        Assert.Equal(0x01, _tunnel.NextInterval(hasBytes: true));
        Assert.Equal(0x01, _tunnel.NextInterval(hasBytes: false));
    }
}
