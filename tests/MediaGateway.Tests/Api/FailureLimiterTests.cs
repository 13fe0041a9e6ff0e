using System.Net;
using MediaGateway.Api;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Testing;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Api;

public class FailureLimiterTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly FailureLimiter _limiter;

    public FailureLimiterTests() =>
        _limiter = new FailureLimiter(Options.Create(new ApiOptions { MaximumFailuresPerMinute = 2 }), new GatewayClock(_time));

    [Fact]
    public void Address_IsBlockedUntilItsMinuteIsOver()
    {
        IPAddress address = IPAddress.Parse("192.0.2.1");
        _limiter.Count(address);
        Assert.False(_limiter.IsBlocked(address, out _));
        _time.Advance(TimeSpan.FromSeconds(20));
        _limiter.Count(address);
        Assert.True(_limiter.IsBlocked(address, out TimeSpan wait));
        Assert.Equal(40, wait.TotalSeconds, 3);
        Assert.False(_limiter.IsBlocked(IPAddress.Parse("192.0.2.2"), out _));
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.False(_limiter.IsBlocked(address, out _));
        _limiter.Count(address);
        Assert.False(_limiter.IsBlocked(address, out _));
    }

    [Fact]
    public void NetworksOfIpv6AndMappedAddresses_AreOne()
    {
        _limiter.Count(IPAddress.Parse("2001:db8:1:2::1"));
        _limiter.Count(IPAddress.Parse("2001:db8:1:2:ffff::9"));
        Assert.True(_limiter.IsBlocked(IPAddress.Parse("2001:db8:1:2::3"), out _));
        Assert.False(_limiter.IsBlocked(IPAddress.Parse("2001:db8:1:3::3"), out _));
        _limiter.Count(IPAddress.Parse("::ffff:192.0.2.1"));
        _limiter.Count(IPAddress.Parse("192.0.2.1"));
        Assert.True(_limiter.IsBlocked(IPAddress.Parse("192.0.2.1"), out _));
    }

    [Fact]
    public void Addresses_AreRememberedUpToTheLimitAndMadeRoomForAfterAMinute()
    {
        for (uint number = 0; number < FailureLimiter.MaximumAddresses; number++)
        {
            _limiter.Count(new IPAddress(number));
        }

        IPAddress late = IPAddress.Parse("203.0.113.1");
        _limiter.Count(late);
        _limiter.Count(late);
        Assert.False(_limiter.IsBlocked(late, out _));
        _time.Advance(TimeSpan.FromMinutes(1));
        _limiter.Count(late);
        _limiter.Count(late);
        Assert.True(_limiter.IsBlocked(late, out _));
    }
}
