using System.Net;
using System.Net.Sockets;

namespace MediaGateway.EndToEndTests.Network;

/// <summary>Requests that a stranger sends over a few connections, one after the other without waiting for answers. One thread's.</summary>
internal sealed class HttpFlood(int port) : IDisposable
{
    private const int Connections = 8;

    private static readonly byte[] Request = [..
        "POST /whip/flood HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/sdp\r\nContent-Length: 6\r\n\r\nv=junk"u8];

    private static readonly byte[] Status = [.. "HTTP/1.1 "u8];

    private readonly Socket?[] _sockets = new Socket?[Connections];
    private readonly byte[] _buffer = new byte[256 * 1024];

    /// <summary>Answers so far that refuse what was asked for.</summary>
    public int Refusals { get; private set; }

    /// <summary>All other answers so far.</summary>
    public int Others { get; private set; }

    /// <summary>Sends one more, unless the connection whose turn it is takes nothing.</summary>
    public void Send(int number)
    {
        ref Socket? socket = ref _sockets[number % Connections];
        try
        {
            socket ??= Connect();
            while (socket.Available > 0)
            {
                Count(_buffer.AsSpan(0, socket.Receive(_buffer)));
            }

            socket.Send(Request);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // It has not answered yet what it was sent before.
        }
        catch (SocketException)
        {
            socket?.Dispose(); // Closed; the next time a new one.
            socket = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_sockets, static socket => socket?.Dispose());

    // An answer that two pieces share is not counted.
    private void Count(ReadOnlySpan<byte> answers)
    {
        for (; answers.IndexOf(Status) is >= 0 and var at && at + Status.Length < answers.Length; answers = answers[(at + Status.Length)..])
        {
            bool isRefusal = answers[at + Status.Length] == '4'; // RFC 9110 15.5: the client's fault.
            (Refusals, Others) = isRefusal ? (Refusals + 1, Others) : (Refusals, Others + 1);
        }
    }

    private Socket Connect()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(Flood.StrangersAddress), 0));
        socket.Connect(IPAddress.Loopback, port);
        socket.Blocking = false;
        return socket;
    }
}
