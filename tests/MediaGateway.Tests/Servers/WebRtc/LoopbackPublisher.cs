using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>A <see cref="TestPublisher"/> on a real UDP socket and the real clock, with a thread of its own until it is disposed.</summary>
internal sealed class LoopbackPublisher(string sessionId) : IPeerObserver, IDisposable
{
    private readonly TestPublisher _publisher = new();
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private Thread? _thread;
    private volatile bool _isStopping;
    private int _flowing;
    private volatile Ending? _ending;

    public string SessionId => sessionId;

    public string Offer { get; } = TestPublisher.Offer();

    public bool MediaHasFlowed => Volatile.Read(ref _flowing) > 0;

    public int FlowReports => Volatile.Read(ref _flowing);

    public Ending? End => _ending;

    /// <summary>The access units sent so far.</summary>
    public IReadOnlyList<byte[]> AccessUnits
    {
        get
        {
            lock (_publisher)
            {
                return [.. _publisher.AccessUnits];
            }
        }
    }

    public bool HasGoodbye => _publisher.IsClosedByPeer;

    public int GatewayPort { get; private set; }

    public void Start(string answer)
    {
        GatewayPort = PortOf(answer);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Connect(IPAddress.Loopback, GatewayPort);
        var path = new TransportPath(Address(_socket.LocalEndPoint!), Address(_socket.RemoteEndPoint!));
        _publisher.Start(answer, path, TimeSpan.Zero);
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public void MediaFlows(string mediaSessionId) => Interlocked.Increment(ref _flowing);

    public void Ended(string mediaSessionId, SessionEndReason reason, string detail) => _ending = new Ending(reason, detail);

    public void Dispose()
    {
        _isStopping = true;
        _thread?.Join();
        _socket.Dispose();
        _publisher.Dispose();
    }

    private static TransportAddress Address(EndPoint endPoint) => TransportAddress.From((IPEndPoint)endPoint);

    private static int PortOf(string answer)
    {
        string line = answer.Split('\n').First(candidate => candidate.StartsWith("a=candidate:", StringComparison.Ordinal));
        return int.Parse(line.Split(' ')[5], null);
    }

    private void Run()
    {
        long start = Stopwatch.GetTimestamp();
        byte[] buffer = new byte[2048];
        while (!_isStopping)
        {
            TimeSpan now = Stopwatch.GetElapsedTime(start);
            lock (_publisher)
            {
                _publisher.Advance(now);
                foreach ((_, byte[] datagram) in _publisher.TakeAll())
                {
                    TrySend(datagram);
                }
            }

            if (_socket.Poll(TimeSpan.FromMilliseconds(5), SelectMode.SelectRead))
            {
                Receive(buffer, Stopwatch.GetElapsedTime(start));
            }
        }
    }

    private void Receive(byte[] buffer, TimeSpan now)
    {
        try
        {
            int length = _socket.Receive(buffer);
            _publisher.Receive(buffer.AsSpan(0, length), now);
        }
        catch (SocketException)
        {
            // The gateway's port is closed: the publisher talks into the void, as a browser would.
        }
    }

    private void TrySend(byte[] datagram)
    {
        try
        {
            _socket.Send(datagram);
        }
        catch (SocketException)
        {
            // As above.
        }
    }

    internal sealed record Ending(SessionEndReason Reason, string Detail);
}
