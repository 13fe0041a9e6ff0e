using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MediaGateway.EndToEndTests.Network;

/// <summary>
/// A UDP relay of the loopback interface that stands in for a network: clients send to <see cref="Port"/>, and the relay passes on to
/// <see cref="Target"/> from one socket per client, as a router with address translation does; both directions have conditions of their
/// own. Let the gateway name the relay's port (<c>WebRtc__AdvertisedPort</c>), start it, then set the target:
/// <code>
/// using UdpRelay relay = new();
/// await using GatewayProcess gateway = await GatewayProcess.StartAsync(relay.Settings);
/// relay.Target = new IPEndPoint(IPAddress.Loopback, gateway.WebRtcPort);
/// relay.Up.Conditions = new LinkConditions { BitsPerSecond = 300_000, Queue = TimeSpan.FromSeconds(2) };
/// </code>
/// </summary>
internal sealed class UdpRelay : IDisposable
{
    private const int MaximumFlows = 64;
    private const int SocketBufferBytes = 4 * 1024 * 1024;
    private const int LargestDatagram = 65_536;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly Socket _front;
    private readonly List<Flow> _flows = [];
    private readonly List<Socket> _readable = [];
    private readonly byte[] _buffer = new byte[LargestDatagram];
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Thread _thread;
    private volatile IPEndPoint? _target;
    private volatile bool _changesAddress;
    private volatile bool _isStopping;

    /// <summary>Starts a relay on a free port. Nothing passes before there is a target.</summary>
    /// <param name="seed">Of the links' randomness.</param>
    public UdpRelay(int seed = 1)
    {
        Up = new ImpairedLink(seed);
        Down = new ImpairedLink(seed + 1);
        _front = Open();
        Port = ((IPEndPoint)_front.LocalEndPoint!).Port; // not null: it is bound
        _thread = new Thread(Run) { Name = "udp-relay", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The UDP port that clients send to.</summary>
    public int Port { get; }

    /// <summary>Where the clients' datagrams go.</summary>
    public IPEndPoint? Target
    {
        get => _target;
        set => _target = value;
    }

    /// <summary>The link from the clients to the target.</summary>
    public ImpairedLink Up { get; }

    /// <summary>The link from the target to the clients.</summary>
    public ImpairedLink Down { get; }

    /// <summary>The settings with which a gateway names this relay to its clients.</summary>
    public Dictionary<string, string?> Settings => new()
    {
        ["WebRtc__AdvertisedPort"] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>Sets both directions.</summary>
    public void SetBoth(LinkConditions conditions)
    {
        Up.Conditions = conditions;
        Down.Conditions = conditions;
    }

    /// <summary>
    /// Gives every client a new address towards the target, as a router does that was started again: what the target still sends to the
    /// old ones is lost.
    /// </summary>
    public void ChangeAddress() => _changesAddress = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        _isStopping = true;
        _thread.Join();
        _front.Dispose();
        foreach (Flow flow in _flows)
        {
            flow.Socket.Dispose();
        }
    }

    private static Socket Open()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            Blocking = false,
            ReceiveBufferSize = SocketBufferBytes,
            SendBufferSize = SocketBufferBytes,
        };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private void Run()
    {
        while (!_isStopping)
        {
            if (_changesAddress)
            {
                _changesAddress = false;
                _flows.ForEach(flow => flow.Renew());
            }

            WaitForSockets();
            ReadFront();
            foreach (Flow flow in _flows)
            {
                ReadFlow(flow);
            }

            Deliver();
        }
    }

    private TimeSpan Now => Stopwatch.GetElapsedTime(_start);

    private void WaitForSockets()
    {
        TimeSpan next = Up.NextDeadline < Down.NextDeadline ? Up.NextDeadline : Down.NextDeadline;
        TimeSpan wait = next == TimeSpan.MaxValue ? LongestWait : next - Now;
        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        wait = wait > LongestWait ? LongestWait : wait < ShortestWait ? ShortestWait : wait;
        _readable.Clear();
        _readable.Add(_front);
        _readable.AddRange(_flows.Select(flow => flow.Socket));
        Socket.Select(_readable, null, null, wait);
    }

    private void ReadFront()
    {
        EndPoint sender = new IPEndPoint(IPAddress.Any, 0);
        while (TryReceive(_front, ref sender, out byte[] payload))
        {
            if (FlowOf((IPEndPoint)sender) is { } flow)
            {
                Up.Enter(new LinkDatagram(payload, flow.Index), Now);
            }
        }
    }

    private void ReadFlow(Flow flow)
    {
        EndPoint sender = new IPEndPoint(IPAddress.Any, 0);
        while (TryReceive(flow.Socket, ref sender, out byte[] payload))
        {
            Down.Enter(new LinkDatagram(payload, flow.Index), Now);
        }
    }

    private void Deliver()
    {
        while (Up.TryLeave(Now, out LinkDatagram datagram))
        {
            if (_target is { } target)
            {
                Send(_flows[datagram.Flow].Socket, datagram.Payload, target);
            }
        }

        while (Down.TryLeave(Now, out LinkDatagram datagram))
        {
            Send(_front, datagram.Payload, _flows[datagram.Flow].Client);
        }
    }

    /// <summary>The flow of a client; null when there are too many.</summary>
    private Flow? FlowOf(IPEndPoint client)
    {
        Flow? flow = _flows.Find(flow => flow.Client.Equals(client));
        if (flow is null && _flows.Count < MaximumFlows)
        {
            flow = new Flow(_flows.Count, client);
            _flows.Add(flow);
        }

        return flow;
    }

    private bool TryReceive(Socket socket, ref EndPoint sender, out byte[] payload)
    {
        try
        {
            int length = socket.ReceiveFrom(_buffer, ref sender);
            payload = _buffer[..length];
            return true;
        }
        catch (SocketException)
        {
            // Nothing there, or a port that was closed: a network says neither.
            payload = [];
            return false;
        }
    }

    private static void Send(Socket socket, byte[] payload, IPEndPoint destination)
    {
        try
        {
            socket.SendTo(payload, destination);
        }
        catch (SocketException)
        {
            // A full buffer or a closed port: the datagram is lost.
        }
    }

    /// <summary>One client and the socket that stands for it towards the target.</summary>
    private sealed class Flow(int index, IPEndPoint client)
    {
        public int Index { get; } = index;

        public IPEndPoint Client { get; } = client;

        public Socket Socket { get; private set; } = Open();

        public void Renew()
        {
            // The new one first, so that it cannot get the old one's port.
            Socket old = Socket;
            Socket = Open();
            old.Dispose();
        }
    }
}
