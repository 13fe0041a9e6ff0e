using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Native.Linux;

/// <summary>
/// One UDP port that moves up to <see cref="BatchSize"/> datagrams per system call, tells at which local address each one arrived
/// and when the kernel received it, and lets answers leave from a given local address. Never blocks: wait with a
/// <see cref="Poller"/>. One thread at a time; allocates nothing per datagram. A broken datagram or an unreachable peer is counted
/// and never ends anything.
/// </summary>
public sealed unsafe class UdpBatchSocket : IDisposable
{
    /// <summary>The most datagrams that one call moves.</summary>
    public const int BatchSize = 64;

    private readonly Socket _socket;
    private readonly DatagramReceiver _receiver;
    private readonly DatagramSender _sender;

    /// <summary>Opens and binds the port.</summary>
    /// <param name="options">Address, port and buffer size.</param>
    /// <param name="pool">
    /// Where received datagrams come from. The socket itself holds <see cref="BatchSize"/> blocks ready until it is disposed.
    /// </param>
    /// <exception cref="SocketException">The address or port cannot be bound.</exception>
    public UdpBatchSocket(UdpSocketOptions options, BufferPool pool)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(pool);
        _socket = Bind(options);
        try
        {
            IsIPv6Socket = _socket.AddressFamily == AddressFamily.InterNetworkV6;
            Port = ((IPEndPoint)_socket.LocalEndPoint!).Port; // never null after Bind
            ReceiveBufferBytes = AskForBuffer(Libc.SO_RCVBUFFORCE, Libc.SO_RCVBUF, options.BufferBytes);
            SendBufferBytes = AskForBuffer(Libc.SO_SNDBUFFORCE, Libc.SO_SNDBUF, options.BufferBytes);
            EnableControlMessages();
            _receiver = new DatagramReceiver(pool, Port);
            _sender = new DatagramSender(IsIPv6Socket);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>The port, also when the kernel chose it.</summary>
    public int Port { get; }

    /// <summary>Whether IPv6 peers can be reached; IPv4 peers always can unless the socket was bound to one IPv6 address.</summary>
    public bool IsIPv6Socket { get; }

    /// <summary>Bytes of receive buffer that the kernel granted.</summary>
    public int ReceiveBufferBytes { get; }

    /// <summary>Bytes of send buffer that the kernel granted.</summary>
    public int SendBufferBytes { get; }

    /// <summary>The socket's handle, to wait on. Stays owned by this object.</summary>
    public SafeHandle Handle => _socket.SafeHandle;

    /// <summary>Datagrams that were dropped on receipt: empty, or longer than one block.</summary>
    public long DroppedOnReceive => _receiver.Dropped;

    /// <summary>Datagrams that could not be sent: no route, not permitted, wrong address family, too long.</summary>
    public long DroppedOnSend => _sender.Dropped;

    /// <summary>
    /// Receives what has arrived, without waiting. The caller owns the buffers of the datagrams it gets.
    /// </summary>
    /// <param name="destination">Room for datagrams; at most <see cref="BatchSize"/> are filled.</param>
    /// <param name="now">Gateway time, taken just before the call: the time from which the kernel's age of each datagram is deducted.</param>
    /// <returns>How many datagrams there are. As many as asked for means: there may be more.</returns>
    public int Receive(Span<IncomingDatagram> destination, TimeSpan now) => _receiver.Receive(_socket.SafeHandle, destination, now);

    /// <summary>
    /// Sends datagrams in order, without waiting, each from the local address that its path names (an unspecified one leaves the
    /// choice to the kernel). Datagrams that cannot be sent are dropped and counted.
    /// </summary>
    /// <returns>
    /// How many datagrams from the start of <paramref name="datagrams"/> are done with, their buffers returned to the pool. Fewer
    /// than given: the send buffer is full; the rest stays the caller's.
    /// </returns>
    public int Send(ReadOnlySpan<OutgoingDatagram> datagrams) => _sender.Send(_socket.SafeHandle, datagrams);

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _receiver.Dispose();
        _sender.Dispose();
    }

    private static Socket Bind(UdpSocketOptions options)
    {
        if (options.Address is null)
        {
            return TryBindDual(options.Port) ?? BindTo(new IPEndPoint(IPAddress.Any, options.Port));
        }

        return BindTo(new IPEndPoint(options.Address, options.Port));
    }

    private static Socket? TryBindDual(int port)
    {
        if (!Socket.OSSupportsIPv6)
        {
            return null;
        }

        try
        {
            return BindTo(new IPEndPoint(IPAddress.IPv6Any, port));
        }
        catch (SocketException error) when (error.SocketErrorCode != SocketError.AddressAlreadyInUse)
        {
            // IPv6 is compiled in but switched off (a container without it): IPv4 alone then.
            return null;
        }
    }

    private static Socket BindTo(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = endPoint.Address.Equals(IPAddress.IPv6Any) || endPoint.Address.IsIPv4MappedToIPv6;
            }

            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Asks beyond the system's limit first, which a privileged process may; returns what the kernel gave.</summary>
    private int AskForBuffer(int forceOption, int option, int bytes)
    {
        SafeHandle handle = _socket.SafeHandle;
        if (Libc.setsockopt(handle, Libc.SOL_SOCKET, forceOption, &bytes, sizeof(int)) != 0)
        {
            LinuxException.ThrowIfFailed(Libc.setsockopt(handle, Libc.SOL_SOCKET, option, &bytes, sizeof(int)), "setsockopt(SO_*BUF)");
        }

        int granted = 0;
        uint length = sizeof(int);
        LinuxException.ThrowIfFailed(Libc.getsockopt(handle, Libc.SOL_SOCKET, option, &granted, &length), "getsockopt(SO_*BUF)");

        // socket(7): the kernel doubles the value to leave room for its bookkeeping and returns the double.
        return granted / 2;
    }

    private void EnableControlMessages()
    {
        int on = 1;
        int level = IsIPv6Socket ? Libc.IPPROTO_IPV6 : Libc.IPPROTO_IP;
        int option = IsIPv6Socket ? Libc.IPV6_RECVPKTINFO : Libc.IP_PKTINFO;
        SafeHandle handle = _socket.SafeHandle;
        LinuxException.ThrowIfFailed(Libc.setsockopt(handle, level, option, &on, sizeof(int)), "setsockopt(PKTINFO)");
        LinuxException.ThrowIfFailed(
            Libc.setsockopt(handle, Libc.SOL_SOCKET, Libc.SO_TIMESTAMPNS, &on, sizeof(int)),
            "setsockopt(SO_TIMESTAMPNS)");
    }
}
