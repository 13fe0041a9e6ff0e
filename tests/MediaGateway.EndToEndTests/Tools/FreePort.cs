using System.Net;
using System.Net.Sockets;

namespace MediaGateway.EndToEndTests.Tools;

/// <summary>Ports of the loopback interface that nobody uses at the moment.</summary>
internal static class FreePort
{
    /// <summary>A free TCP port.</summary>
    public static int Tcp() => Ask(SocketType.Stream, ProtocolType.Tcp);

    /// <summary>A free UDP port.</summary>
    public static int Udp() => Ask(SocketType.Dgram, ProtocolType.Udp);

    /// <summary>A port that is free for UDP and for TCP.</summary>
    public static int UdpAndTcp()
    {
        while (true)
        {
            int port = Udp();
            try
            {
                using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it for TCP.
            }
        }
    }

    private static int Ask(SocketType type, ProtocolType protocol)
    {
        using Socket socket = new(AddressFamily.InterNetwork, type, protocol);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
