using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Linux;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// The media port over TCP (RFC 6544): accepts connections, and moves datagrams on them. Driven by the thread of the media loop, which waits
/// on <see cref="Handle"/>; one thread, no task. A connection has to prove itself by an authentic check; nothing is allocated per datagram.
/// </summary>
internal sealed class TcpMediaPort : IDisposable
{
    private const ulong ListenerToken = ulong.MaxValue;
    private const ulong SlotMask = 0xFFFF_FFFF;
    private const int Backlog = 512;
    private const int AcceptsPerRound = 64;
    private const int BytesPerRead = 64 * 1024;

    /// <summary>What the kernel holds for a slow peer: a fifth of a second at 2.5 Mbit/s. More would only be delay.</summary>
    private const int SocketBufferBytes = 64 * 1024;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Socket _listener;
    private readonly BufferPool _pool;
    private readonly EventQueue _events = new();
    private readonly QueuedEvent[] _due = new QueuedEvent[256];
    private readonly TcpMediaConnection?[] _connections;
    private readonly Stack<int> _free;
    private readonly Dictionary<TransportPath, TcpMediaConnection> _byPath = [];
    private readonly Dictionary<ulong, int> _unprovenByNetwork = [];
    private readonly Queue<TcpMediaConnection> _unproven = new();
    private readonly byte[] _bytes = new byte[BytesPerRead];
    private TimeSpan _nextLook;
    private readonly ResourceLedger _resources;
    private ulong _serial;
    private int _unprovenCount;
    private long _droppedByClosed;

    /// <summary>Takes over a listening socket of <see cref="Listen"/>.</summary>
    /// <param name="listener">The socket.</param>
    /// <param name="pool">Where memory comes from.</param>
    /// <param name="resources">Counts what is held.</param>
    /// <param name="maximum">Connections at the same time.</param>
    public TcpMediaPort(Socket listener, BufferPool pool, ResourceLedger resources, int maximum = TcpMediaLimits.MaximumConnections)
    {
        _connections = new TcpMediaConnection?[maximum];
        _free = new(Enumerable.Range(0, maximum).Reverse());
        _resources = resources;
        _listener = listener;
        _pool = pool;
        _events.Add(listener.SafeHandle, EventInterest.Readable, ListenerToken);
    }

    /// <summary>Readable when <see cref="Serve"/> has something to do. Stays owned by this object.</summary>
    public SafeHandle Handle => _events.Handle;

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port; // A bound socket has one.

    /// <summary>Connections now open.</summary>
    public int Count => _byPath.Count;

    /// <summary>Connections closed at once, or to make room for others.</summary>
    public long Refused { get; private set; }

    /// <summary>Datagrams left out because a peer took those before too slowly, or had gone.</summary>
    public long Dropped => _droppedByClosed + _connections.Sum(connection => connection?.Dropped ?? 0);

