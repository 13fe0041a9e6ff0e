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

    private static int Ask(SocketType type, ProtocolType protocol)
    {
        using Socket socket = new(AddressFamily.InterNetwork, type, protocol);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
