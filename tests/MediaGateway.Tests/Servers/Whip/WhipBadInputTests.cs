using System.Net;
using System.Net.Sockets;
using System.Text;
using MediaGateway.Http;
using MediaGateway.Servers.Whip;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Whip;

/// <summary>Requests that nobody should send, and too many of them.</summary>
public sealed class WhipBadInputTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/sdpx")]
    [InlineData("application/json")]
    public async Task OtherThanSdp_IsUnsupported(string? type)
    {
        await using WhipHost host = await WhipHost.StartAsync();
        WhipAnswer answer = (await host.SendAsync("POST", "/whip/camera", TestPublisher.Offer(), type)).AssertProblem(415);
        Assert.Equal("application/sdp", answer["Accept-Post"]);
    }

    [Theory]
    [InlineData("application/sdp; charset=utf-8", "application/sdp")]
    [InlineData("Application/SDP", "*/*")]
    [InlineData("application/sdp", "text/html, application/sdp;q=0.9")]
    public async Task TypeWithParametersOrInCapitals_IsTaken(string type, string accept)
    {
        await using WhipHost host = await WhipHost.StartAsync();
        Assert.Equal(201, (await host.SendAsync("POST", "/whip/camera", TestPublisher.Offer(), type, ("Accept", accept))).Status);
    }

    [Fact]
    public async Task ClientThatTakesNoSdp_IsToldSo()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        (await host.OfferAsync("/whip/camera", ("Accept", "application/json"))).AssertProblem(406);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("<script>alert(1)</script>")]
    public async Task BodyThatIsNoSdp_IsABadRequest(string body)
    {
        await using WhipHost host = await WhipHost.StartAsync();
        (await host.SendAsync("POST", "/whip/camera", body)).AssertProblem(400);
        Assert.Empty(host.Access.Connections);
    }

    [Theory]
    [InlineData("/whip/%3Cscript%3E")]
    [InlineData("/whip/..%2Fx")]
    [InlineData("/whip/live/a%00b")]
    [InlineData("/rtc/v1/whip/?app=live")]
    [InlineData("/rtc/v1/whip/?stream=a&stream=b")]
    public async Task BadName_IsABadRequestAndNotRepeated(string path)
    {
        await using WhipHost host = await WhipHost.StartAsync();
        WhipAnswer answer = await host.OfferAsync(path);
        Assert.Equal(400, answer.Status);
        Assert.DoesNotContain("script", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_AreLimited()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        string Query(int count) => string.Join('&', Enumerable.Range(0, count).Select(number => $"p{number}=v"));
        Assert.Equal(201, (await host.OfferAsync($"/whip/one?{Query(HttpCredentials.MaximumParameters)}")).Status);
        (await host.OfferAsync($"/whip/two?{Query(HttpCredentials.MaximumParameters + 1)}")).AssertProblem(400);
        (await host.OfferAsync("/whip/two", ("Authorization", $"Bearer {new string('x', HttpCredentials.MaximumCharacters)}"))).AssertProblem(400);
    }

    [Fact]
    public async Task LongBody_IsRefusedWithOrWithoutItsLength()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        string start = "v=0\r\n";
        string longest = start + new string('x', WhipLimits.BodyBytes - start.Length);
        Assert.Equal(201, (await host.SendAsync("POST", "/whip/camera", longest)).Status);
        (await host.SendAsync("POST", "/whip/camera", longest + "x")).AssertProblem(413);

        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/whip/camera") { Content = new StringContent(longest + "x") };
        chunked.Content.Headers.ContentType = new("application/sdp");
        chunked.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage answer = await host.Client.SendAsync(chunked, TestContext.Current.CancellationToken);
        Assert.Equal(413, (int)answer.StatusCode);
    }

    [Fact]
    public async Task BodyThatIsNotUtf8_IsABadRequest()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/whip/camera") { Content = new ByteArrayContent([.. "v=0\r\n"u8, 0xff, 0xfe]) };
        request.Content.Headers.ContentType = new("application/sdp");
        using HttpResponseMessage answer = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task BodyThatDoesNotCome_IsGivenUp()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", host.Address.Port, TestContext.Current.CancellationToken);
        await socket.SendAsync("POST /whip/camera HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: 100\r\n\r\nv=0\r\n"u8.ToArray());

        // The clock goes on until the wait, which begins when the header has come, is over.
        await Rtmp.RtmpServerHost.UntilAsync(
            () =>
            {
                host.Time.Advance(WhipLimits.BodyTime);
                return socket.Available > 0;
            },
            "the answer");

        byte[] buffer = new byte[4096];
        int length = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 408 ", Encoding.ASCII.GetString(buffer, 0, length), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BodiesThatDribble_HoldNobodyUpAndAreGivenUp()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        Socket[] slow = [.. Enumerable.Range(0, 100).Select(_ => new Socket(SocketType.Stream, ProtocolType.Tcp))];
        try
        {
            foreach (Socket socket in slow)
            {
                await socket.ConnectAsync("127.0.0.1", host.Address.Port, TestContext.Current.CancellationToken);
                await socket.SendAsync("POST /whip/slow HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: 60000\r\n\r\nv=0\r\n"u8.ToArray());
            }

            for (int second = 1; second < 5; second++)
            {
                host.Time.Advance(TimeSpan.FromSeconds(1));
                foreach (Socket socket in slow)
                {
                    await socket.SendAsync("a"u8.ToArray());
                }

                Assert.Equal(201, (await host.OfferAsync($"/whip/good{second}")).Status);
            }

            // Each byte that comes does not begin the wait anew.
            await Rtmp.RtmpServerHost.UntilAsync(
                () =>
                {
                    host.Time.Advance(WhipLimits.BodyTime);
                    return slow.All(socket => socket.Available > 0);
                },
                "the answers");
            byte[] buffer = new byte[4096];
            foreach (Socket socket in slow)
            {
                int length = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
                Assert.StartsWith("HTTP/1.1 408 ", Encoding.ASCII.GetString(buffer, 0, length), StringComparison.Ordinal);
            }

            Assert.Equal(4, host.Access.Connections.Count); // the slow ones have asked for nothing
        }
        finally
        {
            Array.ForEach(slow, socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Address_MayAskTwentyTimesAtOnceAndTenTimesPerSecond()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        (string, string) stranger = (WhipHost.FromHeader, "192.0.2.1");
        for (int request = 0; request < 20; request++)
        {
            Assert.Equal(404, (await host.SendAsync("DELETE", "/whip/live/camera/x", null, null, stranger)).Status);
        }

        Assert.Equal("1", (await host.OfferAsync("/whip/camera", stranger)).AssertProblem(429)["Retry-After"]);
        Assert.Equal(204, (await host.SendAsync("OPTIONS", "/whip/camera", null, null, stranger)).Status);
        Assert.Equal(201, (await host.OfferAsync("/whip/camera1", (WhipHost.FromHeader, "192.0.2.2"))).Status);
        Assert.Equal(201, (await host.OfferAsync("/whip/camera2")).Status); // this machine is not counted

        host.Time.Advance(TimeSpan.FromSeconds(1));
        for (int request = 0; request < 10; request++)
        {
            Assert.Equal(404, (await host.SendAsync("DELETE", "/whip/live/camera/x", null, null, stranger)).Status);
        }

        (await host.SendAsync("DELETE", "/whip/live/camera/x", null, null, stranger)).AssertProblem(429);
    }

    [Fact]
    public async Task NetworkOfIpv6_IsOneAddress()
    {
        await using WhipHost host = await WhipHost.StartAsync(("Whip:RequestBurst", "1"), ("Whip:RequestsPerSecond", "1"));
        Assert.Equal(404, (await host.SendAsync("DELETE", "/whip/live/camera/x", null, null, (WhipHost.FromHeader, "2001:db8::1"))).Status);
        Assert.Equal(429, (await host.SendAsync("DELETE", "/whip/live/camera/x", null, null, (WhipHost.FromHeader, "2001:db8::2"))).Status);
        Assert.Equal(404, (await host.SendAsync("DELETE", "/whip/live/camera/x", null, null, (WhipHost.FromHeader, "2001:db8:0:1::1"))).Status);
    }

    [Fact]
    public async Task Addresses_AreCountedUpToTheLimitAndTheRestTogether()
    {
        await using WhipHost host = await WhipHost.StartAsync();
        RequestLimiter limiter = host.Get<RequestLimiter>();
        for (int number = 0; number < WhipLimits.CountedAddresses; number++)
        {
            Assert.True(limiter.TryTake(AddressOf(0x0a000000 + number), out _));
        }

        int taken = Enumerable.Range(0, 1000).Count(number => limiter.TryTake(AddressOf(0x0b000000 + number), out _));
        Assert.Equal(20, taken);

        host.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(limiter.TryTake(AddressOf(0x0c000000), out _));
    }

    private static IPAddress AddressOf(int number) => new(BitConverter.GetBytes(IPAddress.HostToNetworkOrder(number)));
}
