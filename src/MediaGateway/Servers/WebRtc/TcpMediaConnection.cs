using System.Net.Sockets;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// One TCP connection that carries datagrams (RFC 4571). What the socket does not take at once waits in one block, whole datagrams only:
/// a stream cannot lose single bytes. Owned by the thread of its <see cref="TcpMediaPort"/>.
/// </summary>
internal sealed class TcpMediaConnection : IDisposable
{
    /// <summary>RTP packets up to this length are taken for sound.</summary>
    private const int SoundBytes = 300;

    private readonly Socket _socket;
    private readonly BufferPool _pool;
    private readonly byte[] _frame = new byte[FrameAssembler.HeaderBytes + PeerSession.MaximumDatagramBytes];
    private PooledBuffer? _waiting;
    private int _waitingStart;
    private int _waitingCount;

    /// <summary>Takes over a socket that does not block.</summary>
    public TcpMediaConnection(Socket socket, TransportPath path, int slot, ulong token, BufferPool pool, TimeSpan now)
    {
        _socket = socket;
        _pool = pool;
        Path = path;
        Slot = slot;
        Token = token;
        Assembler = new FrameAssembler(pool);
        LastHeard = now;
        OpenedAt = now;
    }

    /// <summary>Both ends.</summary>
    public TransportPath Path { get; }

    /// <summary>Its place at the port.</summary>
    public int Slot { get; }

    /// <summary>Names it in the port's event queue; no other connection ever has the same.</summary>
    public ulong Token { get; }

    /// <summary>Makes datagrams of what comes.</summary>
    public FrameAssembler Assembler { get; }

    /// <summary>Whether an authentic check has come.</summary>
    public bool IsProven { get; set; }

    /// <summary>Its place in the ledger.</summary>
    public IDisposable? Held { get; init; }

    /// <summary>Whether it is closed.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>When it was opened.</summary>
    public TimeSpan OpenedAt { get; }

    /// <summary>When the last bytes came.</summary>
    public TimeSpan LastHeard { get; set; }

    /// <summary>Datagrams that came.</summary>
    public int Received { get; set; }

    /// <summary>Datagrams left out because the peer took those before too slowly.</summary>
    public long Dropped { get; private set; }

    /// <summary>Bytes that wait until the socket takes them.</summary>
    public int WaitingBytes => _waitingCount;

    /// <summary>The socket's handle, to wait on.</summary>
    public SafeSocketHandle Handle => _socket.SafeHandle;

    /// <summary>Reads what is there; false when the connection has ended.</summary>
    public bool TryReceive(Span<byte> destination, out int count)
    {
        count = _socket.Receive(destination, SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            count = 0;
            return true;
        }

        return error == SocketError.Success && count > 0;
    }

    /// <summary>Sends a datagram, or keeps it until it can be sent, or leaves it out; false when the connection has ended.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram)
    {
        int length = FrameAssembler.HeaderBytes + datagram.Length;
        if (_waitingCount + length > RoomFor(datagram))
        {
            Dropped++;
            return true;
        }

        _frame[0] = (byte)(datagram.Length >> 8);
        _frame[1] = (byte)(datagram.Length & 0xFF);
        datagram.CopyTo(_frame.AsSpan(FrameAssembler.HeaderBytes));
        ReadOnlySpan<byte> frame = _frame.AsSpan(0, length);
        if (_waitingCount == 0)
        {
            if (!TryWrite(frame, out int sent))
            {
                return false;
            }

            frame = frame[sent..];
        }

        Keep(frame);
        return true;
    }

    /// <summary>Sends what waits, as far as the socket takes it; false when the connection has ended.</summary>
    public bool TrySendWaiting()
    {
        while (_waiting is not null && _waitingCount > 0)
        {
            int end = Math.Min(_waitingStart + _waitingCount, TcpMediaLimits.OutgoingBytes);
            if (!TryWrite(_waiting.Span[_waitingStart..end], out int sent))
            {
                return false;
            }

            if (sent == 0)
            {
                return true;
            }

            _waitingStart = (_waitingStart + sent) % TcpMediaLimits.OutgoingBytes;
            _waitingCount -= sent;
        }

        _waiting?.Dispose();
        _waiting = null;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        IsClosed = true;
        _socket.Dispose();
        Held?.Dispose();
        Assembler.Dispose();
        _waiting?.Dispose();
        _waiting = null;
    }

    private static int RoomFor(ReadOnlySpan<byte> datagram) =>
        datagram.Length > SoundBytes && DatagramClassifier.Classify(datagram) == DatagramKind.Rtp
            ? TcpMediaLimits.OutgoingPictureBytes
            : TcpMediaLimits.OutgoingBytes;

    private bool TryWrite(ReadOnlySpan<byte> bytes, out int sent)
    {
        sent = _socket.Send(bytes, SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            sent = 0;
            return true;
        }

        return error == SocketError.Success;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        if (_waiting is null)
        {
            _waiting = _pool.Rent(TcpMediaLimits.OutgoingBytes, BufferOwner.Datagram);
            _waitingStart = 0;
        }

        int end = (_waitingStart + _waitingCount) % TcpMediaLimits.OutgoingBytes;
        int first = Math.Min(bytes.Length, TcpMediaLimits.OutgoingBytes - end);
        bytes[..first].CopyTo(_waiting.Span[end..]);
        bytes[first..].CopyTo(_waiting.Span);
        _waitingCount += bytes.Length;
    }
}
