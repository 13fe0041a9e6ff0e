using System.Net;
using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Connectivity;

public sealed class PublicAddressesTests
{
    private readonly WebRtcOptions _options = new();

    [Theory]
    [InlineData("stun.example.org", "stun.example.org", 3478)]
    [InlineData("stun:stun.example.org:19302", "stun.example.org", 19302)]
    [InlineData("192.0.2.1:3479", "192.0.2.1", 3479)]
    [InlineData("[2001:db8::1]:3479", "2001:db8::1", 3479)]
    public void AddressOfAServer_IsRead(string text, string host, int port)
    {
        Assert.True(StunServerAddress.TryParse(text, out StunServerAddress address));
        Assert.Equal(new StunServerAddress(host, port), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("stuns:stun.example.org")]
    [InlineData("stun.example.org:0")]
    [InlineData("stun.example.org:65536")]
    [InlineData("http://stun.example.org")]
    public void WhatIsNoAddressOfAServer_IsNotRead(string text) => Assert.False(StunServerAddress.TryParse(text, out _));

    [Fact]
    public async Task StunServer_IsAskedBeforeTheStartIsOver_AndEveryMinute()
    {
        await using var server = new TestStunServer();
        _options.StunServer = server.Name;
        var time = new ManualTimeProvider();
        using PublicAddresses addresses = Make(time);

        await addresses.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal([server.Seen], addresses.Discovered);

        server.Seen = IPAddress.Parse("203.0.113.99");
        await RtmpServerHost.UntilAsync(
            () =>
            {
                time.Advance(PublicAddresses.RefreshInterval);
                return addresses.Discovered.SequenceEqual([server.Seen]);
            },
            "the new address");
        await addresses.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task LostRequest_IsRepeated()
    {
        await using var server = new TestStunServer { Ignores = 1 };
        Assert.Equal(server.Seen, await StunClient.QueryAsync(server.EndPoint, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Equal(2, server.Requests);
    }

    [Fact]
    public async Task AnswersThatAreNotToTheRequest_AreIgnored()
    {
        await using var server = new TestStunServer { SaysNonsenseFirst = true };
        Assert.Equal(server.Seen, await StunClient.QueryAsync(server.EndPoint, TimeProvider.System, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ServerFallsSilent_WhatItSaidStaysInForce()
    {
        var server = new TestStunServer();
        _options.StunServer = server.Name;
        using PublicAddresses addresses = Make(TimeProvider.System);
        await addresses.RefreshAsync(TestContext.Current.CancellationToken);
        await server.DisposeAsync();

        await addresses.RefreshAsync(TestContext.Current.CancellationToken);

        Assert.Equal([server.Seen], addresses.Discovered);
    }

    [Fact]
    public async Task HostName_IsLookedUpInItsPlaceAmongTheAddresses()
    {
        _options.AdvertisedAddresses.Add("203.0.113.7");
        _options.AdvertisedAddresses.Add("localhost");
        _options.AdvertisedAddresses.Add("name.that.does.not.exist.invalid");
        using PublicAddresses addresses = Make(TimeProvider.System);
        Assert.Equal([IPAddress.Parse("203.0.113.7")], addresses.Advertised);

        await addresses.RefreshAsync(TestContext.Current.CancellationToken);

        Assert.Equal(IPAddress.Parse("203.0.113.7"), addresses.Advertised[0]);
        Assert.Contains(IPAddress.Loopback, addresses.Advertised.Skip(1));
        Assert.All(addresses.Advertised.Skip(1), address => Assert.True(IPAddress.IsLoopback(address)));
    }

    [Fact]
    public async Task NothingToAsk_NobodyIsAsked()
    {
        _options.AdvertisedAddresses.Add("203.0.113.7");
        using PublicAddresses addresses = Make(new ManualTimeProvider());
        await addresses.StartAsync(TestContext.Current.CancellationToken);
        Assert.Null(addresses.ExecuteTask);
        await addresses.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void DamagedAnswers_NeverThrow()
    {
        byte[] request = new byte[20];
        byte[] answer = [0x01, 0x01, 0, 12, 0x21, 0x12, 0xA4, 0x42, .. new byte[12], 0, 0x20, 0, 8, 0, 1, 0, 0, 1, 2, 3, 4];
        foreach (byte[] datagram in Mutations.Random(answer, count: 20_000, seed: 8489))
        {
            _ = StunClient.ReadAnswer(datagram, request);
        }
    }

    private PublicAddresses Make(TimeProvider time) => new(Options.Create(_options), time, NullLogger<PublicAddresses>.Instance);
}
