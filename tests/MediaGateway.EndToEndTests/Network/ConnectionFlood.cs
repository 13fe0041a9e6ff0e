using System.Net;
using System.Net.Sockets;

namespace MediaGateway.EndToEndTests.Network;

/// <summary>Connections that a stranger opens: the newest of them stay, the others are reset. One thread's.</summary>
/// <param name="port">The gateway's.</param>
/// <param name="kept">How many stay.</param>
/// <param name="first">What each sends once it is there.</param>
/// <param name="waits">Whether each is waited for until it has come about.</param>
internal sealed class ConnectionFlood(int port, int kept, byte[] first, bool waits = false) : IDisposable
{
    private static readonly LingerOption Reset = new(enable: true, seconds: 0);

    private readonly Queue<Socket> _sockets = new();

    /// <summary>Connections that came about before they were reset.</summary>
    public int Connected { get; private set; }

    /// <summary>Those that are open, as far as anybody can tell who reads nothing.</summary>
    public int CountOpen() => _sockets.Count(static socket => !IsClosed(socket));

    /// <summary>Opens one more.</summary>
    public void Open()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = waits, LingerState = Reset };
        socket.Bind(new IPEndPoint(IPAddress.Parse(Flood.StrangersAddress), 0));
        try
        {
            socket.Connect(IPAddress.Loopback, port);
        }
        catch (SocketException)
        {
            // It goes on by itself, or was turned away.
        }

        try
        {
            socket.Send(first);
        }
        catch (SocketException)
        {
            // Not there at once, or closed already.
        }

        _sockets.Enqueue(socket);
        if (_sockets.Count > kept)
        {
            using Socket oldest = _sockets.Dequeue();
            Connected += oldest.Poll(0, SelectMode.SelectWrite) ? 1 : 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_sockets.TryDequeue(out Socket? socket))
        {
            socket.Dispose();
        }
    }

    private static bool IsClosed(Socket socket)
    {
        try
        {
            return !socket.Connected || (socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0);
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
