using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Native.Linux;

/// <summary>
/// The receiving half of <see cref="UdpBatchSocket"/>: one <c>recvmmsg</c> into blocks that are rented and pinned beforehand. The
/// structures for the kernel lie in pinned arrays made once.
/// </summary>
internal sealed unsafe class DatagramReceiver : IDisposable
{
    private const int BatchSize = UdpBatchSocket.BatchSize;
    private const int BlockBytes = BufferPool.SmallestBlockBytes;

    /// <summary>A greater age than this is a step of the wall clock, not a queue.</summary>
    private static readonly TimeSpan MaximumAge = TimeSpan.FromSeconds(2);

    private readonly BufferPool _pool;
    private readonly int _port;
    private readonly PooledBuffer[] _buffers = new PooledBuffer[BatchSize];
    private readonly PinnedSlots _pins = new(BatchSize);
    private readonly Libc.mmsghdr[] _headers = GC.AllocateArray<Libc.mmsghdr>(BatchSize, pinned: true);
    private readonly Libc.iovec[] _segments = GC.AllocateArray<Libc.iovec>(BatchSize, pinned: true);
    private readonly byte[] _names = GC.AllocateArray<byte>(BatchSize * SocketAddressCodec.MaximumBytes, pinned: true);
    private readonly byte[] _controls = GC.AllocateArray<byte>(BatchSize * ControlMessages.RoomBytes, pinned: true);

    public DatagramReceiver(BufferPool pool, int port)
    {
        _pool = pool;
        _port = port;
        for (int slot = 0; slot < BatchSize; slot++)
        {
            Refill(slot);
        }
    }

    /// <summary>Datagrams dropped: empty, longer than one block, or from no IP address.</summary>
    public long Dropped { get; private set; }

    /// <inheritdoc cref="UdpBatchSocket.Receive"/>
    public int Receive(SafeHandle socket, Span<IncomingDatagram> destination, TimeSpan now)
    {
        int wanted = Math.Min(destination.Length, BatchSize);
        Prepare(wanted);
        long realtime = RealtimeNanoseconds();
        int received = ReceiveMessages(socket, wanted);
        int count = 0;
        for (int slot = 0; slot < received; slot++)
        {
            if (TryTake(slot, realtime, now, out destination[count]))
            {
                count++;
            }
            else
            {
                Dropped++;
            }
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pins.Dispose();
        foreach (PooledBuffer buffer in _buffers)
        {
            buffer.Dispose();
        }
    }

    private static long RealtimeNanoseconds()
    {
        Libc.timespec time;
        _ = Libc.clock_gettime(Libc.CLOCK_REALTIME, &time); // cannot fail with this clock
        return (time.tv_sec * 1_000_000_000) + time.tv_nsec;
    }

    private static TimeSpan AgeOf(long receivedNanoseconds, long nowNanoseconds)
    {
        TimeSpan age = TimeSpan.FromTicks((nowNanoseconds - receivedNanoseconds) / TimeSpan.NanosecondsPerTick);
        return receivedNanoseconds == 0 || age < TimeSpan.Zero || age > MaximumAge ? TimeSpan.Zero : age;
    }

    private static T* Pointer<T>(T[] pinned, int index)
        where T : unmanaged =>
        (T*)Unsafe.AsPointer(ref pinned[index]);

    /// <summary>The kernel writes lengths and flags into the headers: they are set anew before each call.</summary>
    private void Prepare(int count)
    {
        for (int slot = 0; slot < count; slot++)
        {
            _headers[slot].msg_hdr = new Libc.msghdr
            {
                msg_name = Pointer(_names, slot * SocketAddressCodec.MaximumBytes),
                msg_namelen = SocketAddressCodec.MaximumBytes,
                msg_iov = Pointer(_segments, slot),
                msg_iovlen = 1,
                msg_control = Pointer(_controls, slot * ControlMessages.RoomBytes),
                msg_controllen = ControlMessages.RoomBytes,
            };
        }
    }

    private int ReceiveMessages(SafeHandle socket, int count)
    {
        // An error left behind by an earlier datagram (ICMP) is reported once and says nothing of what waits: ask again.
        for (int attempt = 0; attempt < BatchSize; attempt++)
        {
            int received = Libc.recvmmsg(socket, Pointer(_headers, 0), (uint)count, Libc.MSG_DONTWAIT, null);
            if (received >= 0)
            {
                return received;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error is Libc.EBADF or Libc.ENOTSOCK)
            {
                throw new LinuxException("recvmmsg", error);
            }

            if (error == Libc.EAGAIN)
            {
                return 0;
            }
        }

        return 0;
    }

    private bool TryTake(int slot, long realtime, TimeSpan now, out IncomingDatagram datagram)
    {
        ref readonly Libc.mmsghdr header = ref _headers[slot];
        datagram = default;
        ReadOnlySpan<byte> name = _names.AsSpan(slot * SocketAddressCodec.MaximumBytes, (int)header.msg_hdr.msg_namelen);
        bool whole = header.msg_len > 0 && (header.msg_hdr.msg_flags & Libc.MSG_TRUNC) == 0;
        if (!whole || !SocketAddressCodec.TryRead(name, out TransportAddress remote))
        {
            return false;
        }

        ReadOnlySpan<byte> control = _controls.AsSpan(slot * ControlMessages.RoomBytes, (int)header.msg_hdr.msg_controllen);
        ControlMessages.Read(control, _port, out TransportAddress local, out long receivedAt);
        PooledBuffer buffer = _buffers[slot];
        Refill(slot);
        datagram = new IncomingDatagram(new TransportPath(remote, local), buffer, (int)header.msg_len, now - AgeOf(receivedAt, realtime));
        return true;
    }

    private void Refill(int slot)
    {
        PooledBuffer buffer = _pool.Rent(BlockBytes, BufferOwner.Datagram);
        _buffers[slot] = buffer;
        _segments[slot] = new Libc.iovec { iov_base = _pins.Pin(slot, buffer.Memory), iov_len = BlockBytes };
    }
}
