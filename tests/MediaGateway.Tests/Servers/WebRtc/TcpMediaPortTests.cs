using System.Net;
using System.Net.Sockets;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Servers.WebRtc;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.Tests.Servers.WebRtc;

public sealed class TcpMediaPortTests : IDisposable
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(3);

    private readonly TrackingBufferPool _pool = new();
    private readonly TcpMediaPort _port;
    private readonly Owner _owner = new();
    private readonly List<Socket> _clients = [];

    public TcpMediaPortTests() => _port = new TcpMediaPort(TcpMediaPort.Listen(IPAddress.Loopback, 0), _pool, new ResourceLedger());

    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        _port.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void DatagramsOfAConnection_ComeAndGoWithTheirLengths()
    {
        Socket client = Connect();
        client.Send([0, 3, 1, 2, 3, 0, 1, 9]);
        ServeUntil(() => _owner.Received.Count == 2);
        Assert.Equal([[1, 2, 3], [9]], _owner.Received.Select(datagram => datagram.Bytes));
        TransportPath path = _owner.Received[0].Path;
        Assert.Equal(new TransportPath(AddressOf(client.LocalEndPoint!), AddressOf(client.RemoteEndPoint!), TransportProtocol.Tcp), path);

        Send(path, [4, 5]);

        Assert.Equal([0, 2, 4, 5], Read(client, 4));
    }

    [Fact]
    public void ConnectionThatDoesNotProveItself_IsClosedAfterFiveSeconds()
    {
        Socket silent = Connect();
        Socket proven = Connect();
        proven.Send([0, 1, 1]);
        ServeUntil(() => _owner.Received.Count == 1 && _port.Count == 2);
        _port.Prove(_owner.Received[0].Path);

        Serve(Start + TcpMediaLimits.ProofTimeout - TimeSpan.FromSeconds(1));
        Assert.Equal(2, _port.Count);
        Serve(Start + TcpMediaLimits.ProofTimeout + TimeSpan.FromSeconds(1));

        Assert.Equal(1, _port.Count);
        Assert.Empty(Read(silent, 1));
        Assert.Empty(_owner.Lost);
        Serve(Start + TcpMediaLimits.IdleTimeout + TimeSpan.FromSeconds(1));
        Assert.Equal(0, _port.Count);
        Assert.Equal([_owner.Received[0].Path], _owner.Lost);
    }

    [Fact]
    public void DribbledFrame_DoesNotProveAnything()
    {
        Socket client = Connect();
        for (int second = 0; second < 5; second++)
        {
            client.Send([5]);
            Serve(Start + TimeSpan.FromSeconds(second));
        }

        Serve(Start + TcpMediaLimits.ProofTimeout + TimeSpan.FromSeconds(1));
        Assert.Equal(0, _port.Count);
        Assert.Empty(_owner.Received);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000")]
    [InlineData("\u007f\u007f")]
    public void OtherProtocol_IsClosedAtOnceByItsLength(string hello)
    {
        Socket client = Connect();
        client.Send([.. hello.Select(character => (byte)character)]);
        ServeUntil(() => _port.Count == 0);
        Assert.Empty(_owner.Received);
    }

    [Fact]
    public void DatagramThatIsNobodys_ClosesAConnectionThatHasNotProvedItself()
    {
        _owner.Takes = false;
        Socket client = Connect();
        client.Send([0, 1, 7]);
        ServeUntil(() => _owner.Received.Count == 1);
        Assert.Equal(0, _port.Count);
        Assert.Empty(_owner.Lost);
    }

    [Fact]
    public void ManyDatagramsWithoutProof_CloseTheConnection()
    {
        Socket client = Connect();
        for (int index = 0; index < 100; index++)
        {
            client.Send([0, 1, 7]);
        }

        ServeUntil(() => _owner.Received.Count > 0 && _port.Count == 0);
        Assert.Equal(TcpMediaLimits.MaximumUnprovenDatagrams, _owner.Received.Count);
    }

    [Fact]
    public void ConnectionsOfOneAddressWithoutProof_AreLimited()
    {
        for (int index = 0; index < TcpMediaLimits.MaximumUnprovenPerAddress + 5; index++)
        {
            Connect();
            Serve(Start);
        }

        ServeUntil(() => _port.Refused == 5);
        Assert.Equal(TcpMediaLimits.MaximumUnprovenPerAddress, _port.Count);

        // One that proves itself makes room.
        _clients[0].Send([0, 1, 1]);
        ServeUntil(() => _owner.Received.Count == 1);
        _port.Prove(_owner.Received[0].Path);
        Connect();
        ServeUntil(() => _port.Count == TcpMediaLimits.MaximumUnprovenPerAddress + 1);
    }

    [Fact]
    public void PeerThatTakesNothing_LosesWholePicturesFirstAndHoldsLittle()
    {
        Socket client = Connect();
        client.ReceiveBufferSize = 64 * 1024;
        client.Send([0, 1, 1]);
        ServeUntil(() => _owner.Received.Count == 1);
        TransportPath path = _owner.Received[0].Path;
        _port.Prove(path);
        byte[] picture = [0x80, 96, .. new byte[1198]];
        byte[] sound = [0x80, 111, .. new byte[98]];
        for (int index = 0; index < 5000; index++)
        {
            Send(path, picture);
        }

        Assert.InRange(_port.Dropped, 3000, 5000);
        Assert.Equal(1, _pool.Outstanding(BufferOwner.Datagram));
        long dropped = _port.Dropped;
        Send(path, sound);
        Assert.Equal(dropped, _port.Dropped);

        // Whatever was taken comes whole and in order, the sound last.
        int sent = 5000 - (int)dropped;
        byte[] all = [.. Drain(client, (sent * 1202) + 102)];
        for (int index = 0; index < sent; index++)
        {
            Assert.Equal([4, 0xB0, 0x80, 96], all[(index * 1202)..((index * 1202) + 4)]);
        }

        Assert.Equal([0, 100, 0x80, 111], all[(sent * 1202)..((sent * 1202) + 4)]);
        Assert.Equal(0, _pool.Outstanding(BufferOwner.Datagram));
    }

    [Fact]
    public void PeerThatHasGone_IsToldOfOnce()
    {
        Socket client = Connect();
        client.Send([0, 1, 1]);
        ServeUntil(() => _owner.Received.Count == 1);
        TransportPath path = _owner.Received[0].Path;
        _port.Prove(path);
        client.LingerState = new LingerOption(true, 0);
        client.Close();

        ServeUntil(() => _owner.Lost.Count == 1);
        Send(path, [1]);
        Assert.Equal(1, _port.Dropped);
        Assert.Equal([path], _owner.Lost);
    }

    [Fact]
    public void DatagramsBothWays_AllocateNothing()
    {
        using var port = new TcpMediaPort(TcpMediaPort.Listen(IPAddress.Loopback, 0), new BufferPool(), new ResourceLedger());
        var owner = new QuietOwner();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Loopback, port.Port);
        byte[] frame = [0, 2, 0x80, 96];
        byte[] back = new byte[64];
        client.Send(frame);
        while (owner.Path == default)
        {
            port.Serve(owner, Start);
        }

        port.Prove(owner.Path);
        var pool = new BufferPool();
        long allocated = Allocation.Of(200, () =>
        {
            int before = owner.Count;
            client.Send(frame);
            while (owner.Count == before)
            {
                port.Serve(owner, Start);
            }

            PooledBuffer buffer = pool.Rent(4, BufferOwner.Datagram);
            port.Send(new OutgoingDatagram(owner.Path, buffer, 4), owner);
            client.Receive(back);
        });
        Assert.Equal(0, allocated);
    }

    private static TransportAddress AddressOf(EndPoint endPoint) => TransportAddress.From((IPEndPoint)endPoint);

    private static byte[] Read(Socket client, int count)
    {
        byte[] buffer = new byte[count];
        client.ReceiveTimeout = 5000;
        int length = client.Receive(buffer);
        return buffer[..length];
    }

    private List<byte> Drain(Socket client, int count)
    {
        List<byte> all = [];
        byte[] buffer = new byte[64 * 1024];
        client.Blocking = false;
        using var patience = new CancellationTokenSource(Rtmp.RtmpServerHost.Patience);
        while (all.Count < count && !patience.IsCancellationRequested)
        {
            Serve(Start);
            int length = client.Receive(buffer, SocketFlags.None, out SocketError error);
            all.AddRange(error == SocketError.Success ? buffer[..length] : []);
        }

        Serve(Start);
        Assert.Equal(count, all.Count);
        return all;
    }

    private Socket Connect()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _clients.Add(client);
        client.Connect(IPAddress.Loopback, _port.Port);
        return client;
    }

    private void Send(TransportPath path, byte[] datagram)
    {
        PooledBuffer buffer = _pool.Rent(datagram.Length, BufferOwner.Datagram);
        datagram.CopyTo(buffer.Span);
        _port.Send(new OutgoingDatagram(path, buffer, datagram.Length), _owner);
    }

    private void Serve(TimeSpan now) => _port.Serve(_owner, now);

    private void ServeUntil(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Rtmp.RtmpServerHost.Patience);
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, "This does not happen.");
            Serve(Start);
            Thread.Yield();
        }
    }

    private sealed class Owner : ITcpMediaOwner
    {
        public List<(TransportPath Path, byte[] Bytes)> Received { get; } = [];

        public List<TransportPath> Lost { get; } = [];

        public bool Takes { get; set; } = true;

        public bool Receive(in IncomingDatagram datagram)
        {
            Received.Add((datagram.Path, datagram.Buffer.Span[..datagram.Length].ToArray()));
            datagram.Buffer.Dispose();
            return Takes;
        }

        void ITcpMediaOwner.Lost(in TransportPath path) => Lost.Add(path);
    }

    private sealed class QuietOwner : ITcpMediaOwner
    {
        public TransportPath Path { get; private set; }

        public int Count { get; private set; }

        public bool Receive(in IncomingDatagram datagram)
        {
            Path = datagram.Path;
            Count++;
            datagram.Buffer.Dispose();
            return true;
        }

        public void Lost(in TransportPath path)
        {
        }
    }
}
