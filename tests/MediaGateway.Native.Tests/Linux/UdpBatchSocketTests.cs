using System.Net;
using System.Net.Sockets;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Linux;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.Native.Tests.Linux;

public sealed class UdpBatchSocketTests
{
    private static readonly TimeSpan Now = TimeSpan.FromHours(5);

    [Theory]
    [InlineData(null, "127.0.0.1")]
    [InlineData(null, "127.0.0.2")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.3")]
    public void DatagramToOneOfManyAddresses_IsAnsweredFromThatAddress(string? bound, string reached)
    {
        using var pool = new TrackingBufferPool();
        using var socket = new UdpBatchSocket(new UdpSocketOptions { Address = bound is null ? null : IPAddress.Parse(bound) }, pool);
        using Socket peer = NewPeer("127.0.0.9");
        peer.SendTo("hello"u8, new IPEndPoint(IPAddress.Parse(reached), socket.Port));

        IncomingDatagram[] received = new IncomingDatagram[4];
        int count = ReceiveOne(socket, received);

        Assert.Equal(1, count);
        Assert.Equal("hello"u8, received[0].Buffer.Span[..received[0].Length]);
        Assert.Equal(peer.LocalEndPoint, received[0].Path.Remote.ToIPEndPoint());
        Assert.Equal(new IPEndPoint(IPAddress.Parse(reached), socket.Port), received[0].Path.Local.ToIPEndPoint());

        Assert.Equal(1, socket.Send([new OutgoingDatagram(received[0].Path, received[0].Buffer, received[0].Length)]));
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        byte[] answer = new byte[100];
        Assert.Equal(5, peer.ReceiveFrom(answer, ref from));
        Assert.Equal(new IPEndPoint(IPAddress.Parse(reached), socket.Port), from);
        Assert.Equal(0, socket.DroppedOnSend);
    }

    [Fact]
    public void DualStackSocket_AlsoServesIPv6()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "Left out: this machine has no IPv6.");
        using var pool = new TrackingBufferPool();
        using var socket = new UdpBatchSocket(new UdpSocketOptions(), pool);
        Assert.SkipUnless(socket.IsIPv6Socket, "Left out: IPv6 is switched off on this machine.");
        using var peer = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        peer.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        peer.SendTo("six"u8, new IPEndPoint(IPAddress.IPv6Loopback, socket.Port));

