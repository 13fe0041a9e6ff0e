using System.Net;
using System.Net.Sockets;
using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Stun;

namespace MediaGateway.Tests.Connectivity;

/// <summary>A STUN server on a loopback port that says what the test wants.</summary>
internal sealed class TestStunServer : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;
    private int _requests;

    public TestStunServer()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _run = RunAsync();
    }

    /// <summary>Its address as a setting.</summary>
    public string Name => $"127.0.0.1:{EndPoint.Port}";

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!; // Bound above.

    /// <summary>The address that it sees.</summary>
    public IPAddress Seen { get; set; } = IPAddress.Parse("203.0.113.7");

    /// <summary>Requests that it leaves without an answer.</summary>
    public int Ignores { get; set; }

    /// <summary>Whether it answers something else first: of another transaction, an error, and junk.</summary>
    public bool SaysNonsenseFirst { get; set; }

    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _socket.Dispose();
        _stop.Dispose();
    }

    private static byte[] Answer(StunMessageType type, ReadOnlySpan<byte> transactionId, IPAddress seen)
    {
        byte[] bytes = new byte[128];
        var writer = new StunMessageWriter(bytes, type, transactionId);
        writer.WriteXorMappedAddress(TransportAddress.From(new IPEndPoint(seen, 50_000)));
        return bytes[..writer.Length];
    }

    private async Task RunAsync()
    {
        byte[] request = new byte[1500];
        try
        {
            while (true)
            {
                SocketReceiveFromResult from = await _socket.ReceiveFromAsync(request, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                if (Interlocked.Increment(ref _requests) <= Ignores)
                {
                    continue;
                }

                byte[] transactionId = request[8..20];
                if (SaysNonsenseFirst)
                {
                    var liar = IPAddress.Parse("198.51.100.66");
                    await _socket.SendToAsync(Answer(StunMessageType.BindingSuccess, new byte[12], liar), from.RemoteEndPoint, _stop.Token);
                    await _socket.SendToAsync(Answer(StunMessageType.BindingError, transactionId, liar), from.RemoteEndPoint, _stop.Token);
                    await _socket.SendToAsync(Answer(StunMessageType.BindingSuccess, transactionId, IPAddress.Any), from.RemoteEndPoint, _stop.Token);
                    await _socket.SendToAsync(new byte[] { 1, 2, 3 }, from.RemoteEndPoint, _stop.Token);
                }

                await _socket.SendToAsync(Answer(StunMessageType.BindingSuccess, transactionId, Seen), from.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
