using System.Net;
using System.Net.Sockets;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>What floods of strangers cost the process as a whole; that sessions go on meanwhile is shown by tests of the server itself.</summary>
[Trait(LongRun.Trait, LongRun.Full)]
[Collection(Lane.Alone)]
public sealed class FloodTests
{
    private const int Ports = 10_000;
    private const int DatagramsPerPort = 10;
    private const int PortsAtOnce = 500;

    /// <summary>A ClientHello of DTLS 1.2 (RFC 6347 4.2.1) with one cipher suite.</summary>
    private static readonly byte[] Hello =
    [
        22, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 54,
        1, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0, 42,
        0xFE, 0xFD, .. new byte[32], 0, 0, 0, 2, 0xC0, 0x2B, 1, 0,
    ];

    [Fact]
    public async Task HundredThousandClientHellosWithoutIce_GetNoAnswerAndTakeNoMemory()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        IPEndPoint target = new(IPAddress.Loopback, gateway.WebRtcPort);

        // The first flood has the program's code compiled, which takes memory once.
        int answered = await FloodAsync(target);
        long before = gateway.ResidentBytes;
        answered += await FloodAsync(target);
        double megabytes = (gateway.ResidentBytes - before) / 1e6;

        Measurements.Note($"100,000 ClientHellos from 10,000 ports without ICE: {answered} answers, memory {megabytes:+0.0;-0.0} MB");
        Assert.Equal(0, answered);
        Assert.InRange(megabytes, double.MinValue, Limits.Time(1));
    }

    /// <summary>Sends and returns how many of the ports have got an answer.</summary>
    private static async Task<int> FloodAsync(IPEndPoint target)
    {
        int answered = 0;
        for (int ports = 0; ports < Ports; ports += PortsAtOnce)
        {
            Socket[] sockets = [.. Enumerable.Range(0, PortsAtOnce).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))];
            for (int index = 0; index < PortsAtOnce * DatagramsPerPort; index++)
            {
                sockets[index % PortsAtOnce].SendTo(Hello, target);
                if (index % 100 == 99)
                {
                    await Task.Delay(1); // The kernel's buffer holds a few hundred.
                }
            }

            answered += sockets.Count(socket => socket.Available > 0);
            Array.ForEach(sockets, socket => socket.Dispose());
        }

        return answered;
    }
}