        IncomingDatagram[] received = new IncomingDatagram[1];
        Assert.Equal(1, ReceiveOne(socket, received));
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, socket.Port), received[0].Path.Local.ToIPEndPoint());
        Assert.Equal(1, socket.Send([new OutgoingDatagram(received[0].Path, received[0].Buffer, 3)]));
        Assert.Equal(3, peer.Receive(new byte[100]));
    }

    [Fact]
    public void ManyDatagrams_ArriveWholeAndInOrderOverSeveralBatches()
    {
        using var pool = new TrackingBufferPool();
        using var socket = new UdpBatchSocket(new UdpSocketOptions { Address = IPAddress.Loopback }, pool);
        using Socket peer = NewPeer("127.0.0.1");
        for (int index = 0; index < 150; index++)
        {
            peer.SendTo(Enumerable.Repeat((byte)index, 1 + (index * 8)).ToArray(), new IPEndPoint(IPAddress.Loopback, socket.Port));
        }

        IncomingDatagram[] received = new IncomingDatagram[UdpBatchSocket.BatchSize];
        List<int> batches = [];
        int next = 0;
        while (next < 150)
        {
            int count = ReceiveOne(socket, received);
            batches.Add(count);
            for (int index = 0; index < count; index++, next++)
            {
                Assert.Equal(1 + (next * 8), received[index].Length);
                Assert.Equal(-1, received[index].Buffer.Span[..received[index].Length].IndexOfAnyExcept((byte)next));
                received[index].Buffer.Dispose();
            }
        }

        Assert.Equal([64, 64, 22], batches);
        Assert.Equal(0, socket.Receive(received, Now));
    }

    [Fact]
    public void KernelsReceiveTime_IsGivenAsGatewayTime()
    {
        using var pool = new TrackingBufferPool();
        using var socket = new UdpBatchSocket(new UdpSocketOptions { Address = IPAddress.Loopback }, pool);
        using Socket peer = NewPeer("127.0.0.1");
        peer.SendTo("x"u8, new IPEndPoint(IPAddress.Loopback, socket.Port));
        using var poller = new Poller(socket.Handle);
        poller.Wait(TimeSpan.FromSeconds(5));
        using var nothing = new EventFd();
        using var pause = new Poller(nothing.Handle);
        pause.Wait(TimeSpan.FromMilliseconds(30));

        IncomingDatagram[] received = new IncomingDatagram[1];
        Assert.Equal(1, socket.Receive(received, Now));
        received[0].Buffer.Dispose();
        Assert.InRange(Now - received[0].ReceivedAt, TimeSpan.FromMilliseconds(29), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void EmptyAndOversizedDatagrams_AreDroppedAndTheirNeighboursKept()
    {
        using var pool = new TrackingBufferPool();
        using var socket = new UdpBatchSocket(new UdpSocketOptions { Address = IPAddress.Loopback }, pool);
        using Socket peer = NewPeer("127.0.0.1");
        var target = new IPEndPoint(IPAddress.Loopback, socket.Port);
        int[] sizes = [10, 0, 2049, 2048, 30_000, 20];
        foreach (int size in sizes)
        {
            peer.SendTo(new byte[size], target);
        }

        IncomingDatagram[] received = new IncomingDatagram[UdpBatchSocket.BatchSize];
        int count = ReceiveOne(socket, received);

        Assert.Equal([10, 2048, 20], received[..count].Select(datagram => datagram.Length));
        Assert.Equal(3, socket.DroppedOnReceive);
        foreach (IncomingDatagram datagram in received[..count])
        {
            datagram.Buffer.Dispose();
        }
    }

    [Fact]
    public void UnreachableDestinations_AreCountedAndTheOthersStillReached()
    {
        using var pool = new TrackingBufferPool();
        using var socket = new UdpBatchSocket(new UdpSocketOptions { Address = IPAddress.Loopback }, pool);
        using Socket peer = NewPeer("127.0.0.1");
        TransportAddress good = TransportAddress.From((IPEndPoint)peer.LocalEndPoint!);
        TransportAddress[] destinations =
        [
            good,
            TransportAddress.From(new IPEndPoint(IPAddress.Parse("2001:db8::1"), 9)), // not of this socket's family
            TransportAddress.From(new IPEndPoint(IPAddress.Broadcast, 9)), // not permitted without SO_BROADCAST
            good,
            TransportAddress.FromIPv4(0x0808_0808, 9), // not reachable from a socket bound to loopback
            TransportAddress.FromIPv4(0x7F00_0001, 1), // nobody listens: ICMP port unreachable
            good,
            TransportAddress.FromIPv4(0x7F00_0001, 1),
            good,
        ];
        OutgoingDatagram[] datagrams = destinations.Select((destination, index) =>
        {
            PooledBuffer buffer = pool.Rent(100, BufferOwner.Datagram);
            buffer.Span[0] = (byte)index;
            return new OutgoingDatagram(new TransportPath(destination, default), buffer, 1);
        }).ToArray();

        Assert.Equal(9, socket.Send(datagrams));

        byte[] answer = new byte[100];
        int[] expected = [0, 3, 6, 8];
        foreach (int index in expected)
        {
            Assert.Equal(1, peer.Receive(answer));
            Assert.Equal(index, answer[0]);
        }

        Assert.Equal(3, socket.DroppedOnSend);
        Assert.Equal(0, socket.Receive(new IncomingDatagram[1], Now));
    }

    [Fact]
    public void SourceAddressThatIsNotOurs_DropsTheDatagram()
    {
        using var pool = new TrackingBufferPool();
        using var socket = new UdpBatchSocket(new UdpSocketOptions(), pool);
        var path = new TransportPath(TransportAddress.FromIPv4(0x7F00_0001, 9), TransportAddress.FromIPv4(0x0102_0304, 8000));
        Assert.Equal(1, socket.Send([new OutgoingDatagram(path, pool.Rent(10, BufferOwner.Datagram), 10)]));
        Assert.Equal(1, socket.DroppedOnSend);
    }

    [Fact]
    public void GrantedBuffers_AreReported()
    {
        using var pool = new TrackingBufferPool();
        using var socket = new UdpBatchSocket(new UdpSocketOptions { BufferBytes = 65_536 }, pool);
        Assert.Equal(65_536, socket.ReceiveBufferBytes);
        Assert.Equal(65_536, socket.SendBufferBytes);
        Assert.NotEqual(0, socket.Port);
    }

    [Fact]
    public void PortInUse_IsSaidAtOnce()
    {
        using var pool = new TrackingBufferPool();
        using var first = new UdpBatchSocket(new UdpSocketOptions(), pool);
        SocketException error = Assert.Throws<SocketException>(() => new UdpBatchSocket(new UdpSocketOptions { Port = first.Port }, pool));
        Assert.Equal(SocketError.AddressAlreadyInUse, error.SocketErrorCode);
    }

    [Fact]
    public void ReceivingAndSending_AllocatesNothing()
    {
        var pool = new BufferPool();
        using var one = new UdpBatchSocket(new UdpSocketOptions(), pool);
        using var other = new UdpBatchSocket(new UdpSocketOptions { Address = IPAddress.Loopback }, pool);
        IncomingDatagram[] received = new IncomingDatagram[UdpBatchSocket.BatchSize];
        OutgoingDatagram[] outgoing = new OutgoingDatagram[UdpBatchSocket.BatchSize];
        var there = new TransportPath(TransportAddress.FromIPv4(0x7F00_0001, one.Port), default);
        long Round()
        {
            for (int index = 0; index < 32; index++)
            {
                outgoing[index] = new OutgoingDatagram(there, pool.Rent(1200, BufferOwner.Datagram), 1200);
            }

            other.Send(outgoing.AsSpan(0, 32));
            int count = one.Receive(received, Now);
            for (int index = 0; index < count; index++)
            {
                outgoing[index] = new OutgoingDatagram(received[index].Path, received[index].Buffer, received[index].Length);
            }

            one.Send(outgoing.AsSpan(0, count));
            int back = other.Receive(received, Now);
            for (int index = 0; index < back; index++)
            {
                received[index].Buffer.Dispose();
            }

            return back;
        }

        long delivered = 0;
        Assert.Equal(0, Allocation.Of(200, () => delivered += Round()));

        // A busy kernel hands over later what it was given.
        Assert.InRange(delivered, 200 * 32, 2 * 200 * 32);
    }

    private static Socket NewPeer(string address)
    {
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        peer.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        return peer;
    }

    private static int ReceiveOne(UdpBatchSocket socket, IncomingDatagram[] received)
    {
        using var poller = new Poller(socket.Handle);
        Assert.Equal(1, poller.Wait(TimeSpan.FromSeconds(5)));
        return socket.Receive(received, Now);
    }
}
