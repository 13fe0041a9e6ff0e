using System.Net;
using System.Net.Sockets;

namespace MediaGateway.EndToEndTests.Tools;

/// <summary>
/// Ports of the loopback interface that nobody uses at the moment, each given out once. They lie below the range from which systems take
/// the ports of outgoing connections: no browser or player can take one between the question and the use.
/// </summary>
internal static class FreePort
{
    private const int First = 20_000;
    private const int Count = 12_000;
    private static int _drawn = Random.Shared.Next(Count);

    /// <summary>A port that is free for TCP.</summary>
    public static int Tcp() => Draw(SocketType.Stream);

    /// <summary>A port that is free for UDP.</summary>
    public static int Udp() => Draw(SocketType.Dgram);

    /// <summary>A port that is free for UDP and for TCP.</summary>
    public static int UdpAndTcp() => Draw(SocketType.Dgram, SocketType.Stream);

    private static int Draw(params ReadOnlySpan<SocketType> types)
    {
        for (int attempt = 0; attempt < Count; attempt++)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref _drawn) % Count);
            if (IsFree(port, types))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port from {First} to {First + Count - 1} is free.");
    }

    private static bool IsFree(int port, ReadOnlySpan<SocketType> types)
    {
        foreach (SocketType type in types)
        {
            try
            {
                using Socket socket = new(AddressFamily.InterNetwork, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            }
            catch (SocketException)
            {
                return false;
            }
        }

        return true;
    }
}
