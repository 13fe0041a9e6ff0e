using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>A <see cref="TestViewer"/> on a real UDP socket and the real clock, with a thread of its own until it is disposed.</summary>
internal sealed class LoopbackViewer(string sessionId, bool sendsRtcp = true) : IPeerObserver, IDisposable
{
    private readonly Lock _lock = new();
    private readonly TestViewer _viewer = new() { SendsRtcp = sendsRtcp };
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly List<string> _heard = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private Thread? _thread;
    private volatile bool _isStopping;
    private volatile LoopbackPublisher.Ending? _ending;
    private long _newestMediaAt;

    public string SessionId => sessionId;

    public LoopbackPublisher.Ending? End => _ending;

    public int GatewayPort { get; private set; }

    /// <summary>Where its media goes.</summary>
    public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Whether checks are sent; a browser that is gone sends none.</summary>
    public bool SendsChecks
    {
        set => Use(viewer => viewer.SendsChecks = value);
    }

    public IReadOnlyList<TakenFrame> Pictures => Use(viewer => viewer.Pictures);

    public int Sounds => Use(viewer => viewer.Frames.Count - viewer.Pictures.Count);

    public bool HasGoodbye => Use(viewer => viewer.HasGoodbye);

    public bool IsConnected => Use(viewer => viewer.IsConnected);

    /// <summary>Since when nothing that is encrypted has come.</summary>
    public TimeSpan SinceMedia => Now - TimeSpan.FromTicks(Interlocked.Read(ref _newestMediaAt));

    /// <summary>What the session has said of itself, in order: <c>flows</c>, <c>data</c>, <c>Waiting+</c>, <c>Waiting-</c> and the like.</summary>
    public IReadOnlyList<string> Heard
    {
        get
        {
            lock (_heard)
            {
                return [.. _heard];
            }
        }
    }

    /// <summary>The words of the newest notice.</summary>
    public string? Words { get; private set; }

    private TimeSpan Now => Stopwatch.GetElapsedTime(_start);

    public void Start(string answer)
    {
        string line = answer.Split('\n').First(candidate => candidate.StartsWith("a=candidate:", StringComparison.Ordinal));
        GatewayPort = int.Parse(line.Split(' ')[5], null);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Connect(IPAddress.Loopback, GatewayPort);
        var path = new TransportPath(TransportAddress.From(Address), TransportAddress.From((IPEndPoint)_socket.RemoteEndPoint!));
        Use(viewer => viewer.Start(answer, path, Now));
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public void RequestKeyframe() => Use(viewer => viewer.RequestKeyframe(Now));

    public void SendRtcp(byte[] compound) => Use(viewer => viewer.SendRtcp(compound));

    /// <summary>Sends whatever it is from the viewer's own address.</summary>
    public void SendRaw(byte[] datagram) => _socket.Send(datagram);

    public void MediaFlows(string mediaSessionId) => Hear("flows");

    public void DataArrived(string mediaSessionId, ReadOnlyMemory<byte> message) => Hear("data");

    public void Noticed(string mediaSessionId, PeerNotice notice, string? text)
    {
        Hear(text is null ? $"{notice}-" : $"{notice}+");
        Words = text ?? Words;
    }

    public void Ended(string mediaSessionId, SessionEndReason reason, string detail) =>
        _ending = new LoopbackPublisher.Ending(reason, detail);

    public void Dispose()
    {
        _isStopping = true;
        _thread?.Join();
        _socket.Dispose();
        _viewer.Dispose();
    }

    private void Hear(string what)
    {
        lock (_heard)
        {
            _heard.Add(what);
        }
    }

    private void Use(Action<TestViewer> action)
    {
        lock (_lock)
        {
            action(_viewer);
        }
    }

    private T Use<T>(Func<TestViewer, T> read)
    {
        lock (_lock)
        {
            return read(_viewer);
        }
    }

    private void Run()
    {
        byte[] buffer = new byte[2048];
        while (!_isStopping)
        {
            lock (_lock)
            {
                _viewer.Advance(Now);
                foreach ((_, byte[] datagram) in _viewer.TakeAll())
                {
                    Try(() => _socket.Send(datagram));
                }
            }

            while (_socket.Poll(TimeSpan.FromMilliseconds(2), SelectMode.SelectRead) && !_isStopping)
            {
                Try(() => Receive(buffer));
            }
        }
    }

    private void Receive(byte[] buffer)
    {
        int length = _socket.Receive(buffer);
        if (length > 0 && buffer[0] >= 128)
        {
            Interlocked.Exchange(ref _newestMediaAt, Now.Ticks);
        }

        lock (_lock)
        {
            _viewer.Receive(buffer.AsSpan(0, length), Now);
        }
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (SocketException)
        {
            // The gateway's port is closed: a viewer in the void, as a browser would be.
        }
    }
}
