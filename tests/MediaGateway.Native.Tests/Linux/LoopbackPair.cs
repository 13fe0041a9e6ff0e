using System.Net;
using System.Net.Sockets;

namespace MediaGateway.Native.Tests.Linux;

/// <summary>Two ends of one TCP connection over loopback.</summary>
internal static class LoopbackPair
{
    public static (Socket Near, Socket Far) Connect()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        near.Connect(listener.LocalEndPoint!);
        Socket far = listener.Accept();
        far.ReceiveTimeout = 5000;
        return (near, far);
    }
}
