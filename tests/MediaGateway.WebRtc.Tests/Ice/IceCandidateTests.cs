using System.Net;
using System.Security.Cryptography;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Ice;

public class IceCandidateTests
{
    [Fact]
    public void FirstCandidate_HasTheHighestHostPriority()
    {
        // RFC 8445 5.1.2.1: 126 * 2^24 + 65535 * 2^8 + 255.
        var candidate = new IceCandidate(TransportAddress.From(IPEndPoint.Parse("192.0.2.1:8000")), 0);
        Assert.Equal("1 1 udp 2130706431 192.0.2.1 8000 typ host", candidate.ToAttributeValue());
    }

    [Fact]
    public void LaterCandidate_HasLowerPriorityAndAnotherFoundation()
    {
        var candidate = new IceCandidate(TransportAddress.From(IPEndPoint.Parse("[2001:db8::1]:8000")), 1);
        Assert.Equal("2 1 udp 2130706175 2001:db8::1 8000 typ host", candidate.ToAttributeValue());
    }

    [Fact]
    public void TcpCandidate_IsPassiveAndComesAfterEveryOneOfUdp()
    {
        TransportAddress[] addresses = [TransportAddress.From(IPEndPoint.Parse("192.0.2.1:8000")), TransportAddress.From(IPEndPoint.Parse("[2001:db8::1]:8000"))];
        IceCandidate[] candidates = [.. IceCandidate.ListOf(addresses, addresses)];

        // RFC 6544 4.2: 90 * 2^24 + (4 * 2^13 + 8191) * 2^8 + 255.
        Assert.Equal("101 1 tcp 1520435199 192.0.2.1 8000 typ host tcptype passive", candidates[2].ToAttributeValue());
        Assert.Equal("102 1 tcp 1520434943 2001:db8::1 8000 typ host tcptype passive", candidates[3].ToAttributeValue());
        Assert.Equal(candidates.OrderByDescending(candidate => candidate.Priority), candidates);
        Assert.Equal(4, candidates.Select(candidate => candidate.Foundation).Distinct().Count());
    }

    [Fact]
    public void GeneratedCredentials_AreValidAndDiffer()
    {
        using var random = RandomNumberGenerator.Create();
        IceCredentials[] many = [.. Enumerable.Range(0, 1000).Select(_ => IceCredentials.Generate(random))];
        Assert.All(many, credentials => Assert.True(IceCredentials.AreValid(credentials.UsernameFragment, credentials.Password)));
        Assert.Equal(1000, many.Select(credentials => credentials.UsernameFragment).Distinct().Count());
    }

    [Theory]
    [InlineData("abc", "0123456789012345678901", false)]
    [InlineData("abcd", "0123456789012345678901", true)]
    [InlineData("abcd", "012345678901234567890", false)]
    [InlineData("ab d", "0123456789012345678901", false)]
    [InlineData("ab\"d", "0123456789012345678901", false)]
    public void Credentials_HaveLengthAndCharactersOfTheRfc(string fragment, string password, bool valid)
    {
        Assert.Equal(valid, IceCredentials.AreValid(fragment, password));
    }

    [Fact]
    public void Credentials_DoNotShowThePassword()
    {
        Assert.DoesNotContain("secret", new IceCredentials("frag", "secret secret").ToString(), StringComparison.Ordinal);
    }
}