    /// <summary>Opens the port.</summary>
    /// <param name="address">The local address; null: every one, IPv4 and IPv6.</param>
    /// <param name="port">The port; 0: a free one.</param>
    /// <exception cref="SocketException">It cannot be opened.</exception>
    public static Socket Listen(IPAddress? address, int port)
    {
        bool isDual = address is null && Socket.OSSupportsIPv6;
        IPAddress local = address ?? (isDual ? IPAddress.IPv6Any : IPAddress.Any);
        var socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            if (isDual)
            {
                socket.DualMode = true;
            }

            // The framework sets SO_REUSEADDR here, which lets a restarted gateway listen while old connections time out.
            socket.ExclusiveAddressUse = false;
            socket.Bind(new IPEndPoint(local, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Accepts, receives and sends what can be without waiting, and closes what is overdue.</summary>
    public void Serve(ITcpMediaOwner owner, TimeSpan now)
    {
        int count = _events.Wait(_due, TimeSpan.Zero);
        for (int index = 0; index < count; index++)
        {
            QueuedEvent due = _due[index];
            if (due.Token == ListenerToken)
            {
                Accept(now);
            }
            else if (_connections[(int)(due.Token & SlotMask)] is { } connection && connection.Token == due.Token)
            {
                HandleEvents(connection, due.Events, owner, now);
            }
        }

        if (now >= _nextLook)
        {
            _nextLook = now + LookInterval;
            CloseOverdue(owner, now);
        }
    }

    /// <summary>Sends a datagram on its connection; the buffer is returned to its pool whatever becomes of it.</summary>
    public void Send(in OutgoingDatagram datagram, ITcpMediaOwner owner)
    {
        if (!_byPath.TryGetValue(datagram.Path, out TcpMediaConnection? connection))
        {
            _droppedByClosed++;
            datagram.Buffer.Dispose();
            return;
        }

        bool wasWaiting = connection.WaitingBytes > 0;
        bool isOpen = connection.TrySend(datagram.Buffer.Span[..datagram.Length]);
        datagram.Buffer.Dispose();
        if (!isOpen)
        {
            Close(connection, owner);
        }
        else if (!wasWaiting && connection.WaitingBytes > 0)
        {
            _events.Modify(connection.Handle, EventInterest.Readable | EventInterest.Writable, connection.Token);
        }
    }

    /// <summary>An authentic check has come on a connection: it stays.</summary>
    public void Prove(in TransportPath path)
    {
        if (_byPath.TryGetValue(path, out TcpMediaConnection? connection) && !connection.IsProven)
        {
            connection.IsProven = true;
            ForgetUnproven(connection);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TcpMediaConnection? connection in _connections)
        {
            connection?.Dispose();
        }

        _events.Dispose();
        _listener.Dispose();
    }

    /// <summary>Whose connections count together: an IPv4 address, or what one IPv6 subscriber has.</summary>
    private static ulong NetworkOf(TransportAddress remote) => remote.IsIPv4 ? remote.Low : remote.High;

    private void Accept(TimeSpan now)
    {
        for (int round = 0; round < AcceptsPerRound && _listener.Poll(TimeSpan.Zero, SelectMode.SelectRead); round++)
        {
            try
            {
                Admit(_listener.Accept(), now);
            }
            catch (SocketException)
            {
                return; // It had gone again, or there are no descriptors left: the next round tries again.
            }
        }
    }

    private void Admit(Socket socket, TimeSpan now)
    {
        socket.Blocking = false;
        socket.NoDelay = true;
        socket.SendBufferSize = SocketBufferBytes;
        var path = new TransportPath(
            TransportAddress.From((IPEndPoint)socket.RemoteEndPoint!), // A connected socket has both.
            TransportAddress.From((IPEndPoint)socket.LocalEndPoint!),
            TransportProtocol.Tcp);
        ulong network = NetworkOf(path.Remote);
        int ofNetwork = _unprovenByNetwork.GetValueOrDefault(network);
        if (_free.Count == 0 || ofNetwork >= TcpMediaLimits.MaximumUnprovenPerAddress || _byPath.ContainsKey(path))
        {
            Refused++;
            socket.Dispose();
            return;
        }

        if (_unprovenCount >= TcpMediaLimits.MaximumUnproven)
        {
            CloseOldestUnproven();
        }

        int slot = _free.Pop();
        var connection = new TcpMediaConnection(socket, path, slot, (++_serial << 32) | (uint)slot, _pool, now) { Held = _resources.Hold(ResourceKind.WebRtcConnection) };
        _connections[slot] = connection;
        _byPath.Add(path, connection);
        _unproven.Enqueue(connection);
        _unprovenByNetwork[network] = _unprovenByNetwork.GetValueOrDefault(network) + 1;
        _unprovenCount++;
        _events.Add(connection.Handle, EventInterest.Readable, connection.Token);
    }

    private void CloseOldestUnproven()
    {
        while (_unproven.TryDequeue(out TcpMediaConnection? oldest))
        {
            if (!oldest.IsProven && !oldest.IsClosed)
            {
                Refused++;
                Close(oldest, null);
                return;
            }
        }
    }

    private void HandleEvents(TcpMediaConnection connection, EventInterest events, ITcpMediaOwner owner, TimeSpan now)
    {
        bool isOpen = true;
        if ((events & EventInterest.Writable) != 0)
        {
            isOpen = connection.TrySendWaiting();
            if (isOpen && connection.WaitingBytes == 0)
            {
                _events.Modify(connection.Handle, EventInterest.Readable, connection.Token);
            }
        }

        bool isReadable = (events & ~EventInterest.Writable) != 0;
        if (!isOpen || (isReadable && !TryReceive(connection, owner, now)))
        {
            Close(connection, owner);
        }
    }

    private bool TryReceive(TcpMediaConnection connection, ITcpMediaOwner owner, TimeSpan now)
    {
        if (!connection.TryReceive(_bytes, out int count))
        {
            return false;
        }

        ReadOnlySpan<byte> bytes = _bytes.AsSpan(0, count);
        while (connection.Assembler.TryTake(ref bytes, out PooledBuffer? buffer, out int length))
        {
            connection.LastHeard = now;
            connection.Received++;
            bool isTaken = owner.Receive(new IncomingDatagram(connection.Path, buffer, length, now));
            if (connection.IsClosed)
            {
                return true;
            }

            if (!connection.IsProven && (!isTaken || connection.Received >= TcpMediaLimits.MaximumUnprovenDatagrams))
            {
                return false;
            }
        }

        return !connection.Assembler.IsBroken;
    }

    private void CloseOverdue(ITcpMediaOwner owner, TimeSpan now)
    {
        foreach (TcpMediaConnection? connection in _connections)
        {
            if (connection is not null && now >= (connection.IsProven
                ? connection.LastHeard + TcpMediaLimits.IdleTimeout
                : connection.OpenedAt + TcpMediaLimits.ProofTimeout))
            {
                Close(connection, owner);
            }
        }

        while (_unproven.TryPeek(out TcpMediaConnection? oldest) && (oldest.IsProven || oldest.IsClosed))
        {
            _unproven.Dequeue();
        }
    }

    private void Close(TcpMediaConnection connection, ITcpMediaOwner? owner)
    {
        if (connection.IsClosed)
        {
            return;
        }

        _events.Remove(connection.Handle);
        _droppedByClosed += connection.Dropped;
        _connections[connection.Slot] = null;
        _free.Push(connection.Slot);
        _byPath.Remove(connection.Path);
        connection.Dispose();
        if (connection.IsProven)
        {
            owner?.Lost(connection.Path);
        }
        else
        {
            ForgetUnproven(connection);
        }
    }

    private void ForgetUnproven(TcpMediaConnection connection)
    {
        ulong network = NetworkOf(connection.Path.Remote);
        int left = _unprovenByNetwork.GetValueOrDefault(network) - 1;
        _unprovenCount--;
        if (left > 0)
        {
            _unprovenByNetwork[network] = left;
        }
        else
        {
            _unprovenByNetwork.Remove(network);
        }
    }
}
