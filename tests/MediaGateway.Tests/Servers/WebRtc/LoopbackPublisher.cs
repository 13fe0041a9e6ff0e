using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>A <see cref="TestPublisher"/> on a real UDP or TCP socket and the real clock, with a thread of its own until it is disposed.</summary>
internal sealed class LoopbackPublisher(string sessionId, TransportProtocol protocol = TransportProtocol.Udp, IPAddress? address = null) : IPeerObserver, IDisposable
{
    private readonly TestPublisher _publisher = new();
    private readonly IPAddress _address = address ?? IPAddress.Loopback;
    private readonly byte[] _stream = new byte[64 * 1024];
    private Socket _socket = SocketFor(protocol, address ?? IPAddress.Loopback);
    private Thread? _thread;
    private int _streamBytes;
    private volatile bool _wantsReconnect;
    private volatile RestartRequest? _restart;
    private volatile bool _isStopping;
    private int _flowing;
    private volatile Ending? _ending;

    public string SessionId => sessionId;

    public string Offer { get; private init; } = TestPublisher.Offer();

    /// <summary>A publisher that has VP8 only, and sends a clip over and over.</summary>
    public static LoopbackPublisher OfVp8(string sessionId, Vp8Clip clip)
    {
        var publisher = new LoopbackPublisher(sessionId) { Offer = TestPublisher.OfferVp8() };
        publisher.Clip = clip;
        return publisher;
    }

    /// <summary>What it sends from the next keyframe on.</summary>
    public Vp8Clip? Clip
    {
        set
        {
            lock (_publisher)
            {
                _publisher.Clip = value;
            }
        }
    }

    /// <summary>Keyframes asked of it.</summary>
    public int KeyframeRequests => _publisher.KeyframeRequests;

    /// <summary>Whether the ClientHello is held back.</summary>
    public bool DelaysDtls
    {
        get => _publisher.DelaysDtls;
        set => _publisher.DelaysDtls = value;
    }

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
        Connect();
        _publisher.Start(answer, new TransportPath(Address(_socket.LocalEndPoint!), Address(_socket.RemoteEndPoint!), protocol), TimeSpan.Zero);
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Goes on from another port, as a NAT makes it; over TCP by another connection.</summary>
    public void Reconnect() => _wantsReconnect = true;

    /// <summary>Restarts ICE with the answer to an offer that has this fragment, and goes on from another port.</summary>
    public void Restart(string answer, string usernameFragment) => _restart = new RestartRequest(answer, usernameFragment);

    public void MediaFlows(string mediaSessionId) => Interlocked.Increment(ref _flowing);

    public void Ended(string mediaSessionId, SessionEndReason reason, string detail) => _ending = new Ending(reason, detail);

    public void Dispose()
    {
        _isStopping = true;
        _thread?.Join();
        _socket.Dispose();
        _publisher.Dispose();
    }

    private static Socket SocketFor(TransportProtocol protocol, IPAddress address) => protocol == TransportProtocol.Udp
        ? new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private void Connect()
    {
        _socket.Bind(new IPEndPoint(_address, 0));
        _socket.Connect(_address, GatewayPort);
    }

    private void ConnectAgain(TimeSpan now)
    {
        _socket.Dispose();
        _streamBytes = 0;
        _socket = SocketFor(protocol, _address);
        Connect();
        _publisher.Move(Address(_socket.LocalEndPoint!), now);
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
            if (_restart is { } restart)
            {
                _restart = null;
                _publisher.Restart(restart.Answer, restart.UsernameFragment, now);
                ConnectAgain(now);
            }
            else if (_wantsReconnect)
            {
                _wantsReconnect = false;
                ConnectAgain(now);
            }

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
            if (protocol == TransportProtocol.Udp)
            {
                int length = _socket.Receive(buffer);
                _publisher.Receive(buffer.AsSpan(0, length), now);
                return;
            }

            _streamBytes += _socket.Receive(_stream, _streamBytes, _stream.Length - _streamBytes, SocketFlags.None);
            while (_streamBytes >= 2 && _streamBytes >= 2 + FrameLength)
            {
                int used = 2 + FrameLength;
                _publisher.Receive(_stream.AsSpan(2, FrameLength), now);
                _stream.AsSpan(used, _streamBytes - used).CopyTo(_stream);
                _streamBytes -= used;
            }
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
            _socket.Send(protocol == TransportProtocol.Udp ? datagram : [(byte)(datagram.Length >> 8), (byte)(datagram.Length & 0xFF), .. datagram]);
        }
        catch (SocketException)
        {
            // As above.
        }
    }

    private int FrameLength => (_stream[0] << 8) | _stream[1];

    private sealed record RestartRequest(string Answer, string UsernameFragment);

    internal sealed record Ending(SessionEndReason Reason, string Detail);
}
