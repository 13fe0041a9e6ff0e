using System.Net;
using MediaGateway.Servers.Rtmp;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

public sealed class RtmpConnectionLimiterTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress There = IPAddress.Parse("192.0.2.2");

    [Fact]
    public void IdleConnectionsOfOneAddress_AreLimited()
    {
        var limiter = new RtmpConnectionLimiter(100, 2);
        Assert.NotNull(limiter.TryAdmit(Here));
        RtmpConnectionLimiter.Ticket second = Assert.IsType<RtmpConnectionLimiter.Ticket>(limiter.TryAdmit(Here));

        Assert.Null(limiter.TryAdmit(Here));
        Assert.NotNull(limiter.TryAdmit(There));
        second.Dispose();
        Assert.NotNull(limiter.TryAdmit(Here));
    }

    [Fact]
    public void PlayingConnections_DoNotCountAgainstTheirAddress()
    {
        var limiter = new RtmpConnectionLimiter(100, 1);
        for (int viewer = 0; viewer < 50; viewer++)
        {
            RtmpConnectionLimiter.Ticket ticket = Assert.IsType<RtmpConnectionLimiter.Ticket>(limiter.TryAdmit(Here));
            ticket.MarkPlaying();
            ticket.MarkPlaying();
        }

        Assert.Equal(50, limiter.Count);
    }

    [Fact]
    public void AllConnections_AreLimitedAndCountedOnce()
    {
        var limiter = new RtmpConnectionLimiter(2, 100);
        RtmpConnectionLimiter.Ticket first = Assert.IsType<RtmpConnectionLimiter.Ticket>(limiter.TryAdmit(Here));
        first.MarkPlaying();
        Assert.NotNull(limiter.TryAdmit(There));
        Assert.Null(limiter.TryAdmit(There));

        first.Dispose();
        first.Dispose();
        Assert.Equal(1, limiter.Count);
        Assert.NotNull(limiter.TryAdmit(There));
        Assert.Null(limiter.TryAdmit(There));
        Assert.Equal(2, limiter.Refused);
    }

    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")]
    public void AddressesOfOneHost_CountTogether(string one, string other)
    {
        var limiter = new RtmpConnectionLimiter(100, 1);
        Assert.NotNull(limiter.TryAdmit(IPAddress.Parse(one)));
        Assert.Null(limiter.TryAdmit(IPAddress.Parse(other)));
    }
}
