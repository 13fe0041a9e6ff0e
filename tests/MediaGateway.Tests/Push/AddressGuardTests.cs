using System.Net;
using MediaGateway.Configuration;
using MediaGateway.Push;
using Xunit;

namespace MediaGateway.Tests.Push;

/// <summary>RELIABILITY 2.3, the row of requests that the gateway can be made to send.</summary>
public class AddressGuardTests
{
    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.15.0.1")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    public void PublicAddress_IsAllowed(string address) => Assert.True(new AddressGuard(new PushOptions()).Allows("h", IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1.2.3")]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("::1")]
    [InlineData("fd00::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    public void PrivateAddress_IsAllowedOnlyWhenTheSettingsSaySo(string address)
    {
        IPAddress parsed = IPAddress.Parse(address);
        Assert.False(new AddressGuard(new PushOptions()).Allows("h", parsed));
        Assert.True(new AddressGuard(new PushOptions { AllowPrivateAddresses = true }).Allows("h", parsed));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("198.18.0.1")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:1::1")]
    [InlineData("::7f00:1")]
    public void AddressOfNoPlace_IsAllowedOnlyByName(string address)
    {
        IPAddress parsed = IPAddress.Parse(address);
        Assert.False(new AddressGuard(new PushOptions { AllowPrivateAddresses = true }).Allows("h", parsed));
        Assert.True(new AddressGuard(new PushOptions { AllowedHosts = { "H" } }).Allows("h", parsed));
    }

    [Fact]
    public void AllowedNetwork_IsAllowedForEveryName()
    {
        var guard = new AddressGuard(new PushOptions { AllowedHosts = { "10.1.0.0/16" } });
        Assert.True(guard.Allows("any", IPAddress.Parse("10.1.2.3")));
        Assert.False(guard.Allows("any", IPAddress.Parse("10.2.2.3")));
    }
}
