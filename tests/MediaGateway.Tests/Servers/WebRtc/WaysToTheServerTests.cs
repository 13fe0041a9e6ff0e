using System.Net;
using System.Net.Sockets;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Connectivity;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>The ways by which media reaches the one port, and what happens when they change.</summary>
public sealed class WaysToTheServerTests
{
    private const string NewFragment = "restartedFrag";

    [Fact]
    public async Task Answer_OffersUdpThenTcpOnTheSamePort()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options => options.AdvertisedPort = 9000);
        using var publisher = new LoopbackPublisher("session");
        Assert.True(host.TryPublish("camera", publisher, out string? answer, out _));

        string[] candidates = [.. answer!.Split("\r\n").Where(line => line.StartsWith("a=candidate:", StringComparison.Ordinal))];

        int half = candidates.Length / 2;
        Assert.Equal(0, candidates.Length % 2);
        Assert.All(candidates[..half], candidate => Assert.Matches(" udp .* 9000 typ host$", candidate));
        Assert.All(candidates[half..], candidate => Assert.Matches(" tcp .* 9000 typ host tcptype passive$", candidate));
        Assert.Equal(candidates.Length, host.Publishing.MediaAddresses.Count + (host.Publishing.OfferedAddresses.Contains(IPAddress.Loopback) ? 0 : 2));
    }

    [Fact]
    public async Task MediaAddresses_AreThoseThatAreAdvertised()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options =>
        {
            options.AdvertisedAddresses.Add("203.0.113.7");
            options.AdvertisedPort = 5555;
        });
        Assert.Equal(["203.0.113.7:5555/udp", "203.0.113.7:5555/tcp"], host.Publishing.MediaAddresses);
    }

    [Fact]
    public async Task TcpSwitchedOff_IsNotOffered()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options => options.TcpEnabled = false);
        using var publisher = new LoopbackPublisher("session");
        Assert.True(host.TryPublish("camera", publisher, out string? answer, out _));
        Assert.DoesNotContain(" tcp ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddressThatAStunServerSees_IsOfferedBehindThatOfTheSettings()
    {
        await using var server = new TestStunServer();
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options =>
        {
            options.StunServer = server.Name;
            options.AdvertisedAddresses.Add("198.51.100.1");
        });
        Assert.Equal([IPAddress.Parse("198.51.100.1"), server.Seen], host.Publishing.OfferedAddresses);
    }

    [Fact]
    public async Task TestOfThePort_TellsAddressesThatLeadHereFromOthers()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options =>
        {
            options.AdvertisedAddresses.Add("127.0.0.1");
            options.AdvertisedAddresses.Add("127.0.0.2");
        });

        MediaPortReport? report = await host.Publishing.TestPortAsync(TestContext.Current.CancellationToken);

        Assert.NotNull(report);
        Assert.True(report.TakesTcp);
        Assert.True(report.ReceiveBufferBytes > 0);
        Assert.Equal(
            [new ReachedAddress(IPAddress.Loopback, true, true), new ReachedAddress(IPAddress.Parse("127.0.0.2"), false, false)],
            report.Addresses);
    }

    [Theory]
    [InlineData("127.0.0.1", nameof(TransportProtocol.Tcp))]
    [InlineData("::1", nameof(TransportProtocol.Udp))]
    [InlineData("::1", nameof(TransportProtocol.Tcp))]
    public async Task PeerPublishes_ByEveryWay(string address, string protocol)
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options => options.BindAddress = ListenAddress.Any);
        using LoopbackPublisher publisher = host.Publish("camera", Enum.Parse<TransportProtocol>(protocol), IPAddress.Parse(address));
        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        await UntilAsync(() => stream.Snapshot() is { VideoFrames: > 10, AudioFrames: > 10 }, "ten frames of both kinds");

        Assert.True(host.Publishing.TryEnd(publisher.SessionId, SessionEndReason.Completed, "Stopped by user"));
        await UntilAsync(() => publisher.HasGoodbye, "the goodbye came over the same way");
    }

    [Theory]
    [InlineData(nameof(TransportProtocol.Udp))]
    [InlineData(nameof(TransportProtocol.Tcp))]
    public async Task PeerComesFromAnotherPort_TheSameSessionGoesOn(string protocol)
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = host.Publish("camera", Enum.Parse<TransportProtocol>(protocol));
        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        for (int round = 0; round < 3; round++)
        {
            long before = stream.Snapshot().VideoFrames;
            await UntilAsync(() => stream.Snapshot().VideoFrames > before + 10, $"ten pictures in round {round}");
            publisher.Reconnect();
        }

        Assert.Null(publisher.End);
        Assert.Equal(1, publisher.FlowReports);
    }

    [Theory]
    [InlineData(nameof(TransportProtocol.Udp))]
    [InlineData(nameof(TransportProtocol.Tcp))]
    public async Task PeerRestartsIce_TheSameSessionGoesOn(string protocol)
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = host.Publish("camera", Enum.Parse<TransportProtocol>(protocol));
        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        await UntilAsync(() => stream.Snapshot().VideoFrames > 10, "ten pictures");

        Assert.True(host.Publishing.TryRestart(publisher.SessionId, TestPublisher.Offer(NewFragment), out string? answer, out string? refusal), refusal);
        Assert.True(host.Publishing.TryRestart(publisher.SessionId, $"a=ice-ufrag:{NewFragment}\r\na=ice-pwd:publisherPasswordpublisher\r\n", out string? same, out _));
        publisher.Restart(answer, NewFragment);

        Assert.Equal("", same);
        long before = stream.Snapshot().VideoFrames;
        await UntilAsync(() => stream.Snapshot().VideoFrames > before + 30, "a second of pictures");
        Assert.Null(publisher.End);
        Assert.Equal(1, publisher.FlowReports);
    }

    [Fact]
    public async Task RestartOfNobodysSession_IsRefusedInWords()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        Assert.False(host.Publishing.TryRestart("nobody", TestPublisher.Offer(NewFragment), out _, out string? refusal));
        Assert.Contains("no such media session", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JunkOverTcp_HarmsNobodyAndLeavesNoMemory()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = host.Publish("camera", TransportProtocol.Tcp);
        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");
        var random = new Random(7);
        byte[] junk = new byte[3000];
        for (int index = 0; index < 300; index++)
        {
            using var attacker = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            attacker.Connect(IPAddress.Loopback, publisher.GatewayPort);
            random.NextBytes(junk);
            junk[0] = (byte)(index % 8);
            try
            {
                attacker.Send(junk.AsSpan(0, random.Next(1, junk.Length)));
            }
            catch (SocketException)
            {
                // Closed already, because this address has too many connections.
            }
        }

        long before = stream.Snapshot().VideoFrames;
        await UntilAsync(() => stream.Snapshot().VideoFrames > before + 10, "the stream goes on");
        await UntilAsync(() => host.Buffers.Outstanding(BufferOwner.Datagram) <= 64 + 64 + 64, "little memory is held");
    }

    private static Task UntilAsync(Func<bool> condition, string what) => RtmpServerHost.UntilAsync(condition, what);
}
