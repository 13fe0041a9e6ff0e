using System.Net;
using MediaGateway.Connectivity;
using MediaGateway.Streams;
using Xunit;

namespace MediaGateway.Tests.Connectivity;

public class SelfTestReportTests
{
    private static readonly IPAddress Own = IPAddress.Parse("192.0.2.4");
    private static readonly IPAddress Outer = IPAddress.Parse("203.0.113.7");

    [Fact]
    public void AllWell_OneSentenceSaysSo() => Assert.Equal(
        "Self-test passed: media port 8000 is open for UDP (receive buffer 4096 KiB) and TCP; browsers are offered 192.0.2.4 (reached by UDP and TCP); "
            + "HTTPS on port 8443 with a certificate for localhost, gateway.",
        Report(new ReachedAddress(Own, true, true)).Sentence);

    [Fact]
    public void NotReached_SaysWhatToDo_OwnAndOuterAddressApart()
    {
        string sentence = Report(new ReachedAddress(Own, false, true), new ReachedAddress(Outer, false, false)).Sentence;
        Assert.StartsWith("Self-test: media port 8000", sentence);
        Assert.Contains("192.0.2.4 (reached by TCP only)", sentence);
        Assert.Contains("nothing sent to 192.0.2.4 arrives, though it is this machine's own: see whether WebRtc:BindAddress", sentence);
        Assert.Contains("forward UDP and TCP port 8000 to this machine", sentence);
    }

    [Fact]
    public void ContainerWithoutAPublicAddress_IsToldOfTheVariable() =>
        Assert.Contains("set MEDIAGATEWAY_PUBLIC_ADDRESS", Assert.Single((Report(new ReachedAddress(Own, true, true)) with { IsInContainer = true }).Problems));

    [Fact]
    public void ContainerWithAPublicAddress_IsFine() =>
        Assert.Empty((Report(new ReachedAddress(Own, true, true)) with { IsInContainer = true, HasPublicAddress = true }).Problems);

    [Fact]
    public void LoopbackOnly_IsNotForOthers() =>
        Assert.Contains("browsers on other machines", Assert.Single(Report(new ReachedAddress(IPAddress.Loopback, true, true)).Problems));

    [Fact]
    public void TcpBlocked_IsSaid() => Assert.Contains("TCP does not arrive", Assert.Single(Report(new ReachedAddress(Own, true, false)).Problems));

    [Fact]
    public void SmallReceiveBuffer_IsSaid()
    {
        SelfTestReport report = Report(new ReachedAddress(Own, true, true));
        Assert.Contains("net.core.rmem_max", Assert.Single((report with { Port = report.Port with { ReceiveBufferBytes = 212_992 } }).Problems));
    }

    [Fact]
    public void ManyNames_AreCutShort()
    {
        SelfTestReport report = Report(new ReachedAddress(Own, true, true)) with { CertificateNames = [.. Enumerable.Range(1, 9).Select(number => $"n{number}")] };
        Assert.Contains("a certificate for n1, n2, n3, n4, n5, n6 and 3 more.", report.Sentence);
    }

    private static SelfTestReport Report(params ReachedAddress[] addresses) => new()
    {
        Port = new MediaPortReport(8000, 4 << 20, 4 << 20, true, addresses),
        HasPublicAddress = false,
        IsInContainer = false,
        HttpsPort = 8443,
        CertificateNames = ["localhost", "gateway"],
        OwnAddresses = [Own, IPAddress.Loopback],
    };
}
