using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using MediaGateway.Servers.Signaling;
using MediaGateway.Testing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Servers.Signaling;

/// <summary>Pages that send what is no message: they end alone, and the log stays readable.</summary>
public sealed class HostileMessageTests : SignalingHost
{
    private const string Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e";

    /// <summary>What a connection says, with its handshake or in its place.</summary>
    public static TheoryData<string> Sayings =>
    [
        "nonsense\u001e",
        "[]\u001e",
        "{\"protocol\":17}\u001e",
        "\u001e\u001e\u001e",
        Handshake + "nonsense\u001e",
        Handshake + "[]\u001e",
        Handshake + "{\"type\":\"one\"}\u001e",
        Handshake + "{\"type\":1e999}\u001e",
        Handshake + "{\"type\":1,\"target\":17,\"arguments\":[]}\u001e",
        Handshake + "{\"type\":1,\"target\":\"Play\",\"arguments\":{}}\u001e",
        Handshake + "{\"type\":1,\"target\":\"\\ud800\",\"arguments\":[{}]}\u001e",
        Handshake + "{\"type\":1,\"\\udc00\":1,\"target\":\"Play\",\"arguments\":[{\"streamName\":\"\\ud800\"}]}\u001e",
        Handshake + "{\"type\":1,\"target\":\"Play\",\"arguments\":" + new string('[', 10_000) + "\u001e",
        Handshake + "{\"type\":3,\"invocationId\":\"1\",\"result\":1}\u001e",
        Handshake + "{\"type\":7,\"error\":\"x\"}\u001e",
        Handshake + "{\"type\":99}\u001e",
        Handshake + new string('x', 200_000),
    ];

    [Theory]
    [MemberData(nameof(Sayings))]
    public async Task NoMessage_EndsItsConnectionAloneAndNothingIsLoggedAsAFailure(string saying)
    {
        await using HubClient other = await ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await SayAsync(saying);
        }

        Assert.NotNull(await other.CallAsync("Play", Offer("camera")));
        Assert.DoesNotContain(Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal)
            || line.StartsWith("Warning", StringComparison.Ordinal)
            || line.StartsWith("Critical", StringComparison.Ordinal));
        Assert.DoesNotContain(Log.Lines, line => line.Length > 1000);
    }

    [Fact]
    public void ManyOfThem_AreOneLineASecond()
    {
        var time = new ManualTimeProvider();
        using var log = new LogBook();
        using ILoggerFactory logging = LoggerFactory.Create(builder => builder.AddProvider(log));
        var protocol = new PageProtocol(Options.Create(new JsonHubProtocolOptions()), time, logging.CreateLogger<PageProtocol>());
        for (int i = 0; i < 5000; i++)
        {
            Exception thrown = Assert.Throws<InvalidDataException>(() => Parse(protocol));
            Assert.Equal(PageProtocol.Words, thrown.Message);
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(log.Lines.Count, 4, 6);
        Assert.All(log.Lines, line => Assert.DoesNotContain("type", line, StringComparison.Ordinal));
    }

    private static void Parse(PageProtocol protocol)
    {
        var input = new ReadOnlySequence<byte>("{\"type\":[}\u001e"u8.ToArray());
        protocol.TryParseMessage(ref input, null!, out _);
    }

    /// <summary>Says it, then calls what there is not; returns when the connection is closed from there, or the call is answered.</summary>
    private async Task SayAsync(string saying)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("User-Agent", "test browser");
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await socket.ConnectAsync(new Uri($"{App.Urls.First().Replace("http", "ws", StringComparison.Ordinal)}/signaling"), cancellation);
        byte[] buffer = new byte[16 * 1024];
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(saying), WebSocketMessageType.Text, true, cancellation);
            await socket.SendAsync("{\"type\":1,\"invocationId\":\"7\",\"target\":\"Dance\",\"arguments\":[]}\u001e"u8.ToArray(), WebSocketMessageType.Text, true, cancellation);
            string received = "";
            while (!received.Contains("\"invocationId\":\"7\"", StringComparison.Ordinal))
            {
                WebSocketReceiveResult result = await socket.ReceiveAsync(buffer, cancellation);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                received += Encoding.UTF8.GetString(buffer, 0, result.Count);
            }
        }
        catch (WebSocketException)
        {
            // Closed while it spoke.
        }
    }
}
